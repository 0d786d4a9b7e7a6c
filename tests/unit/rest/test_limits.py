"""Limits through the API: where they are set, who may set which, and that they hold for trials."""

import pytest

from gatehouse.domain import api_keys, app_keys
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.limits import Limits
from gatehouse.edge.failures import CountedFailures
from gatehouse.edge.rest.application import ManagementApi
from gatehouse.edge.serving import Serve
from gatehouse.usecases.limit_requests import LimitFailures
from tests.events import http_event
from tests.rest import ADMIN_TOKEN, NO_LIMITS, Answer, Api
from tests.samples import API_KEY, INTEGRATION_ID, PROJECT_ID

PROJECT = f"/admin/v1/projects/{PROJECT_ID}"
INTEGRATIONS = "/api/v1/integrations"
TOOLS = "/api/v1/custom-tools"
WRONG = api_keys.compose(PROJECT_ID, INTEGRATION_ID, "w" * 24)


def set_limits(api: Api, version: int = 1, **settings: object) -> Answer:
    body = {"settings": settings, "version": version}
    return api.call("PATCH", PROJECT, body, token=ADMIN_TOKEN)


def trial(api: Api, tool_id: str) -> Answer:
    body = {"arguments": {"contact_id": "42"}, "execute": True}
    return api.call("POST", f"{TOOLS}/{tool_id}/test", body)


def test_the_administrator_limits_a_project_and_everybody_in_it_may_read_that() -> None:
    api = Api()
    assert set_limits(api, limits={"per_second": 5, "concurrent": 2}).status == 200
    assert set_limits(api, 2, member_limits={"per_day": 9}).status == 200
    own = api.call("GET", "/api/v1/project").json["settings"]
    read = api.call("GET", PROJECT, token=ADMIN_TOKEN).json["settings"]
    assert own == read
    assert own["limits"] == NO_LIMITS | {"per_second": 5, "concurrent": 2}
    assert own["member_limits"] == NO_LIMITS | {"per_day": 9}
    assert set_limits(api, 3, limits=None).json["settings"]["limits"] == NO_LIMITS
    assert api.call("PATCH", PROJECT, {"settings": {}, "version": 4}).status == 401


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("per_second", 10_001),
        ("per_minute", -1),
        ("per_day", 1.5),
        ("concurrent", 1_001),
        ("concurrent", "5"),
        ("per_second", True),
        ("per_hour", 1),
    ],
)
def test_a_limit_that_cannot_be_counted_is_refused_wherever_it_is_set(
    field: str, value: object
) -> None:
    api = Api()
    limits = {field: value}
    refused = set_limits(api, limits=limits)
    assert (refused.status, refused.fields) == (422, [f"settings.limits.{field}"])
    refused = api.call("POST", INTEGRATIONS, {"name": "x", "limits": limits})
    assert (refused.status, refused.fields) == (422, [f"limits.{field}"])
    tool = api.tool()
    new, change = {**tool_body("other"), "limits": limits}, {"limits": limits, "version": 1}
    for refused in (
        api.call("POST", TOOLS, new),
        api.call("PATCH", f"{TOOLS}/{tool['id']}", change),
    ):
        assert (refused.status, refused.fields) == (422, [f"limits.{field}"])


def tool_body(name: str) -> dict[str, object]:
    return {
        "name": name,
        "description": "Look up",
        "input_schema": {"type": "object"},
        "base_url": "https://crm.example.com",
        "http_method": "GET",
        "endpoint_path": "/",
    }


def test_an_integration_gets_its_limits_when_it_is_created() -> None:
    api = Api()
    path = f"{PROJECT}/integrations"
    body = {"name": "backend", "limits": {"per_minute": 10}}
    made = api.call("POST", path, body, token=ADMIN_TOKEN)
    assert made.status == 201
    assert made.json["limits"] == NO_LIMITS | {"per_minute": 10}
    stored = api.table.integrations[PROJECT_ID, made.json["id"]]
    assert stored.limits == Limits(per_minute=10)


