"""The form that most payloads have, found by one regular expression.

A warrant to call tools that asks for no approval has the fields 0 to 8, a parent's hash and a
depth, in this order. Its bytes are then fixed but for what the groups take, and CBOR leaves no two
ways to read them. What does not match, whatever the reason, is read field by field in `payload`.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from gatehouse.domain.warrants import cbor
from gatehouse.domain.warrants.capabilities import Capability, read_tools
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.keys import require_strong
from gatehouse.domain.warrants.payload import EXECUTION, NO_ISSUING, NOBODY, Payload

_BYTE: Final = rb"([\x00-\x17]|\x18[\x18-\xff])"
_KEY: Final = rb"\x82\x01\x58\x20(.{32})"
_TIME: Final = rb"\x1a(.{4})"
_HASH: Final = rb"\x98\x20((?:[\x00-\x17]|\x18[\x18-\xff]){32})"
_USUAL: Final = re.compile(
    rb"(?s)([\xa9-\xab])\x00\x01\x01\x50(.{16})\x02\x00\x03(.*)\x04" + _KEY
    + rb"\x05" + _KEY + rb"\x06" + _TIME + rb"\x07" + _TIME + rb"\x08" + _BYTE
    + rb"(?:\x09" + _HASH + rb")?(?:\x12" + _BYTE + rb")?"
)  # fmt: skip
_MOST_KEPT: Final = 4096
_FIELDS: Final = 0xA9
_LEAST_TIME: Final = 1 << 16
"""A smaller integer has a shorter form."""


def read_usual(data: bytes) -> Payload | None:
    """Return the payload in `data` when it is of the usual form, else None.

    Raises:
        Denied: It is, and its tools are malformed, a key is weak or it ends before it begins.
    """
    found = _USUAL.fullmatch(data)
    if found is None:
        return None
    head, name, tools, holder, issuer, start, end, most, parent, depth = found.groups()
    issued_at, expires_at = int.from_bytes(start, "big"), int.from_bytes(end, "big")
    if head[0] != _FIELDS + (parent is not None) + (depth is not None) or issued_at < _LEAST_TIME:
        return None
    if expires_at <= issued_at:
        raise Denied(1201, "the warrant ends before it begins")
    try:
        capabilities = _kept(tools) if len(tools) <= _MOST_KEPT else _read(tools)
    except _CutWrong:
        return None
    require_strong(holder)
    require_strong(issuer)
    return Payload(
        id=name,
        kind=EXECUTION,
        tools=capabilities,
        holder=holder,
        issuer=issuer,
        issued_at=issued_at,
        expires_at=expires_at,
        max_depth=most[-1],
        depth=depth[-1] if depth else 0,
        parent_hash=cbor.small_integers(parent) if parent else None,
        extensions={},
        gates={},
        approvers=NOBODY[0],
        min_approvals=NOBODY[1],
        clearance=None,
        issuing=NO_ISSUING,
    )


class _CutWrong(Exception):
    """What the expression found in the place of the tools is not one value."""


def _read(tools: bytes) -> Mapping[str, Capability]:
    try:
        content = cbor.decode(tools)
    except Denied as denied:
        raise _CutWrong from denied
    return read_tools(content)


_kept: Final = lru_cache(maxsize=64)(_read)
"""Warrants of one policy differ in holder and time, and say the same about tools."""


def forget() -> None:
    """Forget all tools read before, as a fresh instance has."""
    _kept.cache_clear()
