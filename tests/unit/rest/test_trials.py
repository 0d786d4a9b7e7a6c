"""Trying a tool: what is shown, and when it is sent for whom."""

from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain.calls import Outcome
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.members import MemberStanding
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.ports.calls import DispatchUncertain
from tests.fakes.dispatch import answered
from tests.rest import SECRET, Answer, Api
from tests.samples import INTEGRATION_ID, KID, NOW, PROJECT_ID
from tests.signing import BACKEND

ARGUMENTS = {"contact_id": "42"}


def api_with_tool(**changes: object) -> Api:
    api = Api()
    api.table.assertion_keys[PROJECT_ID, KID] = BACKEND.registered
    api.tool(**changes)
    return api


def trial(api: Api, **body: Any) -> Answer:
    tool = next(t for (_, n), t in api.table.tools.items() if n == "crm-contacts-lookup")
    path = f"/api/v1/custom-tools/{tool.id}/test"
    return api.call("POST", path, {"arguments": ARGUMENTS, **body})


def test_a_dry_run_shows_the_request_and_sends_nothing() -> None:
    api = api_with_tool()
    answer = trial(api)
    assert answer.status == 200
    request = answer.json["request"]
    assert (request["method"], request["url"], request["body"]) == (
        "POST",
        "https://crm.example.com/v1/contacts/lookup",
        '{"contact_id":"42"}',
    )
    assert request["headers"]["X-Tengine-Project-Id"] == PROJECT_ID
    assert request["headers"]["X-Tengine-Integration-Id"] == INTEGRATION_ID
    assert request["headers"]["X-Tengine-Timestamp"] == str(NOW)
    assert answer.json["response"] is None
    assert api.dispatcher.asked == []


@pytest.mark.parametrize(
    ("strategy", "header"),
    [("static_bearer", "Authorization"), ("hmac_signature", "X-Tengine-Signature")],
)
def test_the_secret_is_masked(strategy: str, header: str) -> None:
    answer = trial(api_with_tool(auth_strategy=strategy))
    assert answer.json["request"]["headers"][header].endswith("***")
    assert SECRET not in answer.text


def test_executing_sends_it_as_the_integration_and_shows_what_came_back() -> None:
    api = api_with_tool()
    api.dispatcher.says = answered(b'{"found":true}')
    answer = trial(api, execute=True)
    assert answer.json["response"] == {
        "outcome": "succeeded",
        "duration_ms": 5,
        "error": None,
        "status": 200,
        "content_type": "application/json",
        "body": '{"found":true}',
        "truncated": False,
    }
    [asked] = api.dispatcher.asked
    assert (asked.integration_id, asked.member, asked.arguments) == (
        INTEGRATION_ID,
        None,
        ARGUMENTS,
    )
    assert asked.deduplication is None
    assert asked.request_id == answer.json["request_id"]


def test_a_large_answer_is_cut() -> None:
    api = api_with_tool()
    api.dispatcher.says = answered(b"x" * 300_000, "text/plain")
    response = trial(api, execute=True).json["response"]
    assert (len(response["body"]), response["truncated"]) == (256 * 1024, True)


def test_a_disabled_tool_may_be_tried_by_its_owner() -> None:
    assert trial(api_with_tool(is_enabled=False), execute=True).status == 200


@pytest.mark.parametrize("arguments", [{}, {"contact_id": 1}, {"contact_id": "1", "more": 1}])
def test_arguments_that_do_not_fit_are_refused(arguments: dict[str, object]) -> None:
    api = api_with_tool()
    answer = trial(api, arguments=arguments, execute=True)
    assert (answer.status, answer.fields) == (422, ["arguments"])
    assert api.dispatcher.asked == []


def test_a_dry_run_may_imagine_a_member() -> None:
    api = api_with_tool(require_member=True, inject_member_identity={"id": True})
    answer = trial(api, member_external_id="ada")
    assert answer.json["request"]["headers"]["X-Tengine-Member-Id"] == "ada"


def test_nobody_is_impersonated_without_an_assertion() -> None:
    api = api_with_tool(require_member=True)
    answer = trial(api, member_external_id="ada", execute=True)
    assert answer.status == 403
    assert answer.json["detail"] == "member_external_id mode disabled in production"
    assert api.dispatcher.asked == []
    api.allow_unverified_minting = True
    assert trial(api, member_external_id="ada", execute=True).status == 200
    assert api.dispatcher.asked[0].member is not None


