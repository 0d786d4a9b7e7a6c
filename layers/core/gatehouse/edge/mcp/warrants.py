"""How a warrant comes with a call: in `_meta.tenuo`, in `arguments._tenuo` or in HTTP headers.

Only the form is read here, and nothing but base64 is decoded. A call has one carrier: of two, one
could be shown to whoever looks, and the other be meant.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Final

from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.strict_json import InvalidJson, parse
from gatehouse.domain.warrant_counts import AMBIGUOUS, MALFORMED
from gatehouse.domain.warrant_policies import Carried, PresentedWarrant, UnusableCarrier
from gatehouse.edge.mcp.envelope import Message
from gatehouse.edge.mcp.headers import Headers

IN_META: Final = "tenuo"
ARGUMENT: Final = "_tenuo"
"""A carrier and never an argument, whatever the project's mode."""
WARRANT_HEADER: Final = "x-tenuo-warrant"
PROOF_HEADER: Final = "x-tenuo-pop"
APPROVALS_HEADER: Final = "x-tenuo-approvals"

VERSION: Final = 1
"""Of the object; it says under which prefix the proof is signed (`pop.DOMAINS`)."""
MAX_IN_META: Final = 65_536
MAX_IN_HEADER: Final = 8192
MAX_SIGNATURE: Final = 128
MAX_APPROVALS: Final = 64
MAX_APPROVAL: Final = 10_924
"""Characters: 8 KB in base64."""
MAX_NONCE: Final = 88
"""Characters: 64 bytes in base64."""
_FIELDS: Final = frozenset({"warrant", "signature", "approvals", "nonce", "nonce_sig", "version"})
_STANDARD: Final = str.maketrans("-_", "+/")
_EMPTY: Final[JsonObject] = {}


class _MalformedError(Exception):
    """The carrier is not of its form; the message is for the caller."""


def without_carrier(arguments: JsonObject) -> JsonObject:
    """Return the arguments that are the tool's."""
    return {name: value for name, value in arguments.items() if name != ARGUMENT}


def carried(message: Message, headers: Headers) -> Carried:
    """Return the warrant that comes with a call of a tool, if anything speaks of one."""
    found = _carriers(message, headers)
    if len(found) > 1:
        hint = f"The warrant comes in more than one place: {', '.join(found)}"
        return UnusableCarrier(reason=AMBIGUOUS, hint=hint)
    for place, read in found.items():
        try:
            return read()
        except _MalformedError as error:
            return UnusableCarrier(reason=MALFORMED, hint=f"{place}: {error}")
    return None


def stack_of(warrant: Carried) -> bytes | None:
    """Return the stack of warrants that was presented, if its carrier could be read."""
    return warrant.stack if isinstance(warrant, PresentedWarrant) else None


def _carriers(message: Message, headers: Headers) -> dict[str, Callable[[], PresentedWarrant]]:
    """Return how to read each carrier that there is, by what the caller calls it."""
    if message.method != "tools/call":
        return {}
    found: dict[str, Callable[[], PresentedWarrant]] = {}
    meta, arguments = _object(message.params, "_meta"), _object(message.params, "arguments")
    if IN_META in meta:
        found["_meta.tenuo"] = lambda: _in_object(meta[IN_META])
    if ARGUMENT in arguments:
        found["arguments._tenuo"] = lambda: _in_object(arguments[ARGUMENT])
    if not headers.keys().isdisjoint({WARRANT_HEADER, PROOF_HEADER, APPROVALS_HEADER}):
        found["X-Tenuo headers"] = lambda: _in_headers(headers)
    return found


def _object(params: JsonObject, name: str) -> JsonObject:
    """Return a member; what is no object carries nothing, and is refused where it is used."""
    value = params.get(name)
    return value if isinstance(value, dict) else _EMPTY


def _in_object(value: JsonValue) -> PresentedWarrant:
    if not isinstance(value, Mapping):
        raise _MalformedError("it must be an object")
    if not value.keys() <= _FIELDS:
        raise _MalformedError(f"it has a member other than {', '.join(sorted(_FIELDS))}")
    version = value.get("version", VERSION)
    if type(version) is not int or version != VERSION:
        raise _MalformedError(f"version must be {VERSION}")
    return PresentedWarrant(
        stack=_decoded(value.get("warrant"), "warrant", MAX_IN_META),
        proof=_optional(value, "signature", MAX_SIGNATURE),
        approvals=_approvals(value.get("approvals", [])),
        nonce=_optional(value, "nonce", MAX_NONCE),
        nonce_signature=_optional(value, "nonce_sig", MAX_SIGNATURE),
    )


def _in_headers(headers: Headers) -> PresentedWarrant:
    for name in (WARRANT_HEADER, PROOF_HEADER, APPROVALS_HEADER):
        if len(headers.get(name, "")) > MAX_IN_HEADER:
            raise _MalformedError(
                f"{name} has more than {MAX_IN_HEADER} characters; send the warrant in _meta.tenuo"
            )
    approvals: JsonValue = []
    if APPROVALS_HEADER in headers:
        try:
            approvals = parse(_decoded(headers[APPROVALS_HEADER], APPROVALS_HEADER, MAX_IN_HEADER))
        except InvalidJson as error:
            raise _MalformedError(f"{APPROVALS_HEADER} must be a JSON array in base64") from error
    return PresentedWarrant(
        stack=_decoded(headers.get(WARRANT_HEADER), WARRANT_HEADER, MAX_IN_HEADER),
        proof=_optional(headers, PROOF_HEADER, MAX_SIGNATURE),
        approvals=_approvals(approvals),
        is_in_headers=True,
    )


def _approvals(value: JsonValue) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > MAX_APPROVALS:
        raise _MalformedError(f"approvals must be an array of at most {MAX_APPROVALS}")
    return tuple(_decoded(item, "an approval", MAX_APPROVAL) for item in value)


def _optional(members: JsonObject, name: str, most: int) -> bytes:
    return _decoded(members[name], name, most) if name in members else b""


def _decoded(text: JsonValue, name: str, most: int) -> bytes:
    """Decode base64 of either alphabet, padded or not; of each value one spelling in each.

    A header that was sent twice holds a comma, which neither alphabet has.
    """
    if not isinstance(text, str):
        raise _MalformedError(f"{name} must be base64 text")
    if len(text) > most:
        raise _MalformedError(f"{name} has more than {most} characters")
    bare = text.translate(_STANDARD).rstrip("=")
    padded = bare + "=" * (-len(bare) % 4)
    try:
        data = b64decode(padded, validate=True)
    except ValueError as error:
        raise _MalformedError(f"{name} is not base64") from error
    if b64encode(data).decode() != padded or len(text) not in {len(bare), len(padded)}:
        raise _MalformedError(f"{name} is not base64 as it is written")
    return data