def test_a_key_gives_no_other_key_more_than_it_has() -> None:
    api = Api()
    body = {"name": "parent", "limits": {"per_minute": 10, "concurrent": 2}}
    parent = api.call("POST", INTEGRATIONS, body).json["api_key"]
    for limits in ({}, {"per_minute": 11, "concurrent": 2}, {"per_minute": 10}):
        refused = api.call("POST", INTEGRATIONS, {"name": "x", "limits": limits}, token=parent)
        assert refused.status == 422
        assert all(field.startswith("limits.") for field in refused.fields)
    inherited = api.call("POST", INTEGRATIONS, {"name": "x"}, token=parent).json["limits"]
    assert inherited == NO_LIMITS | {"per_minute": 10, "concurrent": 2}
    tighter = {"per_minute": 9, "per_second": 1, "concurrent": 0}
    made = api.call("POST", INTEGRATIONS, {"name": "x", "limits": tighter}, token=parent)
    assert made.json["limits"] == NO_LIMITS | tighter


def test_a_tool_s_limits_are_no_part_of_its_digest() -> None:
    api = Api()
    tool = api.tool(limits={"per_second": 3})
    assert tool["limits"] == NO_LIMITS | {"per_second": 3}
    path = f"{TOOLS}/{tool['id']}"
    kept = api.call("PATCH", path, {"description": "Another", "version": 1}).json
    assert kept["limits"] == tool["limits"]
    assert kept["digest"] != tool["digest"]
    changed = api.call("PATCH", path, {"limits": {"per_day": 1}, "version": 2}).json
    assert changed["limits"] == NO_LIMITS | {"per_day": 1}
    assert changed["digest"] == kept["digest"]
    assert api.call("PATCH", path, {"limits": None, "version": 3}).json["limits"] == NO_LIMITS


def test_a_trial_counts_as_a_call_and_a_dry_run_does_not() -> None:
    api = Api()
    set_limits(api, limits={"per_day": 1})
    tool = api.tool()
    dry = {"arguments": {"contact_id": "42"}}
    assert api.call("POST", f"{TOOLS}/{tool['id']}/test", dry).status == 200
    made = trial(api, tool["id"])
    assert made.status == 200
    assert made.headers["ratelimit-policy"].endswith(', "project-day";q=1;w=86400')
    refused = trial(api, tool["id"])
    assert refused.status == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json["title"] == "Too Many Requests"
    assert refused.json["detail"].startswith("Limit reached: 1 call per day for this project")
    assert int(refused.headers["retry-after"]) > 0
    assert ', "project-day";r=0;t=' in refused.headers["ratelimit"]
    assert len(api.dispatcher.asked) == 1


def test_a_trial_that_could_not_be_made_tells_where_its_caller_stands() -> None:
    api = Api()
    set_limits(api, limits={"per_day": 3})
    tool = api.tool()
    api.dispatcher.raises = Unavailable
    failed = trial(api, tool["id"])
    assert failed.status == 503
    assert ', "project-day";r=2;t=' in failed.headers["ratelimit"]


def test_an_exhausted_project_can_still_be_managed() -> None:
    api = Api()
    set_limits(api, limits={"per_day": 0})
    tool = api.tool()
    assert trial(api, tool["id"]).status == 429
    change = {"is_enabled": False, "version": 1}
    assert api.call("PATCH", f"{TOOLS}/{tool['id']}", change).status == 200


@pytest.mark.parametrize(("path", "good"), [(INTEGRATIONS, API_KEY), (PROJECT, ADMIN_TOKEN)])
def test_failures_are_counted_by_address_and_good_credentials_pass(path: str, good: str) -> None:
    api = Api()
    failures = LimitFailures(counters=api.limits, per_minute=1, clock_ms=lambda: api.now * 1000)
    serve = Serve(
        answer=ManagementApi(api.entrance, api.management, lambda: None, api.clock),
        new_request_id=api.new_request_id,
        clock_ms=lambda: api.now * 1000,
        allowed_origins=frozenset,
        failures=CountedFailures(lambda: failures),
    )

    def status(credential: str) -> object:
        headers = {"authorization": f"Bearer {credential}"}
        return serve(http_event("GET", path, headers=headers))["statusCode"]

    assert [status(WRONG), status(WRONG), status(good)] == [401, 429, 200]
    in_its_own_header = {"x-service-key": app_keys.compose("0" * 12, "0000", "0" * 32)}
    assert serve(http_event("GET", path, headers=in_its_own_header))["statusCode"] == 429
    api.limits.fails = True
    assert [status(WRONG), status(good)] == [503, 200]
