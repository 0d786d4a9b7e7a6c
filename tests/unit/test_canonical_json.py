"""Canonical JSON agrees with RFC 8785, and never makes two values look alike."""

import json
import struct
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.canonical_json import canonical_bytes

safe = 2**53 - 1
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-safe, safe)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(values)
def test_it_writes_what_an_independent_implementation_writes(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


# RFC 8785 appendix B: IEEE 754 bits and the text they must become.
@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("41b3de4355555553", "333333333.3333332"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
    ],
)
def test_numbers_read_as_the_rfc_says(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical_bytes(number) == text.encode()


def test_large_whole_numbers_keep_their_digits() -> None:
    assert canonical_bytes(2**53 + 1) == b"9007199254740993"
    assert canonical_bytes(2**53 + 1) != canonical_bytes(2**53)


@given(values)
def test_it_is_still_json_of_the_same_value(value: Any) -> None:
    # RFC 8785 writes a large float as a whole number, so numbers are read back as doubles.
    assert json.loads(canonical_bytes(value), parse_int=float) == value


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_not_json_is_an_error(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON"):
        canonical_bytes(number)
