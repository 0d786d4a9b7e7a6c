"""URI templates: each URI is matched in one way, found in one pass."""

import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain import uri_templates
from gatehouse.domain.templates import InvalidTemplate


@pytest.mark.parametrize(
    ("template", "uri", "values"),
    [
        ("test://a/{id}/data", "test://a/123/data", {"id": "123"}),
        ("test://a/{id}", "test://a/b%2Fc%20d", {"id": "b/c d"}),
        ("test://a/{id}", "test://a/%C3%BC", {"id": "ü"}),
        ("x:{a}/{b}", "x:1/2", {"a": "1", "b": "2"}),
        ("x:{a}?q={b}#z", "x:1?q=2#z", {"a": "1", "b": "2"}),
        ("test://a/{id}", "test://a/", None),
        ("test://a/{id}", "test://a/b/c", None),
        ("test://a/{id}", "test://a/b?c", None),
        ("test://a/{id}", "TEST://a/b", None),
        ("test://a/{id}/data", "test://a/1/datas", None),
        ("test://a/{id}", "test://a/%FF", None),
        ("test://a/{id}", "test://a/%4", None),
        ("test://a/{id}", "test://a/b\n", None),
        ("test://a/{id}", "test://a/" + "b" * 2048, None),
    ],
)
def test_a_uri_is_taken_apart_or_not_matched(
    template: str, uri: str, values: dict[str, str] | None
) -> None:
    assert uri_templates.parse(template).match(uri) == values


@pytest.mark.parametrize(
    "template",
    [
        "",
        "test://a",
        "{x}",
        "{s}://a",
        "test/{x}",
        "x:{}",
        "x:{a b}",
        "x:{+a}",
        "x:{a,b}",
        "x:{a*}",
        "x:{a:3}",
        "x:{a",
        "x:a}",
        "x:{{a}}",
        "x:{a}{b}",
        "x:{a}b/{c}",
        "x:{a}-{b}",
        "x:{a}%2F{b}",
        "x:{a}/{a}",
        "x:{a}/ b",
        "x:{a}/ü",
        "x:" + "{a}/" * 9,
        "x:{a}/" + "b" * 2048,
    ],
)
def test_what_could_be_read_in_two_ways_is_no_template(template: str) -> None:
    with pytest.raises(InvalidTemplate):
        uri_templates.parse(template)


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(st.dictionaries(st.sampled_from("abcd"), texts, min_size=1))
def test_values_put_in_come_out(values: dict[str, str]) -> None:
    template = "test://x/" + "/".join(f"{{{name}}}" for name in values)
    uri = "test://x/" + "/".join(quote(value, safe="") for value in values.values())
    assert uri_templates.parse(template).match(uri) == values


@given(st.text("ab/%41{}?#", max_size=30))
def test_a_match_gives_each_variable_a_value(uri: str) -> None:
    template = uri_templates.parse("x:{a}/{b}?{c}")
    values = template.match("x:" + uri)
    assert values is None or (set(values) == {"a", "b", "c"} and all(values.values()))


def test_matching_takes_one_pass() -> None:
    template = uri_templates.parse("x:" + "/".join(f"{{v{n}}}" for n in range(8)) + "/end")
    uri = "x:" + "/".join(["a" * 220] * 8) + "/eng"
    began = time.perf_counter()
    for _ in range(1000):
        assert template.match(uri) is None
    assert time.perf_counter() - began < 2
