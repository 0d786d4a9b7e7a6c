"""What projects and tools ask of warrants, and whose they trust, through the API."""

import base64
from typing import Any

import pytest

from tests.rest import NO_LIMITS, Api
from tests.samples import INTEGRATION_ID, PROJECT_ID
from tests.warrants import PUBLIC

POLICY = "/api/v1/warrants/policy"
ROOTS = "/api/v1/warrants/roots"
ASKED = {
    "mode": "audit",
    "require_warrant": False,
    "clearances": {"admin_*": 40, "crm-contacts-get": 1},
    "receipts": True,
}
ROOT = PUBLIC["root"]


def put(api: Api, **changes: Any) -> Any:
    return api.call("PUT", POLICY, {**ASKED, "version": 1, **changes})


def test_a_project_asks_nothing_of_warrants_until_it_is_told_to() -> None:
    api = Api()
    answer = api.call("GET", POLICY)
    assert answer.json == {
        "mode": "off",
        "require_warrant": True,
        "clearances": {},
        "receipts": False,
        "version": 1,
        "revocation_key": answer.json["revocation_key"],
    }
    assert len(bytes.fromhex(answer.json["revocation_key"])) == 32
    assert answer.headers["etag"] == '"1"'


def test_a_policy_is_replaced_on_the_version_that_the_caller_knows() -> None:
    api = Api()
    changed = put(api)
    assert changed.status == 200
    assert changed.json.items() >= {**ASKED, "version": 2}.items()
    assert api.call("GET", POLICY).json == changed.json
    assert api.table.projects[PROJECT_ID].warrant_policy.mode == "audit"
    lost = put(api, mode="off")
    assert (lost.status, lost.json["current_version"]) == (409, 2)
    body = {**ASKED, "mode": "enforce"}
    assert api.call("PUT", POLICY, body, headers={"if-match": '"1"'}).status == 412
    assert api.call("PUT", POLICY, body, headers={"if-match": '"2"'}).json["mode"] == "enforce"
    assert api.call("GET", POLICY).json["version"] == 3


def test_a_policy_is_given_whole() -> None:
    for name in ASKED:
        body = {field: value for field, value in ASKED.items() if field != name}
        answer = Api().call("PUT", POLICY, {**body, "version": 1})
        assert (answer.status, answer.fields) == (422, [name])
    assert Api().call("PUT", POLICY, ASKED).fields == ["version"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("mode", {"mode": "strict"}),
        ("mode", {"mode": None}),
        ("require_warrant", {"require_warrant": "no"}),
        ("receipts", {"receipts": 1}),
        ("clearances", {"clearances": {"a*b": 1}}),
        ("clearances", {"clearances": {"": 1}}),
        ("clearances", {"clearances": {"*a": 1}}),
        ("clearances", {"clearances": {"x" * 65: 1}}),
        ("clearances", {"clearances": {"a b": 1}}),
        ("clearances", {"clearances": {f"tool-{n}": 1 for n in range(51)}}),
        ("clearances.a*", {"clearances": {"a*": 0}}),
        ("clearances.a", {"clearances": {"a": 51}}),
        ("clearances.a", {"clearances": {"a": True}}),
        ("more", {"more": 1}),
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused(field: str, changes: dict[str, Any]) -> None:
    api = Api()
    answer = put(api, **changes)
    assert (answer.status, answer.fields) == (422, [field])
    assert api.call("GET", POLICY).json["mode"] == "off"


def test_every_tool_may_ask_for_the_same_clearance() -> None:
    assert put(Api(), clearances={"*": 50}).json["clearances"] == {"*": 50}


@pytest.mark.parametrize(
    "text",
    [
        ROOT.hex(),
        ROOT.hex().upper(),
        base64.b64encode(ROOT).decode(),
        base64.urlsafe_b64encode(ROOT).decode().rstrip("="),
        base64.b64encode(b"\xff" * 31 + b"\x01").decode(),
    ],
)
def test_a_key_may_be_written_in_hexadecimal_or_base64(text: str) -> None:
    answer = Api().call("POST", ROOTS, {"public_key": text})
    assert answer.status == 201, answer.text
    assert len(answer.json["public_key"]) == 64
    assert answer.json["public_key"] == answer.json["public_key"].lower()


@pytest.mark.parametrize(
    "text",
    [
        "",
        ROOT.hex()[:-2],
        ROOT.hex() + "00",
        ROOT.hex()[:-2] + "  ",
        base64.b64encode(ROOT[:31]).decode(),
        base64.b64encode(ROOT).decode()[:-2],
        "tnu_pub_" + ROOT.hex(),
        "0" * 64,
        "01" + "00" * 31,
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ed" + "ff" * 30 + "7f",
    ],
)
def test_a_text_that_is_no_key_or_a_key_that_proves_nothing_is_refused(text: str) -> None:
    api = Api()
    answer = api.call("POST", ROOTS, {"public_key": text})
    assert (answer.status, answer.fields) == (422, ["public_key"])
    assert not api.table.roots


def test_a_root_is_listed_until_it_is_removed() -> None:
    api = Api()
    body = {
        "public_key": ROOT.hex(),
        "description": "issuer of billing",
        "integration_ids": [INTEGRATION_ID],
    }
    made = api.call("POST", ROOTS, body)
    assert made.json == {**body, "created_at": "2023-11-14T22:13:20Z"}
    assert api.call("POST", ROOTS, {"public_key": ROOT.hex()}).status == 409
    assert api.call("GET", ROOTS).json == {"items": [made.json], "next_cursor": None}
    for wrong in (ROOT.hex().upper(), ROOT.hex()[:-1], PUBLIC["alice"].hex(), "x"):
        assert api.call("DELETE", f"{ROOTS}/{wrong}").status == 404
    assert api.call("DELETE", f"{ROOTS}/{ROOT.hex()}").status == 204
    assert not api.table.roots
    assert api.call("DELETE", f"{ROOTS}/{ROOT.hex()}").status == 404


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("description", {"description": ""}),
        ("description", {"description": "a\u200bb"}),
        ("description", {"description": "x" * 501}),
        ("integration_ids", {"integration_ids": []}),
        ("integration_ids", {"integration_ids": [INTEGRATION_ID] * 2}),
        ("integration_ids", {"integration_ids": [f"Integ{n:03}" for n in range(51)]}),
        ("integration_ids.1", {"integration_ids": [INTEGRATION_ID, "x"]}),
        ("integration_ids.0", {"integration_ids": ["Integ-01"]}),
    ],
)
def test_what_is_wrong_about_a_root_is_told(field: str, changes: dict[str, Any]) -> None:
    answer = Api().call("POST", ROOTS, {"public_key": ROOT.hex(), **changes})
    assert (answer.status, answer.fields) == (422, [field])


