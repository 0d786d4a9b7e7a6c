"""One reading only: what two parsers could read differently is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.json_values import JsonValue
from gatehouse.domain.strict_json import MAX_DEPTH, InvalidJson, _check, parse


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{} {}",
        b"\xef\xbb\xbf{}",
        b"\xff",
        b"{}\x00",
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":1,"\\u0061":2}',
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"1e400",
        b"9" * 401,
        b'"\\ud800"',
        b'{"\\udc00":1}',
        b"'a'",
        b"[1,]",
        b"/**/1",
        b"[" * 100_000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
    ],
)
def test_an_ambiguous_or_broken_text_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidJson):
        parse(body)


def test_nesting_is_bounded_exactly() -> None:
    assert parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    with pytest.raises(InvalidJson):
        parse(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))


VALUES = st.recursive(
    st.none() | st.integers() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(value=VALUES, in_ascii=st.booleans(), depth=st.integers(0, 4))
def test_what_is_let_through_without_a_look_would_pass_one(
    *, value: JsonValue, in_ascii: bool, depth: int
) -> None:
    data = json.dumps(value, ensure_ascii=in_ascii).encode("utf-8", "surrogatepass")
    try:
        _check(value, depth)
        data.decode()
    except (InvalidJson, UnicodeDecodeError):
        with pytest.raises(InvalidJson):
            parse(data, max_depth=depth)
    else:
        assert parse(data, max_depth=depth) == value


@given(st.binary())
def test_noise_is_json_or_refused(noise: bytes) -> None:
    try:
        value = parse(noise)
    except InvalidJson:
        return
    assert json.loads(noise) == value


def test_an_escaped_pair_of_surrogates_is_one_character() -> None:
    assert parse(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"
