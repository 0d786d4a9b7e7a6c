"""Identifiers: how each kind is spelled, and how it is read back."""

import re
from typing import Final

from gatehouse.domain import base64url
from gatehouse.domain.errors import NotFound

TOOL_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""What the model APIs accept as a tool's name; prompts and resources are named alike."""

KID: Final = re.compile(r"[A-Za-z0-9._:@-]{1,128}", re.ASCII)
"""What an assertion key may be called."""

_REQUEST_ID: Final = re.compile(
    r"([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII
)


def tool_id(name: str) -> str:
    """Return the id of the tool called `name`; a name never changes, so neither does its id."""
    return "tool_" + base64url.encode(name.encode())


def tool_name(tool_id: str) -> str:
    """Return the name in `tool_id`; raise `NotFound` when there cannot be such a tool."""
    return _decode(tool_id, "tool_", TOOL_NAME)


def assertion_key_id(kid: str) -> str:
    """Return the id of the assertion key called `kid`."""
    return "key_" + base64url.encode(kid.encode())


def assertion_kid(key_id: str) -> str:
    """Return the kid in `key_id`; raise `NotFound` when there cannot be such a key."""
    return _decode(key_id, "key_", KID)


def prompt_id(name: str) -> str:
    """Return the id of the prompt called `name`."""
    return "prompt_" + base64url.encode(name.encode())


def prompt_name(prompt_id: str) -> str:
    """Return the name in `prompt_id`; raise `NotFound` when there cannot be such a prompt."""
    return _decode(prompt_id, "prompt_", TOOL_NAME)


def resource_id(name: str) -> str:
    """Return the id of the resource called `name`."""
    return "res_" + base64url.encode(name.encode())


def resource_name(resource_id: str) -> str:
    """Return the name in `resource_id`; raise `NotFound` when there cannot be such a resource."""
    return _decode(resource_id, "res_", TOOL_NAME)


def request_id(now_ms: int, random_bits: int) -> str:
    """Return a UUIDv7 (RFC 9562 section 5.7) of `now_ms` and 74 of `random_bits`."""
    value = (now_ms & (2**48 - 1)) << 80 | 7 << 76 | (random_bits >> 62 & 0xFFF) << 64
    digits = f"{value | 0b10 << 62 | random_bits & (2**62 - 1):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def request_time_ms(request_id: str) -> int:
    """Return when `request_id` was made, in milliseconds; raise `NotFound` for another shape."""
    match = _REQUEST_ID.fullmatch(request_id)
    if match is None:
        raise NotFound
    return int(match[1] + match[2], 16)


def _decode(text: str, prefix: str, shape: re.Pattern[str]) -> str:
    encoded = text.removeprefix(prefix)
    try:
        name = base64url.decode(encoded).decode("ascii")
    except ValueError as error:
        raise NotFound from error
    if not text.startswith(prefix) or not shape.fullmatch(name):
        raise NotFound
    return name
