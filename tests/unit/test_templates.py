"""What is a template, and which variables it names."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.json_values import JsonValue
from gatehouse.domain.templates import (
    RESERVED_VARIABLES,
    InvalidTemplate,
    Variable,
    body_placeholders,
    parse,
    placeholders,
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("plain", ("plain",)),
        ("{a}", (Variable("a"),)),
        ("/x/{a}/y", ("/x/", Variable("a"), "/y")),
        ("{a}{b}", (Variable("a"), Variable("b"))),
        ("{member.id}", (Variable("member.id"),)),
        ("{{a}}", ("{a}",)),
        ("{{{a}}}", ("{", Variable("a"), "}")),
        ("{{}}", ("{}",)),
        ("{größe}-{two words}", (Variable("größe"), "-", Variable("two words"))),
    ],
)
def test_a_template_is_taken_apart(text: str, parts: tuple[object, ...]) -> None:
    assert parse(text) == parts


@pytest.mark.parametrize(
    "text", ["{", "}", "{}", "a{b", "a}b", "{{a}", "{a}}", "{member.password}", "{a.b}", "{.}"]
)
def test_what_could_be_meant_in_two_ways_is_no_template(text: str) -> None:
    with pytest.raises(InvalidTemplate):
        parse(text)


def test_the_reserved_variables_are_these() -> None:
    assert {
        "member.id",
        "member.email",
        "member.roles",
        "project.id",
        "integration.id",
        "request.id",
        "client.capabilities",
        "client.log_level",
        "input.responses",
        "input.state",
    } == RESERVED_VARIABLES


def test_a_body_names_the_variables_of_all_its_strings_but_not_of_its_names() -> None:
    body: JsonValue = {"a": "{x}", "{no}": ["{y} and {member.id}", 1, None, True, {"b": "{z}"}]}
    assert body_placeholders(body) == {"x", "y", "z", "member.id"}
    assert body_placeholders("{x}") == {"x"}
    assert body_placeholders(7) == frozenset()


@given(st.lists(st.one_of(st.text(), st.from_regex(r"[^{}.]+", fullmatch=True).map(Variable))))
def test_what_is_written_as_a_template_is_read_back(parts: list[str | Variable]) -> None:
    text = "".join(
        f"{{{part.name}}}"
        if isinstance(part, Variable)
        else part.replace("{", "{{").replace("}", "}}")
        for part in parts
    )
    read = parse(text)
    assert [p for p in read if isinstance(p, Variable)] == [
        p for p in parts if isinstance(p, Variable)
    ]
    assert "".join(p if isinstance(p, str) else "\0" for p in read) == "".join(
        p if isinstance(p, str) else "\0" for p in parts
    )


@given(st.text(alphabet="{}a.b"))
def test_any_text_is_a_template_or_refused(text: str) -> None:
    with suppress(InvalidTemplate):
        variables = [part.name for part in parse(text) if isinstance(part, Variable)]
        assert placeholders(text) == set(variables)
