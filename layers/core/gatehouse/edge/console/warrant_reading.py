"""What a pasted warrant says, and whether it lets a call pass; worked out here and kept nowhere."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Final

from gatehouse.domain import strict_json
from gatehouse.domain.errors import FieldError, InvalidFields
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.warrants.capabilities import Capability
from gatehouse.domain.warrants.chain import require_linked
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.envelope import read_stack
from gatehouse.domain.warrants.payload import ISSUER, Payload
from gatehouse.edge.console.fields import Form

_EITHER_ALPHABET: Final = str.maketrans("-_", "+/")


def warrant_read(form: Form, now: int) -> JsonObject:
    """Return what `warrant` says, the root first, and what becomes of a call of `tool`, if named.

    Its signatures, links and attenuation hold. Who is trusted and what is revoked is not looked
    at, nor who would have to prove or approve the call.

    Raises:
        InvalidFields: It is no warrant, or does not hold; or the arguments are no JSON object.
    """
    try:
        links = read_stack(_bytes(form.get("warrant", "")))
        require_linked(links, b"")
    except Denied as denied:
        raise InvalidFields((FieldError("warrant", f"does not hold: {denied}"),)) from None
    chain = [_facts(link.payload, now) for link in links]
    tool = form.get("tool", "").strip()
    verdict = _verdict(links[-1].payload, tool, _arguments(form), now) if tool else None
    return {"chain": list(chain), "verdict": verdict}


def _bytes(text: str) -> bytes:
    plain = "".join(text.split()).translate(_EITHER_ALPHABET).rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (ValueError, binascii.Error):
        raise InvalidFields((FieldError("warrant", "is not in base64"),)) from None


def _arguments(form: Form) -> dict[str, object]:
    try:
        found = strict_json.parse((form.get("arguments", "").strip() or "{}").encode())
    except strict_json.InvalidJson:
        found = None
    if not isinstance(found, dict):
        raise InvalidFields((FieldError("arguments", "must be a JSON object"),))
    return dict(found)


def _verdict(leaf: Payload, tool: str, arguments: dict[str, object], now: int) -> JsonObject:
    try:
        leaf.capability(tool, now).require(arguments, Effort())
    except Denied as denied:
        said = {"reason": denied.reason, "field": denied.field, "hint": denied.hint}
        return {"allowed": False, "tool": tool, **said}
    return {"allowed": True, "tool": tool, "approvers": len(leaf.approvers) if leaf.gates else 0}


def _facts(payload: Payload, now: int) -> JsonObject:
    is_issuer = payload.kind == ISSUER
    tools = sorted(payload.issuing.tools if is_issuer else payload.tools)
    return {
        "id": payload.name,
        "is_issuer": is_issuer,
        "issuer": payload.issuer.hex(),
        "holder": payload.holder.hex(),
        "issued_at": _rfc3339(payload.issued_at),
        "expires_at": _rfc3339(payload.expires_at),
        "has_ended": now >= payload.expires_at,
        "depth": payload.depth,
        "max_depth": payload.max_depth,
        "clearance": payload.clearance,
        "tools": [{"name": each, "asks": _asks(payload.tools.get(each))} for each in tools],
    }


def _asks(capability: Capability | None) -> JsonObject | None:
    """Return the conditions on a tool's arguments; None where there are none."""
    if capability is None or not capability.constraints:
        return None
    return {
        name: f"{type(rule).__name__} {json.dumps(rule.wire(), ensure_ascii=False, default=repr)}"
        for name, rule in sorted(capability.constraints.items())
    }


def _rfc3339(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
