"""The administrators' pages and the checklist: for whom they are, and what their forms change."""

import json
import re
from typing import TYPE_CHECKING

import pytest

from gatehouse.domain.roles import Role
from gatehouse.edge.console.pages import Page, Where
from gatehouse.edge.console.table import PAGES
from tests.contract.console.house import Console, House

if TYPE_CHECKING:
    pass

BASE = Where.DEPLOYMENT.value
OF_ADMINISTRATORS = [page for page in PAGES if page.where is Where.DEPLOYMENT]
READS_TOOLS = {"actions:tools:read": "tools:read"}


@pytest.fixture
def administrator(gate: House) -> Console:
    return gate.console(gate.person(is_admin=True))


@pytest.fixture
def app(administrator: Console) -> str:
    made = administrator.post(f"{BASE}/apps", action="create-app", name="nightly-sync")
    assert made.status == 303, made.body
    return made.headers["location"].partition("?")[0]


def filled(page: Page, project: str, app: str) -> str:
    known = {"projects/{id}": project, "apps/{id}": app.rpartition("/")[2]}
    return page.address.replace("{id}", known.get(page.path, ""))


@pytest.mark.parametrize("page", OF_ADMINISTRATORS, ids=lambda page: page.path)
def test_pages_of_the_deployment_are_for_its_administrators_alone(
    gate: House, administrator: Console, project: str, app: str, page: Page
) -> None:
    path = filled(page, project, app)
    assert administrator.get(path).status == 200
    refused = gate.signed_in(project, Role.OWNER).get(path)
    assert refused.status == 403
    assert app not in refused.body


@pytest.mark.parametrize("page", OF_ADMINISTRATORS, ids=lambda page: page.path)
def test_a_form_of_them_without_its_fields_is_answered_and_breaks_nothing(
    gate: House, administrator: Console, project: str, app: str, page: Page
) -> None:
    path = filled(page, project, app)
    owner = gate.signed_in(project, Role.OWNER)
    for action in page.actions:
        assert owner.post(path, action=action.name).status in {400, 403, 422}, action.name
        assert administrator.post(path, action=action.name).status < 500, action.name


def test_granting_one_project_keeps_what_was_granted_in_another(
    gate: House, administrator: Console, project: str, app: str
) -> None:
    other = gate.project("Workshop")
    first = {"version": "1", "grants": "[]", "project_id": project, **READS_TOOLS}
    assert administrator.post(app, action="grant", **first).status == 303
    kept = re.search(r'name="grants" value="([^"]+)"', administrator.get(app).body)
    assert kept
    both = json.dumps([{"project_id": project, "actions": ["tools:read"]}])
    second = {"version": "2", "grants": both, "project_id": other, **READS_TOOLS}
    assert administrator.post(app, action="grant", **second).status == 303
    shown = administrator.get(app).body
    assert shown.count("Tools: read") == 2
    assert administrator.post(app, action="grant", **second).status == 409
    broken = {**second, "grants": "{}"}
    assert administrator.post(app, action="grant", **broken).status == 422


def test_a_key_of_an_app_is_shown_once(administrator: Console, app: str) -> None:
    made = administrator.post(app, action="create-app-key", days="30")
    (key,) = set(re.findall(r"<code data-copied>([^<]+)</code>", made.body))
    assert key not in administrator.get(app).body


def test_an_emptied_limit_limits_no_more(administrator: Console, project: str) -> None:
    path = f"{BASE}/projects/{project}"
    form = {"name": "Shop", "settings.replicas": "1"}
    limited = {**form, "version": "1", "settings.limits.per_day": "5000"}
    assert administrator.post(path, action="change-project", **limited).status == 303
    assert 'value="5000"' in administrator.get(path).body
    assert administrator.post(path, action="change-project", version="2", **form).status == 303
    assert 'value="5000"' not in administrator.get(path).body


def test_a_word_is_given_by_who_may_and_shown_with_its_item(gate: House, project: str) -> None:
    path = f"/console/p/{project}/checklist"
    form = {"action": "attest", "item": "keys-in-a-vault", "key": "keys-in-a-vault"}
    viewer = gate.signed_in(project, Role.VIEWER)
    assert 'value="attest"' not in viewer.get(path).body
    assert viewer.post(path, **form, note="I say so.").status == 403
    owner = gate.signed_in(project, Role.OWNER)
    assert owner.post(path, **form).status == 422
    assert owner.post(path, **form, note="All three teams showed me.").status == 303
    assert "All three teams showed me." in viewer.get(path).body
    assert "All three teams" not in viewer.get(path, "standing=failed").body
