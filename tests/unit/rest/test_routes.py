"""What every route has in common: who is let in, what is a body, and how a refusal reads."""

import json
import re
from dataclasses import replace

import pytest

from gatehouse.domain import api_keys, session_tokens
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.projects import Scope
from gatehouse.domain.roles import KEY_ACTIONS, Role
from gatehouse.edge.rest.routes import ROUTES
from gatehouse.edge.rest.routing import WITH_BODY, Access, Route
from tests.rest import ADMIN_TOKEN, NO_LIMITS, Answer, Api
from tests.samples import (
    API_KEY,
    DEPLOYMENT,
    INTEGRATION,
    INTEGRATION_ID,
    NOW,
    PROJECT,
    PROJECT_ID,
    RING,
    SESSION,
)
from tests.unit.test_authenticate_principal import OPERATOR, Ground

SESSION_TOKEN = session_tokens.mint(SESSION, key=RING.current, deployment_id=DEPLOYMENT)
KEYED = [r for r in ROUTES if r.access not in {Access.PUBLIC, Access.ADMIN}]
ADMINS = [r for r in ROUTES if r.access is Access.ADMIN]
BAD_KEYS = {
    "none": None,
    "empty": "",
    "nonsense": "nonsense",
    "of another secret": api_keys.compose(PROJECT_ID, INTEGRATION_ID, "x" * 24),
    "of no integration": api_keys.compose(PROJECT_ID, "Nobody00", "s" * 24),
    "of no project": api_keys.compose("Nobody00", INTEGRATION_ID, "s" * 24),
    "mistyped": API_KEY[:-1] + ("0" if API_KEY[-1] != "0" else "1"),
    "a session token": SESSION_TOKEN,
    "the admin token": ADMIN_TOKEN,
}


def name(route: Route) -> str:
    return f"{route.method} {route.path}"


def path(route: Route) -> str:
    return re.sub(r"\{\w+\}", "x", route.path)


def ask(api: Api, route: Route, **options: object) -> Answer:
    body: object = {} if route.method in WITH_BODY else None
    return api.call(route.method, path(route), body, **options)  # type: ignore[arg-type]


def as_owner() -> Api:
    """A project whose owner has `OPERATOR`."""
    api = Ground().api
    owner = replace(api.table.memberships[PROJECT_ID, "u1"], role=Role.OWNER)
    api.table.memberships[PROJECT_ID, "u1"] = owner
    return api


def same(answer: Answer) -> object:
    return {k: v for k, v in answer.json.items() if k != "request_id"}


@pytest.mark.parametrize("route", KEYED, ids=name)
def test_every_bad_credential_gets_the_same_401(route: Route) -> None:
    answers = [ask(Api(), route, token=token) for token in BAD_KEYS.values()]
    assert {answer.status for answer in answers} == {401}
    bodies = [same(answer) for answer in answers]
    assert bodies == [bodies[0]] * len(bodies)
    assert answers[0].json["detail"] == "Invalid or inactive API key"


@pytest.mark.parametrize("route", KEYED, ids=name)
def test_a_deleted_integration_or_project_is_out_at_once(route: Route) -> None:
    api = Api()
    api.table.integrations.clear()
    assert ask(api, route).status == 401
    api = Api()
    api.table.projects[PROJECT_ID] = replace(PROJECT, deleted_at=NOW)
    assert ask(api, route).status == 401


@pytest.mark.parametrize("route", KEYED, ids=name)
def test_only_a_key_with_the_scope_is_let_in(route: Route) -> None:
    api = Api()
    scopes = frozenset({Scope.MCP, Scope.EXCHANGE})
    api.table.integrations[PROJECT_ID, INTEGRATION_ID] = replace(INTEGRATION, scopes=scopes)
    answer = ask(api, route)
    if route.access is Access.ANY_KEY:
        assert answer.status == 200
    else:
        assert answer.status == 403
        assert answer.json["detail"] == "This API key lacks the scope 'manage'"


