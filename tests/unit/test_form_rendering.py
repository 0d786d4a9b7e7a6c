"""Bodies as forms: what each value is written as, and that no argument writes another's field."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gatehouse.domain.errors import ToolRefused
from gatehouse.domain.tools import BodyEncoding
from tests.unit.test_rendering import POST, headers, rendered

FORM = replace(POST, body_encoding=BodyEncoding.FORM)


def fields(arguments: Mapping[str, Any], template: Any = None) -> list[tuple[str, str]]:
    """What a server reads of a body."""
    definition = replace(FORM, body_template=template)
    body = rendered(definition, arguments).body.decode("ascii")
    return parse_qsl(body, keep_blank_values=True, strict_parsing=bool(body))


def test_a_form_is_written_to_the_last_byte_and_says_what_it_is() -> None:
    template = {"To": "{to}", "Body": "{text}", "From": "Shop & Co"}
    definition = replace(FORM, body_template=template)
    arguments = {"to": "+49 1", "text": "a=b&c é"}
    assert rendered(definition, arguments).body == (
        b"To=%2B49%201&Body=a%3Db%26c%20%C3%A9&From=Shop%20%26%20Co"
    )
    assert headers(definition, arguments)["Content-Type"] == "application/x-www-form-urlencoded"


def test_without_a_template_arguments_are_the_fields() -> None:
    assert fields({"a": 1, "b": True, "c": None, "d": ""}) == [("a", "1"), ("b", "true"), ("d", "")]


def test_arrays_repeat_their_field_and_what_is_deeper_is_written_in_brackets() -> None:
    arguments = {
        "tags": ["x", "y", None],
        "more": {"a": 1, "b": {"c": "d"}, "e": ["f", "g"]},
        "items": [{"price": "p1"}, {"price": "p2"}],
    }
    assert fields(arguments) == [
        ("tags", "x"), ("tags", "y"),
        ("more[a]", "1"), ("more[b][c]", "d"), ("more[e][0]", "f"), ("more[e][1]", "g"),
        ("items[0][price]", "p1"), ("items[1][price]", "p2"),
    ]  # fmt: skip
    template = {"tags[]": "{tags}", "items[]": "{items}"}
    assert fields({"tags": ["x", "y"], "items": [{"a": 1}]}, template) == [
        ("tags[]", "x"), ("tags[]", "y"), ("items[0][a]", "1"),
    ]  # fmt: skip


def test_an_argument_can_be_the_whole_form() -> None:
    assert fields({"body": {"a": 1}}, "{body}") == [("a", "1")]
    assert rendered(replace(FORM, body_template="{body}")).body == b""


@pytest.mark.parametrize("whole", ["text", 1, True, None, [1], ["a", "b"]])
def test_only_an_object_is_a_form(whole: object) -> None:
    with pytest.raises(ToolRefused, match="Only an object"):
        fields({"body": whole}, "{body}")


@pytest.mark.parametrize("key", ["a][b", "]", "["])
def test_a_name_cannot_leave_its_brackets(key: str) -> None:
    with pytest.raises(ToolRefused, match="'meta' holds a name with brackets"):
        fields({"meta": {key: "x"}})


def test_no_argument_writes_a_field_that_the_template_fixes() -> None:
    template = {"meta[source]": "gatehouse", "meta": "{meta}"}
    assert fields({"meta": {"of": "x"}}, template) == [
        ("meta[source]", "gatehouse"), ("meta[of]", "x"),
    ]  # fmt: skip
    with pytest.raises(ToolRefused, match="'meta' would write a field of the form a second time"):
        fields({"meta": {"source": "evil"}}, template)


@pytest.mark.parametrize("value", [float("nan"), "\ud800", {"a": float("inf")}, ["\ud800"]])
def test_what_no_form_can_carry_is_refused(value: object) -> None:
    with pytest.raises(ToolRefused):
        fields({"a": value})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["&x=1", "=", "%00"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text() | st.sampled_from(["&fixed", "b]"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["a", "b"]), values))
def test_whatever_the_arguments_the_fields_are_the_templates(arguments: dict[str, Any]) -> None:
    template = {"fixed": "yes", "A": "{a}", "B[]": "{b}"}
    try:
        body = rendered(replace(FORM, body_template=template), arguments).body
    except ToolRefused:
        assume(condition=False)
        raise
    assert re.fullmatch(rb"[A-Za-z0-9_.~%&=-]*", body)
    read = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
    assert read.count(("fixed", "yes")) == 1
    for name, _ in read:
        assert re.fullmatch(r"fixed|A(\[[^\[\]]*\])*|B(\[[^\[\]]*\])*", name, re.DOTALL)
