"""What a warrant will say, gathered by a builder's calls."""

import os
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Final, Protocol, Self

from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.gates import ArgumentGate, Gate
from gatehouse.domain.warrants.payload import GATES
from gatehouse.domain.warrants.writing import gates_bytes
from gatehouse_client.warrants.capabilities import Capability
from gatehouse_client.warrants.constraints import Constraint, require_constraint
from gatehouse_client.warrants.keys import PublicKey

if TYPE_CHECKING:
    from gatehouse.domain.warrants.capabilities import Capability as Allowed

SESSION: Final = "tenuo.session_id"


class Clearance(IntEnum):
    """The named levels; any other number up to 255 goes too."""

    UNTRUSTED = 0
    EXTERNAL = 10
    PARTNER = 20
    INTERNAL = 30
    PRIVILEGED = 40
    SYSTEM = 50


class HasLevel(Protocol):
    """A clearance as the public package has it."""

    @property
    def level(self) -> int:
        """The number."""
        ...


class Draft:
    """What both builders can be told; each call returns the builder."""

    def __init__(self) -> None:
        self._tools: dict[str, Allowed] = {}
        self._holder: PublicKey | None = None
        self._ttl: int | None = None
        self._clearance: int | None = None
        self._approvers: set[bytes] = set()
        self._min_approvals: int | None = None
        self._gates: dict[str, Gate] = {}
        self._extensions: dict[str, bytes] = {}
        self._max_depth: int | None = None
        self._is_terminal = False

    def capability(
        self,
        tool: str | Capability,
        constraints: Mapping[str, Constraint] | None = None,
        /,
        **named: Constraint | bool,
    ) -> Self:
        """Let the holder call `tool`, or `*`, with arguments under these conditions.

        Args:
            tool: Its name; or all of it as a `Capability`.
            constraints: By argument; as keywords, too. Without any, all arguments go.
            named: The same; `_allow_unknown=True` lets other arguments go along.
        """
        if isinstance(tool, str):
            tool = Capability(tool, **{**(constraints or {}), **named})
        elif constraints or named:
            raise TypeError("a Capability has its constraints already")
        self._tools[tool.tool] = tool.allowed()
        return self

    def holder(self, public_key: PublicKey) -> Self:
        """Name the key that will prove each call; without this, it is the one that signs."""
        self._holder = public_key
        return self

    def ttl(self, seconds: int) -> Self:
        """Let it live for so long."""
        self._ttl = int(seconds)
        return self

    def clearance(self, level: int | HasLevel) -> Self:
        """Set the clearance, 0 to 255."""
        self._clearance = level if isinstance(level, int) else level.level
        return self

    def required_approvers(self, approvers: Iterable[PublicKey]) -> Self:
        """Name the keys whose approval gated calls need."""
        self._approvers.update(key.to_bytes() for key in approvers)
        return self

    def min_approvals(self, count: int) -> Self:
        """Say how many of the approvers must approve; without this, all of them."""
        self._min_approvals = count
        return self

    def approval_gates(self, gates: Mapping[str, object]) -> Self:
        """Say which calls need approval, by tool.

        A gate is None for all calls, or a map by argument: None for any value, a constraint for
        values that fit, `{"exempt": constraint}` for values that do not. An absent argument needs
        approval. `{"args": ..., "message": ...}` adds a sentence for whoever is asked.
        """
        self._gates.update({tool: _gate(gate) for tool, gate in gates.items()})
        return self

    def _least_approvals(self, approvers: int, otherwise: int) -> int:
        if self._min_approvals is None:
            return otherwise
        if not approvers:
            raise Denied(1201, "min_approvals needs required_approvers")
        return self._min_approvals

    def session_id(self, session_id: str) -> Self:
        """Note which session this is for; it is signed, and nothing follows from it."""
        self._extensions[SESSION] = session_id.encode()
        return self

    def max_depth(self, depth: int) -> Self:
        """Set how deep the chain may get; a root has depth 0."""
        self._max_depth = depth
        return self

    def terminal(self) -> Self:
        """Let nobody hand it on."""
        self._is_terminal = True
        return self


def with_gates(extensions: Mapping[str, bytes], gates: Mapping[str, Gate]) -> dict[str, bytes]:
    """Return the extensions with these gates in them."""
    return {**extensions, GATES: gates_bytes(gates)} if gates else dict(extensions)


def _gate(gate: object) -> Gate:
    if gate is None:
        return Gate(None, "")
    if not isinstance(gate, Mapping):
        raise TypeError("a gate is None or a map by argument")
    if "args" in gate:
        inner = _gate(gate["args"])
        return Gate(inner.arguments, str(gate.get("message", "")))
    return Gate({str(name): _argument(item, str(name)) for name, item in gate.items()}, "")


def _argument(gate: object, name: str) -> ArgumentGate:
    if gate is None or gate == "all":
        return ArgumentGate()
    if isinstance(gate, Mapping) and gate.keys() == {"exempt"}:
        return ArgumentGate(exempt=require_constraint(gate["exempt"], name).rule)
    return ArgumentGate(fires=require_constraint(gate, name).rule)


def new_id(now: float, random: bytes | None = None) -> bytes:
    """Return a fresh UUIDv7 (RFC 9562 section 5.7); `now` is in seconds."""
    noise = bytearray(random or os.urandom(10))
    noise[0] = 0x70 | (noise[0] & 0x0F)
    noise[2] = 0x80 | (noise[2] & 0x3F)
    return int(now * 1000).to_bytes(6, "big") + bytes(noise)
