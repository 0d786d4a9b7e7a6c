"""How a prompt is filled, and which prompts may be stored at all."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain import resource_rules
from gatehouse.domain.prompt_documents import (
    prompt_digest,
    prompt_document,
    read_prompt_definition,
)
from gatehouse.domain.prompt_rendering import (
    MAX_RENDERED,
    InvalidArguments,
    answer_text,
    checked_arguments,
    rendered,
)
from gatehouse.domain.prompt_rules import prompt_errors
from gatehouse.domain.prompts import PromptDefinition, PromptMessage, Role
from gatehouse.domain.upstreams import UpstreamPolicy
from tests.offers import ASKING, BEHIND, GUIDE, NOTE, PROMPT


def saying(text: str, definition: PromptDefinition = PROMPT) -> PromptDefinition:
    message = PromptMessage(role=Role.USER, content={"type": "text", "text": text})
    return replace(definition, messages=(message,))


def texts(definition: PromptDefinition, arguments: Any, answers: Any = ()) -> list[Any]:
    return [message.content for message in rendered(definition, arguments, dict(answers))]


def test_arguments_fill_texts_and_uris() -> None:
    assert texts(PROMPT, {"topic": "Paris", "tone": "warmly"}) == [
        {"type": "text", "text": "On Paris, {so}: warmly"},
        {"type": "resource", "resource": {"uri": "test://texts/Paris", "text": "About Paris"}},
    ]


def test_an_optional_argument_that_is_absent_is_nothing() -> None:
    assert texts(PROMPT, {"topic": "Paris"})[0]["text"] == "On Paris, {so}: "


def test_what_an_argument_says_is_not_a_template_again() -> None:
    assert texts(saying("{topic}"), {"topic": "{tone}{{"}) == [{"type": "text", "text": "{tone}{{"}]


def test_pictures_are_left_as_they_are() -> None:
    picture = {"type": "image", "data": "e3RvcGljfQ==", "mimeType": "image/png"}
    message = PromptMessage(role=Role.USER, content=picture)
    assert texts(replace(PROMPT, messages=(message,)), {"topic": "x"}) == [picture]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [({}, "topic"), ({"topic": 5}, "topic"), ({"topic": "a", "x": "b"}, "x")],
)
def test_arguments_that_do_not_fit_are_named(arguments: Any, named: str) -> None:
    with pytest.raises(InvalidArguments, match=f"'{named}'"):
        checked_arguments(PROMPT, arguments)


def test_arguments_that_make_no_uri_are_refused() -> None:
    with pytest.raises(InvalidArguments):
        rendered(PROMPT, {"topic": "a b"}, {})


def test_a_template_cannot_multiply_what_a_caller_sends() -> None:
    long = "x" * (MAX_RENDERED // 4)
    assert rendered(saying("{topic}" * 4), {"topic": long}, {})
    with pytest.raises(InvalidArguments, match="too long"):
        rendered(saying("{topic}" * 4 + "!"), {"topic": long}, {})


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"action": "accept", "content": {"name": "Ada"}}, '{"name":"Ada"}'),
        ({"action": "accept", "content": {"type": "a", "text": 1}}, '{"type":"a","text":1}'),
        ({"action": "decline"}, ""),
        ({"role": "user", "model": "m", "content": {"type": "text", "text": "Hi"}}, "Hi"),
        ({"roots": [{"uri": "file:///a"}]}, '[{"uri":"file:///a"}]'),
    ],
)
def test_an_answer_is_written_as_text_or_json(answer: Any, text: str) -> None:
    assert answer_text(answer) == text
    assert texts(ASKING, {}, {"who": answer}.items())[0]["text"] == f"I am {text}"


@given(st.dictionaries(st.sampled_from(["topic", "tone"]), st.text()))
def test_filling_puts_in_exactly_what_was_sent(arguments: dict[str, str]) -> None:
    text = texts(saying("<{topic}|{tone}>"), arguments)[0]["text"]
    assert text == f"<{arguments.get('topic', '')}|{arguments.get('tone', '')}>"


@pytest.mark.parametrize("definition", [PROMPT, ASKING])
def test_a_definition_survives_being_stored(definition: PromptDefinition) -> None:
    assert prompt_errors(definition) == ()
    document = prompt_document(definition)
    assert read_prompt_definition(document) == definition
    assert prompt_digest(read_prompt_definition(document)) == prompt_digest(definition)


def test_every_part_of_a_definition_is_in_its_digest() -> None:
    others = [
        replace(PROMPT, title="x"),
        replace(PROMPT, messages=PROMPT.messages[:1]),
        replace(PROMPT, arguments=PROMPT.arguments[:1]),
        replace(PROMPT, input_requests=ASKING.input_requests),
    ]
    assert len({prompt_digest(each) for each in (PROMPT, *others)}) == 5


def test_what_is_stored_has_a_size() -> None:
    assert [error.field for error in prompt_errors(saying("x" * 300_000))] == ["messages"]
    found = resource_rules.resource_errors(
        replace(GUIDE, text="x" * 300_000),
        secret=None,
        keeps_secret=False,
        upstreams=UpstreamPolicy(),
    )
    assert [error.field for error in found] == ["text"]


def test_what_lists_show_has_a_size() -> None:
    icon = {"src": "data:image/png;base64," + "A" * 12_000}
    found = prompt_errors(replace(PROMPT, icons=(icon,) * 3))
    assert [error.field for error in found] == ["icons"]


@pytest.mark.parametrize("definition", [GUIDE, NOTE, replace(BEHIND, completions={})])
def test_the_resources_of_the_tests_may_be_stored(definition: Any) -> None:
    secret = "s" * 32 if definition.endpoint else None
    assert not resource_rules.resource_errors(
        definition, secret=secret, keeps_secret=False, upstreams=UpstreamPolicy()
    )
