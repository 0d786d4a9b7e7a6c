"""Members, and how their identity is spelled in headers.

An id or e-mail is sent as it is when every character is printable ASCII and none is `%`; else
each UTF-8 octet outside the attr-char set of RFC 8187 section 3.2.1 is sent as `%XX`. A
receiver always percent-decodes. Roles are a JSON array.
"""

import json
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from gatehouse_client.errors import MalformedRequest

_TEXT: Final = re.compile(r"(?:[!-$&-~]|%[0-9A-F]{2})+")
"""Printable ASCII; a `%` only as the start of an octet in its canonical, upper-case form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """The end user for whom a request is made: what the tool is configured to tell of them."""

    id: str | None = None
    email: str | None = None
    roles: tuple[str, ...] = ()


def decoded_text(value: str) -> str:
    """Return the id or e-mail in a header's `value`; raise `MalformedRequest` when none is."""
    if not _TEXT.fullmatch(value):
        raise MalformedRequest("a member header is not in its canonical form")
    try:
        return unquote_to_bytes(value).decode()
    except UnicodeDecodeError as error:
        raise MalformedRequest("a member header is not UTF-8") from error


def decoded_roles(value: str) -> tuple[str, ...]:
    """Return the roles in a header's `value`; raise `MalformedRequest` unless it lists texts."""
    try:
        roles = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest("the roles header is not JSON") from error
    if not isinstance(roles, list) or not all(map(_is_text, roles)):
        raise MalformedRequest("the roles header is not a list of texts")
    return tuple(roles)


def _is_text(value: object) -> bool:
    """Tell texts from all else; half of a surrogate pair is not text and cannot be stored."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)
