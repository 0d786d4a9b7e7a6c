"""Headers of outbound calls: which ones a template may set, and how identity is spelled."""

import json
import re
from collections.abc import Iterable
from typing import Final, TypeAlias

from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.tools import InjectedIdentity

Headers: TypeAlias = "tuple[tuple[str, str], ...]"

PROJECT_ID: Final = "X-Tengine-Project-Id"
INTEGRATION_ID: Final = "X-Tengine-Integration-Id"
REQUEST_ID: Final = "X-Tengine-Request-Id"
TIMESTAMP: Final = "X-Tengine-Timestamp"
MEMBER_ID: Final = "X-Tengine-Member-Id"
MEMBER_EMAIL: Final = "X-Tengine-Member-Email"
MEMBER_ROLES: Final = "X-Tengine-Member-Roles"
TRACEPARENT: Final = "traceparent"
SIGNATURE: Final = "X-Tengine-Signature"
AUTHORIZATION: Final = "Authorization"
IDEMPOTENCY_KEY: Final = "Idempotency-Key"

_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}", re.ASCII)
"""A token (RFC 9110 section 5.1)."""

_RESERVED_PREFIXES: Final = ("x-tengine-", "x-tenuo-", "x-forwarded-", "proxy-")
_RESERVED_NAMES: Final = frozenset(
    {
        "authorization",
        "cookie",
        # Who and what a call comes from is told by us, or a receiver may believe a template.
        "forwarded",
        "traceparent",
        "tracestate",
        "via",
        # The message's framing and route, which the HTTP client alone decides (RFC 9110, 9112).
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

_PLAIN: Final = re.compile(r"[!-$&-~]*", re.ASCII)
_ATTR_CHAR: Final = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~"
)
"""RFC 8187 section 3.2.1."""


def is_header_name(name: str) -> bool:
    """Say whether `name` can be a header's name at all."""
    return _NAME.fullmatch(name) is not None


def is_reserved_header(name: str) -> bool:
    """Say whether only the system may set the header; names are case-insensitive.

    An underscore counts as a hyphen, because CGI-like servers cannot tell them apart.
    """
    spelled = name.lower().replace("_", "-")
    return spelled in _RESERVED_NAMES or spelled.startswith(_RESERVED_PREFIXES)


def sets_idempotency_key(names: Iterable[str]) -> bool:
    """Say whether one of these header names is that of the key of repetitions."""
    return IDEMPOTENCY_KEY.lower() in (name.lower().replace("_", "-") for name in names)


def identity_text(text: str) -> str:
    """Spell a member's id or e-mail for a header.

    It is sent as it is when every character is visible ASCII and none is `%`; otherwise each
    octet outside attr-char is percent-encoded. A receiver always percent-decodes.
    """
    if _PLAIN.fullmatch(text):
        return text
    octets = text.encode("utf-8", "surrogatepass")
    return "".join(chr(octet) if octet in _ATTR_CHAR else f"%{octet:02X}" for octet in octets)


def member_headers(member: MemberIdentity | None, inject: InjectedIdentity) -> Headers:
    """Return the headers that tell the upstream who a call acts for, as far as its tool says."""
    if member is None:
        return ()
    told = []
    if inject.id:
        told.append((MEMBER_ID, identity_text(member.external_id)))
    if inject.email and member.email is not None:
        told.append((MEMBER_EMAIL, identity_text(member.email)))
    if inject.roles:
        told.append((MEMBER_ROLES, json.dumps(member.roles, separators=(",", ":"))))
    return tuple(told)
