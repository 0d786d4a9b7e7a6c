"""Approving definitions: a tool that changes behind somebody's back is not theirs any more."""

from typing import Any

from tests.rest import ADMIN_TOKEN, Answer, Api
from tests.samples import PROJECT_ID

TOOLS = "/api/v1/custom-tools"


def approve(api: Api, tool: Any, digest: object) -> Answer:
    return api.call("POST", f"{TOOLS}/{tool['id']}/approve", {"digest": digest})


def read(api: Api, tool: Any) -> Any:
    return api.call("GET", f"{TOOLS}/{tool['id']}").json


def test_a_new_tool_is_pending_until_its_digest_is_approved() -> None:
    api = Api()
    tool = api.tool()
    assert tool["approval"] == "pending"
    approved = approve(api, tool, tool["digest"])
    assert approved.status == 200
    assert (approved.json["approval"], approved.json["version"]) == ("approved", 2)
    assert approved.headers["etag"] == '"2"'
    assert read(api, tool)["approval"] == "approved"
    listed = {each["id"]: each for each in api.call("GET", TOOLS).json["items"]}
    assert listed[tool["id"]]["approval"] == "approved"


def test_another_digest_than_the_present_one_is_a_conflict() -> None:
    api = Api()
    tool = api.tool()
    changed = api.call(
        "PATCH", f"{TOOLS}/{tool['id']}", {"description": "Now it does more", "version": 1}
    ).json
    late = approve(api, tool, tool["digest"])
    assert (late.status, late.json["current_version"]) == (409, 2)
    assert read(api, tool)["approval"] == "pending"
    assert approve(api, tool, changed["digest"]).status == 200


def test_a_changed_definition_is_pending_again_and_its_return_is_not() -> None:
    api = Api()
    tool = api.tool()
    approve(api, tool, tool["digest"])
    path = f"{TOOLS}/{tool['id']}"
    changed = api.call("PATCH", path, {"description": "Now it does more", "version": 2})
    assert changed.json["approval"] == "pending"
    back = api.call("PATCH", path, {"description": tool["description"], "version": 3})
    assert back.json["approval"] == "approved"


def test_what_is_no_part_of_the_definition_needs_no_approval() -> None:
    api = Api()
    tool = api.tool()
    approve(api, tool, tool["digest"])
    change = {"is_enabled": False, "encrypted_auth_secret": "another-secret-of-it", "version": 2}
    assert api.call("PATCH", f"{TOOLS}/{tool['id']}", change).json["approval"] == "approved"


def test_a_change_under_way_does_not_outlive_an_approval() -> None:
    """The version rises, or the change would bring back what was approved before."""
    api = Api()
    tool = api.tool()
    approve(api, tool, tool["digest"])
    late = api.call("PATCH", f"{TOOLS}/{tool['id']}", {"description": "Late", "version": 1})
    assert late.status == 409


def test_nobody_approves_what_is_not_theirs_or_sets_it_by_hand() -> None:
    api = Api()
    tool = api.tool()
    assert approve(api, {"id": "tool_bm90aGluZw"}, tool["digest"]).status == 404
    for given in (None, 1, [tool["digest"]]):
        assert approve(api, tool, given).status == 422
    for field in ("approval", "approved_digest", "digest"):
        change = {field: tool["digest"], "version": 1}
        assert api.call("PATCH", f"{TOOLS}/{tool['id']}", change).status == 422


def test_the_administrator_decides_whether_a_project_asks_for_approval() -> None:
    api = Api()
    path = f"/admin/v1/projects/{PROJECT_ID}"
    assert api.call("GET", "/api/v1/project").json["settings"]["require_approval"] is False
    change = {"settings": {"require_approval": True}, "version": 1}
    changed = api.call("PATCH", path, change, token=ADMIN_TOKEN)
    assert changed.json["settings"]["require_approval"] is True
    assert api.call("GET", "/api/v1/project").json["settings"]["require_approval"] is True
    assert api.call("PATCH", path, change).status == 401, "not with a project's own key"
    kept = api.call("PATCH", path, {"name": "Renamed", "version": 2}, token=ADMIN_TOKEN)
    assert kept.json["settings"]["require_approval"] is True
    off = {"settings": {"require_approval": None}, "version": 3}
    given_back = api.call("PATCH", path, off, token=ADMIN_TOKEN)
    assert given_back.json["settings"]["require_approval"] is False


# --- resources are held to the same


RESOURCES = "/api/v1/resources"


def resource(api: Api) -> Any:
    return api.call("POST", RESOURCES, {"name": "a", "uri": "test://a", "text": "one"}).json


def test_a_resource_is_pending_until_its_digest_is_approved_and_after_a_change() -> None:
    api = Api()
    made = resource(api)
    assert made["approval"] == "pending"
    path = f"{RESOURCES}/{made['id']}"
    approved = api.call("POST", f"{path}/approve", {"digest": made["digest"]})
    assert (approved.status, approved.json["approval"]) == (200, "approved")
    assert approved.headers["etag"] == '"2"'
    late = api.call("PATCH", path, {"text": "late", "version": 1})
    assert late.status == 409
    changed = api.call("PATCH", path, {"text": "two", "version": 2}).json
    assert changed["approval"] == "pending"
    again = api.call("POST", f"{path}/approve", {"digest": made["digest"]})
    assert (again.status, again.json["current_version"]) == (409, 3)
    assert api.call("GET", path).json["approval"] == "pending"


def test_no_resource_of_another_project_is_approved() -> None:
    api = Api()
    absent = api.call("POST", f"{RESOURCES}/res_Zm9yZWlnbg/approve", {"digest": "0" * 64})
    assert absent.status == 404


def test_an_approval_cannot_be_written_along() -> None:
    api = Api()
    body = {"name": "a", "uri": "test://a", "text": "one", "approval": "approved"}
    assert api.call("POST", RESOURCES, body).status == 422
