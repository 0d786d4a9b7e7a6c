"""What may be asked of a client, who can be asked, and what counts as an answer."""

from typing import Any

import pytest

from gatehouse.domain.input_requests import (
    MAX_REQUESTS,
    InputRequest,
    read_requests,
    request_errors,
    requests_document,
    unanswerable,
    undeclared,
)
from gatehouse.domain.input_responses import InvalidResponses, fitting, read_responses

FORM: dict[str, Any] = {
    "method": "elicitation/create",
    "params": {
        "message": "Who are you?",
        "requestedSchema": {
            "type": "object",
            "properties": {"name": {"type": "string"}},
            "required": ["name"],
        },
    },
}
LINK: dict[str, Any] = {
    "method": "elicitation/create",
    "params": {"mode": "url", "message": "Sign in", "url": "https://id.example.com/a"},
}
SAMPLE: dict[str, Any] = {
    "method": "sampling/createMessage",
    "params": {
        "messages": [{"role": "user", "content": {"type": "text", "text": "Capital?"}}],
        "maxTokens": 10,
    },
}
ROOTS: dict[str, Any] = {"method": "roots/list"}
ACCEPTED = {"action": "accept", "content": {"name": "Ada", "tags": ["a"], "n": 1.5, "no": None}}
SAMPLED = {"role": "assistant", "content": {"type": "text", "text": "Paris"}, "model": "m"}


def changed(request: dict[str, Any], **params: Any) -> dict[str, Any]:
    return {**request, "params": {**request["params"], **params}}


def without(request: dict[str, Any], name: str) -> dict[str, Any]:
    return {**request, "params": {k: v for k, v in request["params"].items() if k != name}}


def fields(document: Any) -> list[str]:
    return [error.field for error in request_errors(document, "inputRequests")]


def test_each_kind_of_question_may_be_asked() -> None:
    asked = {"form": FORM, "link": LINK, "sample": SAMPLE, "roots": ROOTS}
    assert not fields(asked)
    requests = read_requests(asked)
    assert list(requests) == list(asked)
    assert requests_document(requests) == {**asked, "roots": {**ROOTS, "params": {}}}


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (None, ""),
        ("x", ""),
        ({**FORM, "extra": 1}, ""),
        ({"method": "tools/call"}, ".method"),
        ({"method": ["roots/list"]}, ".method"),
        ({}, ".method"),
        ({**ROOTS, "params": []}, ".params"),
        ({**ROOTS, "params": {"a": 1}}, ".params.a"),
        (without(FORM, "message"), ".params.message"),
        (changed(FORM, mode="popup"), ".params.mode"),
        (changed(FORM, mode=["form"]), ".params.mode"),
        (changed(FORM, url="https://x"), ".params.url"),
        (without(FORM, "requestedSchema"), ".params.requestedSchema"),
        (changed(FORM, requestedSchema={"type": "array"}), ".params.requestedSchema"),
        (changed(FORM, requestedSchema={"type": "object"}), ".params.requestedSchema.properties"),
        (
            changed(
                FORM, requestedSchema={"type": "object", "properties": {"a": {"type": "object"}}}
            ),
            ".params.requestedSchema.properties.a",
        ),
        (
            changed(FORM, requestedSchema={"type": "object", "properties": {"a": []}}),
            ".params.requestedSchema.properties.a",
        ),
        (
            changed(FORM, requestedSchema={"type": "object", "properties": {}, "anyOf": []}),
            ".params.requestedSchema.anyOf",
        ),
        (changed(LINK, url="http://id.example.com"), ".params.url"),
        (changed(LINK, url="javascript:alert(1)"), ".params.url"),
        (changed(SAMPLE, maxTokens=0), ".params.maxTokens"),
        (changed(SAMPLE, maxTokens=True), ".params.maxTokens"),
        (changed(SAMPLE, messages=[]), ".params.messages"),
        (changed(SAMPLE, messages=[{"role": "system", "content": {}}]), ".params.messages.0"),
        (
            changed(SAMPLE, messages=[{"role": "user", "content": {"type": "x"}}]),
            ".params.messages.0.content.type",
        ),
        (changed(SAMPLE, messages=[{"role": [], "content": {}}]), ".params.messages.0"),
        (
            changed(SAMPLE, messages=[{"role": "user", "content": {"type": []}}]),
            ".params.messages.0.content.type",
        ),
        (changed(SAMPLE, stream=True), ".params.stream"),
    ],
)
def test_another_question_is_refused_by_its_field(question: Any, field: str) -> None:
    assert fields({"q": question}) == [f"inputRequests.q{field}"]


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "x",
        {},
        {str(n): ROOTS for n in range(MAX_REQUESTS + 1)},
        {"a": {"x": "y" * 70_000}},
    ],
)
def test_questions_are_bounded(document: Any) -> None:
    assert fields(document) == ["inputRequests"]


