"""The audit over the management API: who may see which entries, and whose changes they are."""

from dataclasses import replace

import pytest

from gatehouse.domain.audit import (
    DEPLOYMENT,
    NO_ENTRY,
    AuditEntry,
    Author,
    Change,
    Target,
    entry_digest,
)
from gatehouse.domain.audit_chain import next_entry
from gatehouse.domain.audit_heads import HeadStatement, SignedHead
from gatehouse.domain.principals import BOOTSTRAP, ActorKind
from gatehouse.domain.roles import KEY_ACTIONS, Action, Role
from tests.audited import AUTHOR
from tests.rest import ADMIN_TOKEN, Api
from tests.samples import API_KEY, INTEGRATION_ID, NOW, PROJECT_ID
from tests.unit.test_authenticate_principal import APP_KEY, Ground

CHANGE = Change(target=Target(kind="tool", id="lookup"), before=None, after="ab" * 32)


def chain(name: str, length: int) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for number in range(length):
        head = entries[-1].head if entries else NO_ENTRY
        author = replace(AUTHOR, at=NOW + number)
        if number % 2:
            author = replace(author, actor=BOOTSTRAP, action="DELETE /x")
        entries.append(next_entry(head, name, author, CHANGE))
    return entries


@pytest.fixture
def api() -> Api:
    api = Api()
    api.audit.entries += chain(PROJECT_ID, 5) + chain(DEPLOYMENT, 2) + chain("Proj0002", 1)
    api.audit.heads += [
        SignedHead(
            statement=HeadStatement(
                deployment_id="d-1", chain=PROJECT_ID, date=f"2026-01-0{day}", seq=day, digest="ab"
            ),
            signature=b"signature",
        )
        for day in (1, 2)
    ]
    return api


def sequence(api: Api, query: str = "", path: str = "/api/v1/audit") -> list[int]:
    token = ADMIN_TOKEN if path.startswith("/admin") else API_KEY
    answer = api.call("GET", path, query=query, token=token)
    assert answer.status == 200, answer.text
    return [item["seq"] for item in answer.json["items"]]


def test_a_project_sees_its_own_changes_newest_first_or_oldest(api: Api) -> None:
    assert sequence(api) == [5, 4, 3, 2, 1]
    assert sequence(api, "order=oldest") == [1, 2, 3, 4, 5]
    assert api.call("GET", "/api/v1/audit", query="order=random").status == 422


def test_an_entry_says_everything_that_its_digest_is_of(api: Api) -> None:
    newest = api.call("GET", "/api/v1/audit", query="limit=1").json["items"][0]
    kept = chain(PROJECT_ID, 5)[-1]
    assert newest == {
        "chain": PROJECT_ID,
        "seq": 5,
        "at": "2023-11-14T22:13:24Z",
        "actor": {"kind": "key", "id": AUTHOR.actor.id, "name": "backend"},
        "action": AUTHOR.action,
        "target": {"kind": "tool", "id": "lookup"},
        "before": None,
        "after": "ab" * 32,
        "source_ip": AUTHOR.source_ip,
        "request_id": AUTHOR.request_id,
        "prev": kept.prev,
        "digest": entry_digest(kept),
    }


def test_changes_are_filtered_and_come_page_by_page(api: Api) -> None:
    assert sequence(api, "actor=admin") == [4, 2]
    assert sequence(api, "action=DELETE%20%2Fx&to=2023-11-14T22:13:22Z") == [2]
    assert sequence(api, "from=2023-11-14T22:13:23Z") == [5, 4]
    first = api.call("GET", "/api/v1/audit", query="limit=3").json
    assert sequence(api, f"limit=3&cursor={first['next_cursor']}") == [2, 1]


@pytest.mark.parametrize("cursor", ["eA", "LTE", "MTIzNDU2Nzg5MDEyMw"])
def test_a_cursor_that_is_no_place_in_a_chain_is_not_found(api: Api, cursor: str) -> None:
    assert api.call("GET", "/api/v1/audit", query=f"cursor={cursor}").status == 404


def test_the_deployments_chain_and_any_projects_are_the_administrators(api: Api) -> None:
    assert sequence(api, path="/admin/v1/audit") == [2, 1]
    assert sequence(api, "project_id=Proj0002", path="/admin/v1/audit") == [1]
    for query in ("project_id=deployment", "project_id=..%2F", "project_id=Proj00022"):
        answer = api.call("GET", "/admin/v1/audit", query=query, token=ADMIN_TOKEN)
        assert answer.status == 422
    assert api.call("GET", "/admin/v1/audit").status == 401
    assert api.call("GET", "/api/v1/audit", query="project_id=Proj0002").status == 422


def test_signed_ends_and_their_key_are_shown(api: Api) -> None:
    heads = api.call("GET", "/api/v1/audit/heads").json["items"]
    assert [head["date"] for head in heads] == ["2026-01-01", "2026-01-02"]
    assert heads[0]["signature"] == "c2lnbmF0dXJl"
    pem = api.call("GET", "/api/v1/audit/key").json["public_key_pem"]
    assert pem.startswith("-----BEGIN PUBLIC KEY-----")
    path = "/admin/v1/audit/heads"
    answer = api.call("GET", path, query=f"project_id={PROJECT_ID}", token=ADMIN_TOKEN)
    assert answer.json["items"] == heads


def test_who_sees_the_audit_is_who_administers() -> None:
    may = {role for role in Role if Action.AUDIT_READ in role.actions}
    assert may == {Role.ADMIN, Role.OWNER}
    assert Action.AUDIT_READ in KEY_ACTIONS
    ground = Ground()
    for path in ("/api/v1/audit", "/api/v1/audit/heads", "/api/v1/audit/key"):
        assert ground.api.call("GET", path, token=APP_KEY).status == 403, "an app that reads tools"


def test_a_change_is_its_callers_from_where_the_gateway_saw_it(api: Api) -> None:
    """Whatever headers claim."""
    api.call(
        "POST",
        "/api/v1/members/ada/block",
        headers={"x-forwarded-for": "198.51.100.9", "x-request-id": "mine"},
    )
    author = api.authors[-1]
    assert isinstance(author, Author)
    assert (author.actor.kind, author.actor.id) == (ActorKind.KEY, INTEGRATION_ID)
    assert author.action == "POST /api/v1/members/{external_id}/block"
    assert author.source_ip != "198.51.100.9"
    assert author.request_id != "mine"
    assert author.at == NOW


def test_an_administrators_change_is_the_administrators(api: Api) -> None:
    api.call("POST", "/admin/v1/projects", {"name": "New"}, token=ADMIN_TOKEN)
    author = api.authors[-1]
    assert author is not None
    assert author.actor == BOOTSTRAP


def test_who_has_not_come_in_changes_nothing(api: Api) -> None:
    api.call("GET", "/health", token=None)
    assert api.authors == [None]
    api.call("POST", "/admin/v1/projects", {"name": "New"}, token="nobody")
    assert api.authors == [None]
