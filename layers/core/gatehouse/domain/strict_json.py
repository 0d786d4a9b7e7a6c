"""JSON from strangers: one reading only, within bounds (RFC 8259, I-JSON RFC 7493).

Two parsers that disagree about a text are a way around the first of them, so whatever could be
read in two ways is refused: repeated names, NaN and infinities, lone surrogates, a byte order
mark, and nesting deeper than anyone needs.
"""

import json
import math
from typing import Any, Final, NoReturn

from gatehouse.domain.errors import InvalidRequest
from gatehouse.domain.json_values import JsonValue

MAX_DEPTH: Final = 64
MAX_DIGITS: Final = 400
"""Digits of one number; beyond, converting it costs more than it can be worth."""


class InvalidJson(InvalidRequest):
    """The text is not JSON, or JSON that could be read in two ways."""


def parse(data: bytes, *, max_depth: int = MAX_DEPTH) -> JsonValue:
    """Read one JSON value; raise `InvalidJson` saying what is wrong, never another error."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidJson("The body is not UTF-8") from error
    if text.startswith("\ufeff"):
        raise InvalidJson("The body starts with a byte order mark")
    try:
        value: JsonValue = _DECODER.decode(text)
    except RecursionError as error:
        raise InvalidJson("The body is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise InvalidJson(f"The body is not JSON (at character {error.pos})") from error
    # Every level has its bracket, and only escapes could make more than ASCII of ASCII.
    brackets = data.count(b"{") + data.count(b"[")
    if brackets > max_depth or not data.isascii() or b"\\u" in data:
        _check(value, max_depth)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidJson("The body repeats a member name")
    return members


def _refuse_constant(_name: str) -> NoReturn:
    raise InvalidJson("NaN and infinities are not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if len(digits) > MAX_DIGITS or not math.isfinite(value):
        raise InvalidJson("A number is out of range")
    return value


def _bounded(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise InvalidJson("A number is out of range")
    return int(digits)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_constant=_refuse_constant,
    parse_float=_finite,
    parse_int=_bounded,
)


def _check(value: JsonValue, depth_left: int) -> None:
    """Refuse deep nesting and strings that are not Unicode text."""
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        if depth_left == 0:
            raise InvalidJson("The body is nested too deeply")
        for name, item in value.items():
            _check_text(name)
            _check(item, depth_left - 1)
    elif isinstance(value, list):
        if depth_left == 0:
            raise InvalidJson("The body is nested too deeply")
        for item in value:
            _check(item, depth_left - 1)


def _check_text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidJson("A string holds half of a surrogate pair") from error
