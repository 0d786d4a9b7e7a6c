"""Pages about who acted: members' standing, calls of a period, the record of changes, and keys."""

import re
from typing import TYPE_CHECKING

from gatehouse.aws.members import DynamoMembers
from tests.audited import audited
from tests.contract.console.house import Console, House
from tests.samples import ADA, NOW

if TYPE_CHECKING:
    pass

KEY = re.compile(r"tengine_[0-9A-Za-z]{45,}")


def test_a_member_is_blocked_by_name_and_let_in_again(
    gate: House, owner: Console, project: str
) -> None:
    DynamoMembers(*audited(gate.dynamodb)).upsert(project, ADA, now=NOW)
    path = f"/console/p/{project}/members"
    assert "Admitted" in owner.get(path).body
    block = {"action": "block-member", "external_id": "ada", "id": "ada", "key": "ada"}
    refused = owner.post(path, **block, typed="Ada")
    assert (refused.status, "must be exactly: ada" in refused.body) == (422, True)
    assert owner.post(path, **block, typed="ada").status == 303
    assert "Blocked" in owner.get(path).body
    assert owner.post(path, action="unblock-member", external_id="ada").status == 303
    assert "Admitted" in owner.get(path).body
    ended = owner.post(path, action="end-sessions", external_id="ada")
    assert ended.headers["location"] == f"{path}?done=end-sessions"


def test_calls_are_shown_of_the_period_that_a_browser_writes(owner: Console, project: str) -> None:
    path = f"/console/p/{project}/calls"
    shown = owner.get(path, "from=2026-11-20T10:00&to=2026-11-21T10:30:05")
    assert shown.status == 200
    assert 'value="2026-11-20T10:00"' in shown.body
    assert owner.get(path, "from=2026-09-01T00:00&to=2026-11-21T00:00").status == 422
    assert owner.get(path, "from=yesterday").status == 422


def test_changes_are_filtered_by_who_made_them_and_when(owner: Console, project: str) -> None:
    owner.post(f"/console/p/{project}/integrations", action="create-integration", name="Desk")
    path = f"/console/p/{project}/audit"
    everything = owner.get(path).body
    assert "POST /api/v1/integrations" in everything
    (link,) = set(re.findall(r'href="(\?actor=user:[^"]+)"', everything))
    assert "POST /api/v1/integrations" in owner.get(path, link[1:]).body
    assert "POST /api/v1/integrations" not in owner.get(path, "actor=user:nobody").body
    assert "POST /api/v1/integrations" not in owner.get(path, "to=2000-01-01T00:00").body


def test_a_key_is_replaced_by_one_that_may_the_same_and_then_revoked(
    owner: Console, project: str
) -> None:
    integrations = f"/console/p/{project}/integrations"
    owner.post(integrations, action="create-integration", name="Desk", environment="prod")
    (link,) = set(re.findall(r'href="([^"]+/rotate)"', owner.get(integrations).body))
    offered = owner.get(link)
    assert "Not seen" in offered.body
    hidden = dict(
        re.findall(r'name="(name|environment|scopes|limits)" value="([^"]*)"', offered.body)
    )
    form = {name: value.replace("&#34;", '"') for name, value in hidden.items()}
    made = owner.post(link, action="succeed-integration", **form)
    (key,) = set(KEY.findall(made.body))
    again = owner.get(link).body
    assert key not in again
    assert "There is one already" in again
    old = link.split("/")[-2]
    revoke = {"action": "revoke-predecessor", "name": "Desk", "key": old}
    assert owner.post(link, **revoke, typed="desk").status == 422
    done = owner.post(link, **revoke, typed="Desk")
    assert done.headers["location"] == f"{integrations}?done=revoke-predecessor"
    assert old not in owner.get(integrations).body
    assert "No such key here" in owner.get(link).body


def test_a_resource_is_changed_and_what_is_emptied_is_gone(owner: Console, project: str) -> None:
    resources = f"/console/p/{project}/resources"
    new = {"name": "handbook", "uri": "docs://handbook", "title": "Handbook", "text": "Be kind."}
    path = owner.post(resources, action="create-resource", **new).headers["location"]
    path = path.partition("?")[0]
    change = {"action": "change-resource", "version": "1", "uri": "docs://handbook"}
    assert owner.post(path, **change, text="Be brave.").status == 303
    shown = owner.get(path).body
    assert "Be brave." in shown
    assert "Handbook" not in shown
    assert owner.post(path, **change, text="Late.").status == 409
    wrong = owner.post(path, **{**change, "version": "2", "uri": "no address"}, text="x")
    assert wrong.status == 422
    assert 'value="no address"' in wrong.body
