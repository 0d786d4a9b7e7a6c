"""Members through the API."""

import pytest

from gatehouse.domain.members import MemberStanding
from tests.rest import Api
from tests.samples import NOW, PROJECT_ID

MEMBERS = "/api/v1/members"


def api_with(*external_ids: str) -> Api:
    """An API that has given each of these members a session."""
    api = Api()
    for external_id in external_ids:
        api.table.members[PROJECT_ID, external_id] = MemberStanding(external_id=external_id)
    return api


def standing(api: Api, external_id: str = "ada") -> MemberStanding:
    return api.table.members[PROJECT_ID, external_id]


@pytest.mark.parametrize("external_id", ["ada", "org/42", "a b", "ünï", "block", "%2F", "a/block"])
def test_each_change_ends_the_members_sessions(external_id: str) -> None:
    api = api_with(external_id)
    path = f"{MEMBERS}/{external_id}"
    assert api.call("POST", f"{path}/end-sessions").status == 204
    assert standing(api, external_id).epoch == 1
    assert api.call("POST", f"{path}/block", {}).status == 204
    assert (standing(api, external_id).epoch, standing(api, external_id).blocked_at) == (2, NOW)
    assert api.call("DELETE", f"{path}/block").status == 204
    assert (standing(api, external_id).epoch, standing(api, external_id).is_blocked) == (3, False)
    assert list(api.table.members) == [(PROJECT_ID, external_id)]


def test_nobody_is_unblocked_who_is_not_blocked() -> None:
    api = api_with("ada")
    assert api.call("DELETE", f"{MEMBERS}/ada/block").status == 404
    assert standing(api).epoch == 0


@pytest.mark.parametrize("external_id", ["nobody", "eve", "x" * 1001])
def test_who_was_never_seen_here_is_not_found(external_id: str) -> None:
    api = api_with("ada")
    api.table.members["Other001", "eve"] = MemberStanding(external_id="eve")
    before = dict(api.table.members)
    for method, action in (("POST", "block"), ("DELETE", "block"), ("POST", "end-sessions")):
        assert api.call(method, f"{MEMBERS}/{external_id}/{action}").status == 404
    assert api.table.members == before


def test_members_are_listed_with_what_is_known_of_them() -> None:
    api = Api()
    api.table.members[PROJECT_ID, "ada"] = MemberStanding(
        external_id="ada",
        epoch=4,
        email="ada@example.com",
        roles=("admin",),
        first_seen=NOW,
        last_seen=NOW + 60,
    )
    api.table.members["Other001", "eve"] = MemberStanding(external_id="eve")
    assert api.call("GET", MEMBERS).json == {
        "items": [
            {
                "external_id": "ada",
                "email": "ada@example.com",
                "roles": ["admin"],
                "blocked": False,
                "blocked_at": None,
                "first_seen": "2023-11-14T22:13:20Z",
                "last_seen": "2023-11-14T22:14:20Z",
            }
        ],
        "next_cursor": None,
    }


def test_a_list_goes_on_after_a_member_of_any_spelling() -> None:
    ids = ["a", "ü/ß", "日本"]
    api = api_with(*ids)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.call("GET", MEMBERS, query="limit=1" + (cursor and f"&cursor={cursor}")).json
        seen += [member["external_id"] for member in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ids
