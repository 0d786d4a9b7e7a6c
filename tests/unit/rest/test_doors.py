"""Who comes to the management API, and how often: credentials, headers, and the count."""

from dataclasses import replace

import pytest

from gatehouse.domain.roles import Action, Role
from gatehouse.domain.tiers import Tier
from tests.rest import ADMIN_TOKEN, Answer, Api
from tests.samples import API_KEY, PROJECT_ID
from tests.unit.test_authenticate_principal import APP, APP_ID, APP_KEY, OPERATOR, Ground

TOOLS = "/api/v1/custom-tools"
OWN = "/api/v1/project"


@pytest.fixture
def api() -> Api:
    """A project with an editor and a service app that reads tools."""
    return Ground().api


def shown(api: Api, path: str = TOOLS, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.call("GET", path, token=None, headers=named)


def test_a_person_and_an_app_manage_what_they_may_and_are_told_what_they_lack(api: Api) -> None:
    assert api.call("GET", TOOLS, token=OPERATOR).status == 200
    assert api.call("GET", TOOLS, token=APP_KEY).status == 200
    for credential, action in ((OPERATOR, "members:write"), (APP_KEY, "members:write")):
        refused = api.call("POST", "/api/v1/members/x/block", token=credential)
        assert refused.status == 403
        assert refused.json["detail"] == f"This needs the action '{action}'"


def test_what_somebody_holds_is_read_for_the_very_next_request(api: Api) -> None:
    assert api.call("GET", "/api/v1/prompts", token=APP_KEY).status == 403
    more = replace(APP.grants[0], actions=frozenset({Action.PROMPTS_READ}))
    api.table.apps[APP_ID] = replace(APP, grants=(more,))
    assert api.call("GET", "/api/v1/prompts", token=APP_KEY).status == 200
    assert api.call("GET", TOOLS, token=APP_KEY).status == 403


def test_an_apps_key_may_come_in_its_own_header_alone(api: Api) -> None:
    assert shown(api, x_service_key=APP_KEY).status == 200
    assert shown(api, x_service_key=f"{APP_KEY},{APP_KEY}").status == 401
    both = shown(api, x_service_key=APP_KEY, authorization=f"Bearer {APP_KEY}")
    assert both.status == 401


@pytest.mark.parametrize("credential", [API_KEY, OPERATOR, ADMIN_TOKEN, ""])
def test_no_other_credential_comes_in_that_header(api: Api, credential: str) -> None:
    assert shown(api, x_service_key=credential).status == 401
    assert shown(api, "/admin/v1/projects", x_service_key=credential).status == 401


def test_the_project_that_a_request_names_has_to_be_the_credentials(api: Api) -> None:
    for credential in (API_KEY, OPERATOR, APP_KEY):
        headers = {"authorization": f"Bearer {credential}"}
        assert shown(api, x_gatehouse_project=PROJECT_ID, **headers).status == 200
        foreign = shown(api, x_gatehouse_project="Proj0002", **headers)
        absent = shown(api, x_gatehouse_project="Nobody00", **headers)
        assert (foreign.status, foreign.json["detail"]) == (404, "Not found")
        assert absent.json["detail"] == foreign.json["detail"]


def test_everybody_is_told_who_they_are(api: Api) -> None:
    person = api.call("GET", OWN, token=OPERATOR).json
    assert person["actor"] == {"kind": "user", "id": "u1", "name": "grace@example.com"}
    assert (person["role"], person["integration_id"]) == ("editor", None)
    app = api.call("GET", OWN, token=APP_KEY).json
    assert (app["actor"]["kind"], app["role"], app["actions"]) == ("app", None, ["tools:read"])


def test_each_principal_has_a_share_of_its_own_and_is_told_where_it_stands(api: Api) -> None:
    amount, answer = Tier.DEFAULT.per_minute, api.call("GET", OWN, token=APP_KEY)
    for left in range(amount - 2, -1, -1):
        answer = api.call("GET", OWN, token=APP_KEY)
        assert answer.status == 200
        assert answer.headers["ratelimit"].startswith(f'"principal-minute";r={left};t=')
    assert answer.headers["ratelimit-policy"] == f'"principal-minute";q={amount};w=60'
    refused = api.call("GET", OWN, token=APP_KEY)
    assert (refused.status, int(refused.headers["retry-after"]) > 0) == (429, True)
    assert api.call("GET", OWN, token=API_KEY).status == 200


def test_the_administrators_door_is_counted_apart_and_more_tightly(api: Api) -> None:
    for _ in range(Tier.ADMIN.per_minute):
        assert api.call("GET", "/admin/v1/projects", token=ADMIN_TOKEN).status == 200
    assert api.call("GET", "/admin/v1/projects", token=ADMIN_TOKEN).status == 429


def test_a_refused_action_counts_and_an_unproven_credential_does_not(api: Api) -> None:
    refused = api.call("POST", "/api/v1/members/x/block", token=APP_KEY)
    assert refused.headers["ratelimit"].startswith('"principal-minute";r=1199')
    taken = api.doors.taken
    assert "ratelimit" not in api.call("GET", TOOLS, token="nonsense").headers
    assert api.call("GET", "/health", token=None).status == 200
    assert api.doors.taken == taken


def test_nobody_is_let_in_uncounted(api: Api) -> None:
    api.doors.fails = True
    for credential, path in (
        (API_KEY, TOOLS),
        (OPERATOR, TOOLS),
        (ADMIN_TOKEN, "/admin/v1/projects"),
    ):
        assert api.call("GET", path, token=credential).status == 503


def test_a_person_who_creates_an_integration_is_named_in_it(api: Api) -> None:
    membership = api.table.memberships[PROJECT_ID, "u1"]
    api.table.memberships[PROJECT_ID, "u1"] = replace(membership, role=Role.ADMIN)
    made = api.call("POST", "/api/v1/integrations", {"name": "runtime"}, token=OPERATOR)
    assert (made.status, made.json["created_by"]) == (201, "user:u1")
    assert made.json["scopes"] == ["exchange", "manage", "mcp"]


def test_who_tries_a_tool_without_an_integration_stands_for_one(api: Api) -> None:
    tool = api.tool()
    body = {"arguments": {"contact_id": "42"}, "execute": True}
    tried = api.call("POST", f"{TOOLS}/{tool['id']}/test", body, token=OPERATOR)
    assert tried.status == 200
    assert tried.json["request"]["headers"]["X-Tengine-Integration-Id"] == "user:u1"
    assert api.dispatcher.asked[-1].integration_id == "user:u1"
