"""prompts/list, prompts/get and completion/complete, in both eras."""

from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain.prompts import PromptArgument
from tests.offers import ASKING, NOTE, PROMPT, stored_prompt, stored_resource
from tests.samples import PROJECT, PROJECT_ID, SESSION
from tests.unit.mcp.world import META, World, token

CAN_ASK = {**META, "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}}}
GET = {"name": "review", "arguments": {"topic": "Paris"}}
ANSWER = {"who": {"action": "accept", "content": {"name": "Ada"}}}


def world() -> World:
    made = World()
    made.offer(stored_prompt(PROMPT), stored_prompt(ASKING), stored_resource(NOTE))
    return made


def ask(made: World, **params: Any) -> Any:
    """Get the prompt that asks, from a client that can be asked."""
    options = {"credential": params.pop("credential")} if "credential" in params else {}
    return made.modern("prompts/get", {"_meta": CAN_ASK, "name": "asking", **params}, **options)


def test_prompts_are_listed_with_their_arguments() -> None:
    listed = world().modern("prompts/list").result
    assert (listed["ttlMs"], listed["cacheScope"]) == (0, "private")
    assert [each["name"] for each in listed["prompts"]] == ["asking", "review"]
    assert listed["prompts"][1] == {
        "name": "review",
        "title": "Review",
        "description": "Review a text",
        "arguments": [
            {"name": "topic", "required": True},
            {
                "name": "tone",
                "title": "Tone",
                "description": "How to say it",
                "required": False,
            },
        ],
        "icons": [{"src": "https://example.com/i.png"}],
    }
    assert world().legacy("prompts/list").result == {"prompts": listed["prompts"]}


def test_a_filled_prompt_is_the_same_in_both_eras() -> None:
    modern, legacy = world().modern("prompts/get", GET), world().legacy("prompts/get", GET)
    assert modern.result["resultType"] == "complete"
    assert set(legacy.result) == {"description", "messages"}
    assert legacy.result["messages"] == modern.result["messages"]
    assert legacy.result["messages"][0] == {
        "role": "user",
        "content": {"type": "text", "text": "On Paris, {so}: "},
    }


def test_getting_a_prompt_costs_one_read() -> None:
    made = world()
    made.modern("prompts/get", GET)
    made.legacy("prompts/get", GET, credential=token())
    assert made.table.reads == 2


def test_unknown_disabled_and_foreign_prompts_are_the_same() -> None:
    made = World()
    made.offer(stored_prompt(PROMPT, is_enabled=False))
    foreign = World()
    foreign.offer(stored_prompt(PROMPT, project_id="Proj0002"))
    wrong = World()
    wrong.table.prompts[PROJECT_ID, "review"] = stored_prompt(PROMPT, project_id="Proj0002")
    for each in (World(), made, foreign, wrong):
        assert each.modern("prompts/get", GET).fault == (400, -32602, "Unknown prompt: review")
        assert each.legacy("prompts/get", GET).fault == (200, -32602, "Unknown prompt: review")
    assert not made.modern("prompts/list").result["prompts"]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"name": 5},
        {"name": "review"},
        {"name": "review", "arguments": []},
        {"name": "review", "arguments": {"topic": 1}},
        {"name": "review", "arguments": {"topic": "x", "other": "y"}},
        {"name": "../review", "arguments": {}},
    ],
)
def test_parameters_that_do_not_fit_are_refused(params: Any) -> None:
    assert world().legacy("prompts/get", params).fault[:2] == (200, -32602)


def test_the_name_stands_in_the_header_too() -> None:
    for name in (None, "other"):
        assert world().modern("prompts/get", GET, Mcp_Name=name).fault[:2] == (400, -32020)


def test_a_prompt_asks_first_and_is_filled_with_the_answer() -> None:
    made = world()
    asked = ask(made).result
    assert asked["resultType"] == "input_required"
    assert asked["inputRequests"] == dict(ASKING.input_requests or {})
    answered = ask(made, inputResponses=ANSWER, requestState=asked["requestState"]).result
    assert answered["resultType"] == "complete"
    assert answered["messages"][0]["content"]["text"] == 'I am {"name":"Ada"}'


def test_a_missing_answer_is_asked_for_again_and_an_unknown_one_ignored() -> None:
    made = world()
    state = ask(made).result["requestState"]
    again = ask(made, inputResponses={}, requestState=state).result
    assert again["resultType"] == "input_required"
    more = {**ANSWER, "more": {"action": "accept"}}
    assert "messages" in ask(made, inputResponses=more, requestState=state).result