@pytest.mark.parametrize("route", ADMINS, ids=name)
def test_the_administrators_routes_take_the_admin_token_only(route: Route) -> None:
    for token in (None, "", "nonsense", API_KEY, SESSION_TOKEN, ADMIN_TOKEN[:-1]):
        answer = ask(Api(), route, token=token)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("route", [r for r in ROUTES if r.access is not Access.PUBLIC], ids=name)
def test_nobody_learns_what_a_body_should_be_before_being_let_in(route: Route) -> None:
    api = Api()
    assert api.call(route.method, path(route), "{", token="nonsense").status == 401


@pytest.mark.parametrize("route", ROUTES, ids=name)
def test_unknown_fields_are_refused(route: Route) -> None:
    api = as_owner()
    token = ADMIN_TOKEN if route.access is Access.ADMIN else OPERATOR
    if route.method in WITH_BODY:
        answer = api.call(route.method, path(route), {"surplus": 1}, token=token)
    else:
        answer = api.call(route.method, path(route), token=token, query="surplus=1")
    assert answer.status == 422
    assert {"field": "surplus", "message": "is not a field of this request"} in answer.json[
        "errors"
    ]


def test_a_list_says_which_of_its_parameters_is_wrong() -> None:
    for query in (
        "limit=0",
        "limit=101",
        "limit=x",
        "cursor=%21",
        "cursor=",
        "cursor=" + "A" * 2000,
    ):
        answer = Api().call("GET", "/api/v1/custom-tools", query=query)
        assert (answer.status, answer.fields) == (422, [query.partition("=")[0]])


def test_a_repeated_parameter_is_refused() -> None:
    assert Api().call("GET", "/api/v1/members", query="limit=1&limit=2").status == 400


@pytest.mark.parametrize(
    "body", ["", "{", '{"name":"a","name":"b"}', '{"name":NaN}', "[" * 100, '{"name":"\\ud800"}']
)
def test_what_is_not_json_in_one_reading_is_refused(body: str) -> None:
    answer = Api().call("POST", "/admin/v1/projects", body, token=ADMIN_TOKEN)
    assert answer.status == 400


@pytest.mark.parametrize("body", ["[]", "1", '"name"', "null"])
def test_a_body_that_is_no_object_is_refused(body: str) -> None:
    answer = Api().call("POST", "/admin/v1/projects", body, token=ADMIN_TOKEN)
    assert (answer.status, answer.fields) == (422, ["body"])


def test_a_body_of_another_type_is_refused() -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        headers = {"content-type": content_type}
        answer = Api().call(
            "POST", "/admin/v1/projects", {"name": "x"}, token=ADMIN_TOKEN, headers=headers
        )
        assert answer.status == 415


def test_a_body_beyond_256_kb_is_refused() -> None:
    body = json.dumps({"name": "x" * 256 * 1024})
    assert Api().call("POST", "/admin/v1/projects", body, token=ADMIN_TOKEN).status == 413


def test_a_path_that_nobody_has_is_not_found_and_a_method_says_what_is_there() -> None:
    assert Api().call("GET", "/api/v1/nothing").status == 404
    answer = Api().call("PUT", "/api/v1/custom-tools")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, OPTIONS, POST")


def test_health_asks_nobody() -> None:
    def unavailable() -> None:
        raise Unavailable

    api = Api()
    api.table.read = unavailable  # type: ignore[assignment]
    answer = api.call("GET", "/health", token=None)
    assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_each_operation_stands_in_the_table_once() -> None:
    assert len({(r.method, r.path) for r in ROUTES}) == len(ROUTES)


def test_the_key_is_told_its_project_and_integration() -> None:
    assert Api().call("GET", "/api/v1/project").json == {
        "id": PROJECT_ID,
        "name": "Acme",
        "integration_id": INTEGRATION_ID,
        "settings": {
            "upstream_origins": None,
            "require_approval": False,
            "limits": NO_LIMITS,
            "member_limits": NO_LIMITS,
            "replicas": 1,
            "external_issuers": [],
        },
        "actor": {"kind": "key", "id": INTEGRATION_ID, "name": "backend"},
        "role": None,
        "actions": sorted(KEY_ACTIONS),
    }
