"""Calls of more than one round: what the client is asked, and what its answers may do."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.request_state import LIFETIME_SECONDS
from gatehouse.domain.rich_results import MEDIA_TYPE
from gatehouse.domain.tools import HttpMethod
from tests.fakes.dispatch import answered
from tests.samples import API_KEY, LOOKUP, SESSION
from tests.unit.mcp.world import META, Answer, World, token

CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
FORM = {
    "method": "elicitation/create",
    "params": {
        "message": "Who?",
        "requestedSchema": {"type": "object", "properties": {"name": {"type": "string"}}},
    },
}
ROOTS = {"method": "roots/list", "params": {}}
ABLE: Any = {"elicitation": {}, "roots": {}}
ANSWERS = {
    "who": {"action": "accept", "content": {"name": "Ada"}},
    "roots": {"roots": [{"uri": "file:///src"}]},
}
BOOK = replace(LOOKUP, name="book", http_method=HttpMethod.POST, deduplicate_seconds=30)
ARGUMENTS = {"contact_id": "c1"}


def says(world: World, **document: Any) -> None:
    world.dispatcher.says = answered(json.dumps(document).encode(), MEDIA_TYPE)


def asking_world(**document: Any) -> World:
    world = World()
    world.add(LOOKUP)
    world.add(BOOK)
    asks = {"inputRequests": {"who": FORM, "roots": ROOTS}, "state": {"seat": 7}}
    says(world, **(document or asks))
    return world


def call(
    world: World,
    *,
    name: str = LOOKUP.name,
    arguments: Mapping[str, Any] = ARGUMENTS,
    capabilities: Any = ABLE,
    credential: str = API_KEY,
    **params: Any,
) -> Answer:
    meta = {**META, CAPABILITIES: capabilities}
    params = {"name": name, "arguments": arguments, "_meta": meta, **params}
    return world.modern("tools/call", params, credential=credential)


def state(answer: Answer) -> str:
    text = answer.result["requestState"]
    assert isinstance(text, str)
    return text


def test_a_question_goes_to_the_client_and_the_state_stays_sealed() -> None:
    answer = call(asking_world())
    assert answer.status == 200
    assert answer.result["resultType"] == "input_required"
    assert answer.result["inputRequests"] == {"who": FORM, "roots": ROOTS}
    assert "gatehouse/requestId" in answer.result["_meta"]
    assert "content" not in answer.result
    assert "seat" not in answer.text


def test_the_answers_and_the_state_reach_the_endpoint_in_the_next_round() -> None:
    world = asking_world()
    first = call(world)
    says(world, content=[{"type": "text", "text": "booked"}])
    second = call(world, inputResponses=ANSWERS, requestState=state(first))
    assert second.result["content"] == [{"type": "text", "text": "booked"}]
    assert second.result["resultType"] == "complete"
    told = [asked.client for asked in world.dispatcher.asked]
    assert (told[0].responses, told[0].state) == (None, None)
    assert (told[1].responses, told[1].state) == (ANSWERS, {"seat": 7})
    assert told[1].capabilities == ABLE


def test_a_third_round_has_its_own_state() -> None:
    world = asking_world()
    first = call(world)
    says(world, inputRequests={"roots": ROOTS}, state="second")
    second = call(world, inputResponses=ANSWERS, requestState=state(first))
    assert second.result["inputRequests"] == {"roots": ROOTS}
    says(world, content=[])
    call(world, inputResponses={"roots": {"roots": []}}, requestState=state(second))
    assert world.dispatcher.asked[-1].client.state == "second"
    assert world.dispatcher.asked[-1].client.responses == {"roots": {"roots": []}}


def test_answers_that_nobody_asked_for_do_not_reach_the_endpoint() -> None:
    world = asking_world()
    first = call(world)
    extra = {**ANSWERS, "admin": {"action": "accept", "content": {"is": True}}}
    call(world, inputResponses=extra, requestState=state(first))
    assert world.dispatcher.asked[-1].client.responses == ANSWERS


@pytest.mark.parametrize("responses", [{}, {"who": ANSWERS["who"]}, {"other": {}}])
def test_what_was_not_answered_is_asked_again_without_a_call(responses: Any) -> None:
    world = asking_world()
    first = call(world)
    again = call(world, inputResponses=responses, requestState=state(first))
    assert again.result["resultType"] == "input_required"
    assert again.result["inputRequests"] == {"who": FORM, "roots": ROOTS}
    assert len(world.dispatcher.asked) == 1
    says(world, content=[])
    call(world, inputResponses=ANSWERS, requestState=state(again))
    assert world.dispatcher.asked[-1].client.state == {"seat": 7}


def test_a_state_alone_is_asked_again_too() -> None:
    world = asking_world()
    again = call(world, requestState=state(call(world)))
    assert again.result["resultType"] == "input_required"


@pytest.mark.parametrize("responses", [None, [], "x", {"who": 12345}, {"who": None}])
@pytest.mark.parametrize("with_state", [True, False])
def test_answers_of_no_shape_are_refused_with_or_without_a_state(
    responses: Any, *, with_state: bool
) -> None:
    world = asking_world()
    first = call(world)
    more: Any = {"requestState": state(first)} if with_state else {}
    refused = call(world, inputResponses=responses, **more)
    assert refused.fault[:2] == (400, -32602)
    assert len(world.dispatcher.asked) == 1


def test_an_answer_of_another_kind_is_refused() -> None:
    world = asking_world()
    first = call(world)
    crossed = {"who": ANSWERS["roots"], "roots": ANSWERS["who"]}
    refused = call(world, inputResponses=crossed, requestState=state(first))
    assert refused.fault[:2] == (400, -32602)
    assert "who" in refused.fault[2]
    assert [kept.reason for kept in world.records.records.values()] == ["invalid_input"]


def test_answers_without_a_state_are_the_endpoints_to_judge() -> None:
    world = asking_world()
    call(world, inputResponses=ANSWERS)
    assert world.dispatcher.asked[-1].client.responses == ANSWERS
    assert world.dispatcher.asked[-1].client.state is None


# --- whose state it is ----------------------------------------------------------------------------

EVE = token(replace(SESSION, member=MemberIdentity(external_id="eve", email=None, roles=())))
ELSEWHERE: dict[str, dict[str, Any]] = {
    "another member": {"credential": EVE},
    "no member": {"credential": API_KEY},
    "another tool": {"name": "book"},
    "other arguments": {"arguments": {"contact_id": "c2"}},
    "more arguments": {"arguments": {"contact_id": "c1", "fields": "x"}},
}


@pytest.mark.parametrize("elsewhere", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_a_state_of_another_call_is_refused(elsewhere: dict[str, Any]) -> None:
    world = asking_world()
    ours: dict[str, Any] = {"credential": token()}
    mine = state(call(world, **ours))
    refused = call(world, inputResponses=ANSWERS, requestState=mine, **{**ours, **elsewhere})
    assert refused.fault[:2] == (400, -32602)
    assert len(world.dispatcher.asked) == 1
    assert [kept.reason for kept in world.records.records.values()] == ["invalid_input"]
    accepted = call(world, inputResponses=ANSWERS, requestState=mine, **ours)
    assert accepted.status == 200
    assert len(world.dispatcher.asked) == 2


def test_a_state_does_not_outlive_its_tools_definition() -> None:
    world = asking_world()
    first = call(world)
    world.add(replace(LOOKUP, endpoint_path="/v2/contacts/{contact_id}"))
    refused = call(world, inputResponses=ANSWERS, requestState=state(first))
    assert refused.fault[:2] == (400, -32602)


def test_a_state_ends_after_ten_minutes() -> None:
    world = asking_world()
    first = call(world)
    world.now += LIFETIME_SECONDS - 1
    assert call(world, inputResponses=ANSWERS, requestState=state(first)).status == 200
    world.now += 1
    refused = call(world, inputResponses=ANSWERS, requestState=state(first))
    assert refused.fault[:2] == (400, -32602)


@pytest.mark.parametrize("forged", ["", "x", "-TAMPERED", 7, [], {}, True])
def test_a_forged_state_is_refused(forged: Any) -> None:
    world = asking_world()
    genuine = state(call(world))
    text = genuine + forged if forged == "-TAMPERED" else forged
    refused = call(world, inputResponses=ANSWERS, requestState=text)
    assert refused.fault[:2] == (400, -32602)
    assert len(world.dispatcher.asked) == 1


def test_a_disabled_tool_is_unknown_in_every_round() -> None:
    world = asking_world()
    first = call(world)
    world.add(LOOKUP, is_enabled=False)
    refused = call(world, inputResponses=ANSWERS, requestState=state(first))
    assert refused.fault == call(world).fault


# --- what the client can do -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("capabilities", "lacking"),
    [
        ({}, {"elicitation": {"form": {}}, "roots": {}}),
        ({"elicitation": {}}, {"roots": {}}),
        ({"sampling": {}, "roots": {}}, {"elicitation": {"form": {}}}),
    ],
)
def test_a_client_is_not_asked_what_it_did_not_declare(capabilities: Any, lacking: Any) -> None:
    answer = call(asking_world(), capabilities=capabilities)
    assert answer.fault[:2] == (400, -32021)
    assert answer.json["error"]["data"] == {"requiredCapabilities": lacking}


def test_an_endpoint_may_demand_capabilities() -> None:
    world = asking_world(requiredCapabilities={"sampling": {}})
    answer = call(world)
    assert answer.fault[:2] == (400, -32021)
    assert answer.json["error"]["data"] == {"requiredCapabilities": {"sampling": {}}}
    senseless = call(world, capabilities={"sampling": {}}).result
    assert senseless["isError"]
    assert "invalid MCP result" in senseless["content"][0]["text"]


# --- clients of before ----------------------------------------------------------------------------


def legacy_text(world: World, **params: Any) -> str:
    params = {"name": LOOKUP.name, "arguments": ARGUMENTS, **params}
    result = world.legacy("tools/call", params).result
    assert result["isError"]
    assert "resultType" not in result
    return str(result["content"][0]["text"])


def test_a_legacy_client_is_told_that_it_cannot_be_asked() -> None:
    assert legacy_text(asking_world()) == (
        "This tool needs to ask the user, which this client's protocol version cannot do here"
    )
    demand = legacy_text(asking_world(requiredCapabilities={"sampling": {}}))
    assert demand.endswith("cannot use here: sampling")


def test_a_legacy_clients_answers_and_state_are_no_parameters_of_its_version() -> None:
    world = asking_world()
    legacy_text(world, inputResponses="x", requestState=7)
    client = world.dispatcher.asked[-1].client
    assert (client.responses, client.state, client.capabilities) == (None, None, None)


# --- repetitions ----------------------------------------------------------------------------------


def test_a_round_with_answers_is_never_taken_for_a_repetition() -> None:
    world = asking_world()
    first = call(world, name="book")
    call(world, name="book", inputResponses=ANSWERS, requestState=state(first))
    deduplications = [asked.deduplication for asked in world.dispatcher.asked]
    assert deduplications[0] is not None
    assert deduplications[1] is None