@pytest.mark.parametrize("key", ["", "a\n", "k" * 129])
def test_a_key_is_printable_and_short(key: str) -> None:
    assert fields({key: ROOTS}) == [f"inputRequests.{key[:128]}"]


@pytest.mark.parametrize(
    ("question", "declared", "lacking"),
    [
        (FORM, {}, {"elicitation": {"form": {}}}),
        (FORM, {"elicitation": {}}, {}),
        (FORM, {"elicitation": {"form": {}, "url": {}}}, {}),
        (FORM, {"elicitation": {"url": {}}}, {"elicitation": {"form": {}}}),
        (FORM, {"elicitation": None}, {"elicitation": {"form": {}}}),
        (FORM, {"elicitation": True}, {"elicitation": {"form": {}}}),
        (LINK, {"elicitation": {}}, {"elicitation": {"url": {}}}),
        (LINK, {"elicitation": {"url": {}}}, {}),
        (SAMPLE, {"elicitation": {}, "roots": {}}, {"sampling": {}}),
        (changed(SAMPLE, tools=[]), {"sampling": {}}, {"sampling": {"tools": {}}}),
        (changed(SAMPLE, toolChoice={}), {"sampling": {}}, {"sampling": {"tools": {}}}),
        (changed(SAMPLE, tools=[]), {"sampling": {"tools": {}}}, {}),
        (ROOTS, {"sampling": {}}, {"roots": {}}),
        (ROOTS, {"roots": {"listChanged": True}}, {}),
    ],
)
def test_a_client_is_asked_only_what_it_declared(
    question: Any, declared: Any, lacking: Any
) -> None:
    assert unanswerable(read_requests({"q": question}), declared) == lacking


def test_all_that_is_lacking_is_named_at_once() -> None:
    requests = read_requests({"a": FORM, "b": SAMPLE, "c": ROOTS})
    assert unanswerable(requests, {"sampling": {}}) == {
        "elicitation": {"form": {}},
        "roots": {},
    }
    assert undeclared({"sampling": {"tools": {}}, "x": {}}, {"sampling": {}}) == {
        "sampling": {"tools": {}},
        "x": {},
    }


@pytest.mark.parametrize("value", [None, [], "x", 1, {"a": 12345}, {"a": None}, {"a": []}])
def test_answers_are_objects_in_an_object(value: Any) -> None:
    with pytest.raises(InvalidResponses):
        read_responses(value)


ANSWERS = [
    (FORM, ACCEPTED),
    (FORM, {"action": "decline"}),
    (FORM, {"action": "cancel", "content": None}),
    (LINK, {"action": "accept"}),
    (SAMPLE, SAMPLED),
    (SAMPLE, {**SAMPLED, "content": [{"type": "text", "text": "Paris"}], "stopReason": "endTurn"}),
    (ROOTS, {"roots": []}),
    (ROOTS, {"roots": [{"uri": "file:///src", "name": "src"}]}),
]


@pytest.mark.parametrize(("question", "answer"), ANSWERS)
def test_an_answer_of_its_questions_kind_fits(question: Any, answer: Any) -> None:
    assert fitting({"q": answer}, read_requests({"q": question})) == {"q": answer}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (FORM, {}),
        (FORM, SAMPLED),
        (FORM, {"action": "maybe"}),
        (FORM, {"action": ["accept"]}),
        (FORM, {"action": "accept", "content": []}),
        (FORM, {"action": "accept", "content": {"a": {"b": 1}}}),
        (FORM, {"action": "accept", "content": {"a": [1]}}),
        (SAMPLE, ACCEPTED),
        (SAMPLE, {**SAMPLED, "role": "system"}),
        (SAMPLE, {**SAMPLED, "role": []}),
        (SAMPLE, {**SAMPLED, "content": "Paris"}),
        (SAMPLE, {**SAMPLED, "content": ["Paris"]}),
        (SAMPLE, {**SAMPLED, "model": None}),
        (ROOTS, ACCEPTED),
        (ROOTS, {"roots": {}}),
        (ROOTS, {"roots": ["file:///src"]}),
        (ROOTS, {"roots": [{"name": "src"}]}),
        (ROOTS, "x"),
    ],
)
def test_an_answer_of_another_kind_is_refused(question: Any, answer: Any) -> None:
    with pytest.raises(InvalidResponses):
        fitting({"q": answer}, read_requests({"q": question}))


def test_answers_to_questions_nobody_asked_are_ignored() -> None:
    requests = {"q": InputRequest(method="roots/list", params={})}
    answers: dict[str, Any] = {"q": {"roots": []}, "other": {"action": "nonsense"}}
    assert fitting(answers, requests) == {"q": {"roots": []}}
    assert fitting({"other": {}}, requests) == {}
