"""Registering, changing and removing tools through the API."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain.errors import Unavailable
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.tools import Tool
from gatehouse.edge import log
from tests.rest import NO_LIMITS, SECRET, TOOL, Api
from tests.samples import API_KEY, NOW, PROJECT_ID

TOOLS = "/api/v1/custom-tools"
NAME = str(TOOL["name"])


def stored(api: Api) -> Tool:
    return api.table.tools[PROJECT_ID, NAME]


def patch(api: Api, change: dict[str, Any], **options: Any) -> Any:
    tool_id = stored(api).id
    return api.call("PATCH", f"{TOOLS}/{tool_id}", change, **options)


def test_a_new_tool_is_shown_with_its_defaults_and_without_its_secret() -> None:
    api = Api()
    answer = api.call("POST", TOOLS, TOOL)
    assert answer.status == 201
    assert answer.headers["etag"] == '"1"'
    tool = answer.json
    sent = {name: value for name, value in TOOL.items() if name != "encrypted_auth_secret"}
    assert tool.items() >= sent.items()
    assert tool | {"digest": "", "id": ""} == {
        **sent,
        "id": "",
        "digest": "",
        "title": None,
        "icons": None,
        "annotations": None,
        "output_schema": None,
        "headers_template": {},
        "query_template": {},
        "body_template": None,
        "require_member": False,
        "inject_member_identity": {"id": False, "email": False, "roles": False},
        "allowed_roles": [],
        "has_secret": True,
        "previous_secret_until": None,
        "approval": "pending",
        "signature_scheme": "tng1",
        "timeout_seconds": 10,
        "deduplicate_seconds": 30,
        "max_response_bytes": 4_400_000,
        "on_oversize": "truncate",
        "idempotency_key": False,
        "body_encoding": "json",
        "limits": NO_LIMITS,
        "warrant_mode": None,
        "allow_equal_calls": False,
        "imported_from": None,
        "is_enabled": True,
        "version": 1,
        "created_at": "2023-11-14T22:13:20Z",
        "updated_at": "2023-11-14T22:13:20Z",
    }
    status = {"breaker": "closed", "since": None}
    assert api.call("GET", f"{TOOLS}/{tool['id']}").json == {**tool, "status": status}


def test_an_origin_is_checked_for_the_deployment_the_project_and_what_its_name_means() -> None:
    api = Api()
    api.names.known = {"inside.example.com": ["93.184.215.14", "10.0.0.1"]}
    for url in ("https://169.254.169.254", "https://2130706433", "https://inside.example.com"):
        answer = api.call("POST", TOOLS, {**TOOL, "base_url": url})
        assert (answer.status, answer.fields) == (422, ["base_url"])
    settings = ProjectSettings(upstream_origins=("https://crm.example.com",))
    api.table.projects[PROJECT_ID] = replace(api.table.projects[PROJECT_ID], settings=settings)
    assert api.call("POST", TOOLS, TOOL).status == 201
    elsewhere = {"base_url": "https://other.example.com", "encrypted_auth_secret": SECRET}
    other = api.call("POST", TOOLS, {**TOOL, **elsewhere, "name": "other"})
    assert (other.status, other.fields) == (422, ["base_url"])
    moved = patch(api, {**elsewhere, "version": 1})
    assert (moved.status, moved.fields) == (422, ["base_url"])
    assert stored(api).definition.base_url == "https://crm.example.com"


@pytest.mark.parametrize(
    ("field", "value"),
    [("max_response_bytes", 1023), ("max_response_bytes", 4_400_001), ("on_oversize", "cut"),
     ("idempotency_key", "yes"), ("idempotency_key", 1)],
)  # fmt: skip
def test_an_answers_bounds_are_bounded(field: str, value: object) -> None:
    answer = Api().call("POST", TOOLS, {**TOOL, field: value})
    assert (answer.status, answer.fields) == (422, [field])


@pytest.mark.parametrize("name", ["Idempotency-Key", "idempotency_key"])
def test_a_key_of_repetitions_is_set_by_one_side_alone(name: str) -> None:
    own = {**TOOL, "headers_template": {name: "{contact_id}"}}
    assert Api().call("POST", TOOLS, own).status == 201
    both = Api().call("POST", TOOLS, {**own, "idempotency_key": True})
    assert (both.status, both.fields) == (422, ["headers_template"])


def test_a_tool_keeps_every_field_it_was_given() -> None:
    given = {
        "title": "Look up",
        "annotations": {"readOnlyHint": True},
        "output_schema": {"type": "object"},
        "headers_template": {"X-Org": "{contact_id}"},
        "query_template": {"q": "{request.id}"},
        "body_template": {"id": "{contact_id}"},
        "require_member": True,
        "inject_member_identity": {"id": True, "email": False, "roles": True},
        "allowed_roles": ["admin"],
        "signature_scheme": "tng2",
        "timeout_seconds": 3,
        "deduplicate_seconds": 0,
        "is_enabled": False,
    }
    assert Api().tool(**given).items() >= given.items()


@pytest.mark.parametrize(
    ("method", "seconds"), [("GET", 0), ("POST", 30), ("PUT", 0), ("PATCH", 30), ("DELETE", 0)]
)
def test_only_methods_that_may_act_twice_deduplicate_by_default(method: str, seconds: int) -> None:
    assert Api().tool(http_method=method)["deduplicate_seconds"] == seconds


def test_the_secret_is_sealed_for_tool_origin_and_strategy_and_never_shown() -> None:
    api = Api()
    answers = [
        api.call("POST", TOOLS, TOOL),
        api.call("GET", TOOLS),
        patch(api, {"version": 1, "encrypted_auth_secret": "another-" + SECRET}),
        api.call("GET", f"{TOOLS}/{stored(api).id}"),
        api.call("POST", f"{TOOLS}/{stored(api).id}/test", {"arguments": {"contact_id": "1"}}),
        api.call("POST", TOOLS, {**TOOL, "name": "a b"}),
        api.call("POST", TOOLS, {**TOOL, "encrypted_auth_secret": SECRET + " "}),
        api.call("POST", TOOLS, {**TOOL, "encrypted_auth_secret": [SECRET]}),
    ]
    assert [answer.status for answer in answers] == [201, 200, 200, 200, 200, 422, 422, 422]
    assert not any(SECRET in answer.text for answer in answers)
    assert not any("ciphertext" in answer.text for answer in answers)
    tool = stored(api)
    assert tool.sealed_secret is not None
    assert api.sealer.open(tool.sealed_secret, tool.secret_binding) == "another-" + SECRET
    assert (tool.secret_binding.origin, tool.secret_binding.auth_strategy) == (
        "https://crm.example.com",
        "hmac_signature",
    )


def test_a_wrong_tool_is_refused_with_each_field_and_nothing_is_stored() -> None:
    api = Api()
    before = dict(api.table.tools)
    body = {
        **TOOL,
        "name": "two words",
        "http_method": "FETCH",
        "base_url": "http://crm.example.com",
        "endpoint_path": "/{nobody}",
        "timeout_seconds": "10",
        "surplus": 1,
    }
    del body["description"], body["encrypted_auth_secret"]
    answer = api.call("POST", TOOLS, body)
    assert answer.status == 422
    assert sorted(answer.fields) == sorted(
        [
            "name",
            "description",
            "http_method",
            "base_url",
            "endpoint_path",
            "timeout_seconds",
            "surplus",
            "encrypted_auth_secret",
        ]
    )
    assert api.table.tools == before
    assert api.sealer.sealed == []


def test_what_cannot_be_judged_for_want_of_another_field_is_not_blamed() -> None:
    answer = Api().call(
        "POST", TOOLS, {**TOOL, "input_schema": "x", "endpoint_path": "/{a}", "auth_strategy": 1}
    )
    assert sorted(answer.fields) == ["auth_strategy", "input_schema"]


@pytest.mark.parametrize(
    "changes",
    [
        {"require_member": "true"},
        {"inject_member_identity": {"id": 1}},
        {"inject_member_identity": {"name": True}},
        {"inject_member_identity": True},
        {"headers_template": {"X-Org": 1}},
        {"allowed_roles": "admin"},
        {"is_enabled": 1},
        {"timeout_seconds": True},
        {"auth_strategy": "basic"},
        {"signature_scheme": "tng3"},
        {"project_id": "Other001"},
        {"id": "tool_x"},
        {"digest": "x"},
        {"has_secret": False},
        {"created_at": "2020-01-01T00:00:00Z"},
        {"sealed_secret": {}},
        {"version": 9},
    ],
)
def test_nobody_sets_what_is_of_another_type_or_not_theirs(changes: dict[str, object]) -> None:
    api = Api()
    answer = api.call("POST", TOOLS, {**TOOL, **changes})
    assert answer.status == 422
    assert answer.fields[0].partition(".")[0] == next(iter(changes))
    assert (PROJECT_ID, NAME) not in api.table.tools


def test_a_name_is_taken_once() -> None:
    api = Api()
    api.tool()
    assert api.call("POST", TOOLS, TOOL).status == 409


def test_a_change_touches_the_given_fields_only() -> None:
    api = Api()
    before = api.tool(title="Look up", allowed_roles=["admin"])
    api.now = NOW + 60
    answer = patch(api, {"version": 1, "description": "Find one contact", "title": None})
    assert answer.status == 200
    assert answer.headers["etag"] == '"2"'
    after = answer.json
    assert after["digest"] != before["digest"]
    changed = {"description", "title", "version", "digest", "updated_at"}
    assert {name for name in after if after[name] != before[name]} == changed
    assert (after["title"], after["version"]) == (None, 2)


def test_disabling_keeps_definition_and_secret() -> None:
    api = Api()
    before = api.tool()
    sealed = stored(api).sealed_secret
    after = patch(api, {"version": 1, "is_enabled": False}).json
    assert (after["is_enabled"], after["digest"]) == (False, before["digest"])
    assert stored(api).sealed_secret == sealed
    assert patch(api, {"version": 2, "is_enabled": True}).json["is_enabled"] is True


def test_a_change_needs_the_version_it_is_based_on() -> None:
    api = Api()
    api.tool()
    assert patch(api, {"title": "x"}).fields == ["version"]
    for etag in ("1", 'W/"1"', "*", '"1", "2"', '""'):
        assert patch(api, {"title": "x"}, headers={"if-match": etag}).fields == ["If-Match"]
    assert patch(api, {"title": "x", "version": 1}, headers={"if-match": '"2"'}).fields == [
        "version"
    ]
    assert stored(api).version == 1


def test_of_two_writers_the_second_is_told_the_current_version() -> None:
    api = Api()
    api.tool()
    assert patch(api, {"version": 1, "title": "first"}).status == 200
    lost = patch(api, {"version": 1, "title": "second"})
    assert (lost.status, lost.json["current_version"]) == (409, 2)
    lost = patch(api, {"title": "second"}, headers={"if-match": '"1"'})
    assert (lost.status, lost.json["current_version"]) == (412, 2)
    assert stored(api).definition.title == "first"
    assert patch(api, {"title": "second"}, headers={"if-match": '"2"'}).status == 200


def test_what_comes_too_late_is_not_even_judged_or_sealed() -> None:
    api = Api()
    api.tool()
    sealed = list(api.sealer.sealed)
    late = {"version": 7, "timeout_seconds": 99}
    assert patch(api, late).status == 409
    assert patch(api, {"version": 7, "encrypted_auth_secret": SECRET}).status == 409
    assert api.sealer.sealed == sealed


@pytest.mark.parametrize(
    "change",
    [{"base_url": "https://evil.example.com"}, {"auth_strategy": "static_bearer"}],
    ids=["origin", "strategy"],
)
def test_a_secret_does_not_follow_to_another_origin_or_use(change: dict[str, object]) -> None:
    api = Api()
    api.tool()
    before = stored(api)
    refused = patch(api, {"version": 1, **change})
    assert refused.status == 409
    assert "current_version" not in refused.json
    assert stored(api) == before
    again = {"version": 1, **change, "encrypted_auth_secret": SECRET}
    assert patch(api, again).status == 200
    tool = stored(api)
    assert tool.sealed_secret is not None
    assert api.sealer.open(tool.sealed_secret, tool.secret_binding) == SECRET


def test_a_tool_that_stops_to_authenticate_forgets_its_secret() -> None:
    api = Api()
    api.tool()
    after = patch(api, {"version": 1, "auth_strategy": "none"}).json
    assert after["has_secret"] is False
    assert stored(api).sealed_secret is None
    back = patch(api, {"version": 2, "auth_strategy": "hmac_signature"})
    assert (back.status, back.fields) == (422, ["encrypted_auth_secret"])


def test_a_change_is_held_to_the_rules_of_a_new_tool() -> None:
    api = Api()
    api.tool()
    before = stored(api)
    refused = patch(api, {"version": 1, "endpoint_path": "x", "timeout_seconds": 99})
    assert (refused.status, refused.fields) == (422, ["endpoint_path", "timeout_seconds"])
    assert patch(api, {"version": 1, "base_url": None}).fields == ["base_url"]
    assert patch(api, {"version": 1, "encrypted_auth_secret": "short"}).status == 422
    for field in ("name", "id", "project_id", "digest", "has_secret", "updated_at"):
        assert patch(api, {"version": 1, field: "x"}).fields == [field]
    assert stored(api) == before


def test_a_removed_tool_is_gone() -> None:
    api = Api()
    tool_id = api.tool()["id"]
    assert api.call("DELETE", f"{TOOLS}/{tool_id}").status == 204
    for method in ("GET", "DELETE"):
        assert api.call(method, f"{TOOLS}/{tool_id}").status == 404


def test_tools_are_listed_page_by_page() -> None:
    api = Api()
    api.table.tools.clear()
    for name in "cab":
        api.tool(name=name)
    first = api.call("GET", TOOLS, query="limit=2").json
    assert [tool["name"] for tool in first["items"]] == ["a", "b"]
    rest = api.call("GET", TOOLS, query=f"limit=2&cursor={first['next_cursor']}").json
    assert ([tool["name"] for tool in rest["items"]], rest["next_cursor"]) == (["c"], None)


@pytest.mark.parametrize(
    "tool_id",
    ["x", "tool_", "tool_!!", "tool_YQ==", "tool_YR", "tool_w7w", "key_YQ", "tool_bm9ib2R5", "%00"],
)
def test_an_id_of_any_shape_that_is_not_there_is_not_found(tool_id: str) -> None:
    api = Api()
    bodies = []
    for method, body in (("GET", None), ("DELETE", None), ("PATCH", {"version": 1})):
        answer = api.call(method, f"{TOOLS}/{tool_id}", body)
        assert answer.status == 404
        bodies.append({k: v for k, v in answer.json.items() if k != "request_id"})
    assert bodies[1:] == bodies[:-1]


def test_another_projects_tool_reads_as_absent() -> None:
    api = Api()
    tool = stored_elsewhere(api)
    for method, body in (
        ("GET", None),
        ("DELETE", None),
        ("PATCH", {"version": 1}),
    ):
        foreign = api.call(method, f"{TOOLS}/{tool.id}", body)
        absent = api.call(method, f"{TOOLS}/tool_bm9ib2R5", body)
        assert foreign.status == absent.status == 404
        assert foreign.json | {"request_id": ""} == absent.json | {"request_id": ""}
    assert api.table.tools["Other001", "theirs"] == tool


def stored_elsewhere(api: Api) -> Tool:
    tool = next(iter(api.table.tools.values()))
    theirs = replace(
        tool, project_id="Other001", definition=replace(tool.definition, name="theirs")
    )
    api.table.tools["Other001", "theirs"] = theirs
    return theirs


def test_a_secret_that_cannot_be_sealed_leaves_nothing_behind() -> None:
    api = Api()

    def unavailable(*_: object) -> None:
        raise Unavailable

    api.sealer.seal = unavailable  # type: ignore[assignment,method-assign]
    answer = api.call("POST", TOOLS, TOOL)
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert (PROJECT_ID, NAME) not in api.table.tools


def test_what_nobody_foresaw_is_a_bare_500() -> None:
    api = Api()

    def broken(*_: object) -> None:
        raise RuntimeError(SECRET)

    api.sealer.seal = broken  # type: ignore[assignment,method-assign]
    answer = api.call("POST", TOOLS, TOOL)
    assert answer.status == 500
    assert answer.json.keys() == {"type", "title", "status", "request_id"}


def test_no_credential_and_no_secret_gets_into_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    for handler in log.logger.handlers:
        monkeypatch.setattr(handler, "stream", stream)
    api = Api()
    api.tool()
    api.call("POST", TOOLS, {**TOOL, "encrypted_auth_secret": SECRET + " "})
    api.call("GET", TOOLS)
    logged = stream.getvalue()
    assert SECRET not in logged
    assert API_KEY not in logged
    lines = [json.loads(line) for line in logged.splitlines()]
    assert [(line["http.route"], line["http.response.status_code"]) for line in lines] == [
        ("POST /api/v1/custom-tools", 201),
        ("POST /api/v1/custom-tools", 422),
        ("GET /api/v1/custom-tools", 200),
    ]
    assert {line["project_id"] for line in lines} == {PROJECT_ID}