def test_roots_are_listed_page_by_page() -> None:
    api = Api()
    for name in ("alice", "bob", "carol"):
        api.call("POST", ROOTS, {"public_key": PUBLIC[name].hex()})
    first = api.call("GET", ROOTS, query="limit=2").json
    rest = api.call("GET", ROOTS, query=f"limit=2&cursor={first['next_cursor']}").json
    found = [root["public_key"] for root in (*first["items"], *rest["items"])]
    assert found == sorted(PUBLIC[name].hex() for name in ("alice", "bob", "carol"))


def test_a_tool_may_be_stricter_without_being_another_tool() -> None:
    api = Api()
    made = api.tool(warrant_mode="permissive", allow_equal_calls=True)
    assert (made["warrant_mode"], made["allow_equal_calls"]) == ("permissive", True)
    path = f"/api/v1/custom-tools/{made['id']}"
    other = api.call("PATCH", path, {"limits": NO_LIMITS, "version": 1}).json
    assert (other["warrant_mode"], other["allow_equal_calls"]) == ("permissive", True)
    changed = {"warrant_mode": "enforce", "allow_equal_calls": False, "version": 2}
    stricter = api.call("PATCH", path, changed).json
    assert (stricter["warrant_mode"], stricter["allow_equal_calls"]) == ("enforce", False)
    null = {"warrant_mode": None, "allow_equal_calls": None, "version": 3}
    plain = api.call("PATCH", path, null).json
    assert (plain["warrant_mode"], plain["allow_equal_calls"]) == (None, False)
    assert made["digest"] == stricter["digest"] == plain["digest"]


@pytest.mark.parametrize(
    "field", [{"warrant_mode": "strict"}, {"warrant_mode": 1}, {"allow_equal_calls": "yes"}]
)
def test_a_tool_knows_no_other_modes(field: dict[str, Any]) -> None:
    api = Api()
    path = f"/api/v1/custom-tools/{api.tool()['id']}"
    answer = api.call("PATCH", path, {**field, "version": 1})
    assert (answer.status, answer.fields) == (422, list(field))


def test_approving_a_tool_leaves_what_it_asks_of_warrants() -> None:
    api = Api()
    made = api.tool(warrant_mode="enforce", allow_equal_calls=True)
    path = f"/api/v1/custom-tools/{made['id']}"
    approved = api.call("POST", f"{path}/approve", {"digest": made["digest"]}).json
    assert (approved["warrant_mode"], approved["allow_equal_calls"]) == ("enforce", True)