def test_only_a_client_that_can_be_asked_is_asked() -> None:
    assert world().legacy("prompts/get", {"name": "asking"}).fault[:2] == (200, -32602)
    answer = world().modern("prompts/get", {"name": "asking"})
    assert answer.fault[:2] == (400, -32021)
    assert "elicitation" in answer.json["error"]["data"]["requiredCapabilities"]


def test_answers_count_only_with_the_state_they_belong_to() -> None:
    made = world()
    state = ask(made).result["requestState"]
    forged = state[:-2] + ("AA" if state[-2:] != "AA" else "BB")
    for wrong in ({}, {"requestState": forged}, {"requestState": 7}):
        assert ask(made, inputResponses=ANSWER, **wrong).fault[:2] == (400, -32602)
    as_member = ask(made, inputResponses=ANSWER, requestState=state, credential=token(SESSION))
    assert as_member.fault[:2] == (400, -32602)
    made.offer(stored_prompt(replace(ASKING, name="other")))
    params = {"inputResponses": ANSWER, "requestState": state}
    assert ask(made, **{**params, "name": "other"}).fault[:2] == (400, -32602)
    made.offer(stored_prompt(replace(ASKING, title="changed")))
    assert ask(made, **params).fault[:2] == (400, -32602)
    made.offer(stored_prompt(ASKING))
    assert "messages" in ask(made, **params).result
    made.now += 601
    assert ask(made, **params).fault[:2] == (400, -32602)


def completion(made: World, ref: Any, name: Any = "topic", value: Any = "pa") -> Any:
    params = {"ref": ref, "argument": {"name": name, "value": value}}
    return made.modern("completion/complete", params)


REVIEW = {"type": "ref/prompt", "name": "review"}
NOTES = {"type": "ref/resource", "uri": "test://notes/{id}"}


def test_candidates_are_suggested_by_how_they_begin() -> None:
    found = completion(world(), REVIEW).result["completion"]
    assert found == {"values": ["Paris", "park"], "total": 2, "hasMore": False}
    found = completion(world(), REVIEW, value="").result["completion"]
    assert found["values"] == ["Paris", "park", "tower"]
    assert completion(world(), REVIEW, "tone").result["completion"]["values"] == []
    found = completion(world(), NOTES, "id", "7").result["completion"]
    assert found == {"values": ["7", "70"], "total": 2, "hasMore": False}


def test_no_more_than_a_hundred_are_suggested() -> None:
    made = World()
    many = PromptArgument(name="topic", completions=tuple(f"p{n}" for n in range(150)))
    made.offer(stored_prompt(replace(PROMPT, arguments=(many,))))
    found = completion(made, REVIEW, value="p").result["completion"]
    assert (len(found["values"]), found["total"], found["hasMore"]) == (100, 150, True)


def test_suggesting_for_a_prompt_costs_one_read() -> None:
    made = world()
    completion(made, REVIEW)
    assert made.table.reads == 1


@pytest.mark.parametrize(
    ("ref", "name", "value"),
    [
        (REVIEW, "other", ""),
        (REVIEW, 5, ""),
        (REVIEW, "topic", None),
        ({"type": "ref/prompt", "name": "unknown"}, "topic", ""),
        ({"type": "ref/prompt"}, "topic", ""),
        ({"type": "ref/tool", "name": "review"}, "topic", ""),
        ({"type": "ref/resource", "uri": "test://unknown/{id}"}, "id", ""),
        (NOTES, "other", ""),
        ("review", "topic", ""),
    ],
)
def test_what_nothing_can_be_suggested_for_is_refused(ref: Any, name: Any, value: Any) -> None:
    assert completion(world(), ref, name, value).fault[:2] == (400, -32602)


def test_nothing_is_suggested_from_what_is_disabled_or_foreign() -> None:
    made = World()
    made.offer(stored_prompt(PROMPT, is_enabled=False), stored_resource(NOTE, is_enabled=False))
    other = replace(PROJECT, id="Proj0002")
    made.table.projects[other.id] = other
    made.offer(
        stored_prompt(PROMPT, project_id=other.id), stored_resource(NOTE, project_id=other.id)
    )
    assert completion(made, REVIEW).fault[:2] == (400, -32602)
    assert completion(made, NOTES, "id").fault[:2] == (400, -32602)
