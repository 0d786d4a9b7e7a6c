"""Values -> the bytes of warrants: what `payload`, `gates` and `envelope` read, written.

Nothing is checked here: whoever writes reads back what was written.
"""

from collections.abc import Mapping, Sequence

from gatehouse.domain.warrants import cbor
from gatehouse.domain.warrants.constraints.base import pair
from gatehouse.domain.warrants.envelope import VERSION as ENVELOPE_VERSION
from gatehouse.domain.warrants.envelope import Warrant
from gatehouse.domain.warrants.gates import ArgumentGate, Gate, Gates
from gatehouse.domain.warrants.keys import ALGORITHM, DOMAIN
from gatehouse.domain.warrants.payload import ISSUER, VERSION, Payload


def payload_bytes(payload: Payload) -> bytes:
    """Return the payload as the public package writes it: keys in order, absent ones left out."""
    written: dict[int, object] = {
        0: VERSION,
        1: payload.id,
        2: payload.kind,
        3: {tool: payload.tools[tool].wire() for tool in sorted(payload.tools)},
        4: [ALGORITHM, payload.holder],
        5: [ALGORITHM, payload.issuer],
        6: payload.issued_at,
        7: payload.expires_at,
        8: payload.max_depth,
        18: payload.depth,
    }
    if payload.parent_hash is not None:
        written[9] = list(payload.parent_hash)
    if payload.extensions:
        written[10] = {name: list(payload.extensions[name]) for name in sorted(payload.extensions)}
    if payload.kind == ISSUER:
        written |= _issuing(payload)
    if payload.approvers:
        written[15] = [[ALGORITHM, key] for key in sorted(payload.approvers)]
        written[16] = payload.min_approvals
    if payload.clearance is not None:
        written[17] = payload.clearance
    return cbor.encode({key: written[key] for key in sorted(written)})


def _issuing(payload: Payload) -> dict[int, object]:
    issuing = payload.issuing
    written: dict[int, object] = {11: sorted(issuing.tools)}
    if issuing.max_depth is not None:
        written[13] = issuing.max_depth
    if issuing.bounds is not None:
        written[14] = issuing.bounds.wire()
    return written


def gates_bytes(gates: Gates) -> bytes:
    """Return the value of the extension that holds approval gates."""
    return cbor.encode({tool: _gate(gates[tool]) for tool in sorted(gates)})


def _gate(gate: Gate) -> dict[str, object]:
    written: dict[str, object] = {"args": gate.arguments and _arguments(gate.arguments)}
    if gate.message:
        written["message"] = gate.message
    return written


def _arguments(gates: Mapping[str, ArgumentGate]) -> dict[str, object]:
    return {name: _argument(gates[name]) for name in sorted(gates)}


def _argument(gate: ArgumentGate) -> object:
    if gate.fires is not None:
        return pair(gate.fires)
    return "all" if gate.exempt is None else {"exempt": pair(gate.exempt)}


def signed_message(payload: bytes) -> bytes:
    """Return what a warrant's issuer signs."""
    return DOMAIN + bytes((ENVELOPE_VERSION,)) + payload


def warrant_bytes(warrant: Warrant) -> bytes:
    """Return one warrant."""
    return cbor.encode(_envelope(warrant))


def stack_bytes(warrants: Sequence[Warrant]) -> bytes:
    """Return the stack of warrants, the root first."""
    return cbor.encode([_envelope(warrant) for warrant in warrants])


def _envelope(warrant: Warrant) -> list[object]:
    return [ENVELOPE_VERSION, warrant.signed, [ALGORITHM, warrant.signature]]