def test_with_an_assertion_it_is_sent_as_that_member_once() -> None:
    api = api_with_tool(require_member=True)
    assertion = BACKEND.assertion(email="ada@example.com", roles=["admin"])
    assert trial(api, member_assertion=assertion, execute=True).status == 200
    [asked] = api.dispatcher.asked
    assert asked.member is not None
    assert (asked.member.external_id, asked.member.roles) == ("ada", ("admin",))
    again = trial(api, member_assertion=assertion, execute=True)
    assert (again.status, again.json["detail"]) == (401, "Invalid member assertion")
    assert len(api.dispatcher.asked) == 1


def test_a_bad_assertion_sends_nothing() -> None:
    api = api_with_tool()
    good = BACKEND.assertion()
    key = api.table.assertion_keys[PROJECT_ID, KID]
    bad = [
        "x",
        good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
        BACKEND.assertion(aud="tengine:project:Other001"),
        BACKEND.assertion(exp=NOW - 60, iat=NOW - 120),
        BACKEND.assertion(exp=NOW + 600),
        BACKEND.compact(BACKEND.header(kid="unknown"), BACKEND.claims()),
    ]
    for assertion in bad:
        answer = trial(api, member_assertion=assertion, execute=True)
        assert (answer.status, answer.json["detail"]) == (401, "Invalid member assertion")
    api.table.assertion_keys[PROJECT_ID, KID] = replace(key, deactivated_at=NOW)
    assert trial(api, member_assertion=good, execute=True).status == 401
    assert api.dispatcher.asked == []


def test_a_blocked_member_is_not_sent_for() -> None:
    api = api_with_tool()
    api.table.members[PROJECT_ID, "ada"] = MemberStanding(external_id="ada", blocked_at=NOW)
    assert trial(api, member_assertion=BACKEND.assertion(), execute=True).status == 401
    api.allow_unverified_minting = True
    assert trial(api, member_external_id="ada", execute=True).status == 403
    assert api.dispatcher.asked == []


def test_two_members_are_one_too_many() -> None:
    api = api_with_tool()
    answer = trial(api, member_external_id="ada", member_assertion=BACKEND.assertion())
    assert (answer.status, answer.fields) == (422, ["member_external_id"])
    assert not api.marks.until


def test_the_rules_of_a_call_hold_for_a_trial() -> None:
    api = api_with_tool(require_member=True)
    answer = trial(api, execute=True)
    assert (answer.status, answer.json["detail"]) == (422, "Member context required")
    api = api_with_tool(allowed_roles=["admin"])
    answer = trial(api, member_assertion=BACKEND.assertion(roles=["viewer"]), execute=True)
    assert (answer.status, answer.json["code"]) == (422, "role_not_allowed")
    assert api.dispatcher.asked == []


def test_a_trial_is_not_sent_where_the_project_may_not_call() -> None:
    api = api_with_tool()
    settings = ProjectSettings(upstream_origins=("https://other.example",))
    project = api.table.projects[PROJECT_ID]
    api.table.projects[PROJECT_ID] = replace(project, settings=settings)
    assert trial(api).status == 200
    refused = trial(api, execute=True)
    assert refused.status == 422
    assert api.dispatcher.asked == []


def test_an_answer_that_never_came_is_told_and_recorded_as_unknown() -> None:
    api = api_with_tool()
    api.dispatcher.raises = DispatchUncertain
    answer = trial(api, execute=True)
    assert answer.json["response"]["outcome"] == "unknown"
    [record] = api.records.written
    assert (record.outcome, record.request_id) == (Outcome.UNKNOWN, answer.json["request_id"])


def test_a_call_that_was_not_made_is_503() -> None:
    api = api_with_tool()
    api.dispatcher.raises = Unavailable
    assert trial(api, execute=True).status == 503


def test_another_projects_tool_cannot_be_tried() -> None:
    api = api_with_tool()
    tool = api.table.tools.pop((PROJECT_ID, "crm-contacts-lookup"))
    api.table.tools["Other001", "crm-contacts-lookup"] = replace(tool, project_id="Other001")
    assert trial(api, execute=True).status == 404
    assert api.dispatcher.asked == []
