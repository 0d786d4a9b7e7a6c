"""Warrants handed on: below one, with less authority."""

from collections.abc import Iterable
from typing import Self

from gatehouse.domain.warrants.capabilities import Capability as Allowed
from gatehouse.domain.warrants.capabilities import capability_for
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.gates import Gate
from gatehouse.domain.warrants.payload import EXECUTION, GATES, ISSUER, Issuing, Payload
from gatehouse_client.warrants._drafts import Draft, new_id, with_gates
from gatehouse_client.warrants.facts import current
from gatehouse_client.warrants.keys import Signer
from gatehouse_client.warrants.minting import sealed
from gatehouse_client.warrants.warrant import Warrant


class GrantBuilder(Draft):
    """Gathers what a child says; `grant` signs it.

    It starts with no tools. Time, clearance, approvers, gates and session go on from the parent
    unless narrowed.
    """

    def __init__(self, parent: Warrant) -> None:
        super().__init__()
        self._parent = parent
        self._issuable = set(parent.payload.issuing.tools)

    def tool(self, name: str) -> Self:
        """Hand on a tool as it is, unless `capability` narrowed it before.

        Raises:
            Denied: The parent does not have it.
        """
        self._tools.setdefault(name, self._handed_on(name))
        return self

    def tools(self, names: str | Iterable[str]) -> Self:
        """Hand on tools as they are."""
        for name in [names] if isinstance(names, str) else names:
            self.tool(name)
        return self

    def inherit_all(self) -> Self:
        """Hand on every tool as it is, but for those that were narrowed before."""
        self._tools = {**self._parent.payload.tools, **self._tools}
        return self

    def retain_tool(self, name: str) -> Self:
        """Keep one tool of those that were handed on so far."""
        return self.retain_tools([name])

    def retain_tools(self, names: Iterable[str]) -> Self:
        """Keep no other tools of those that were handed on so far.

        Raises:
            Denied: One was not.
        """
        kept = set(names)
        if kept - self._tools.keys():
            raise Denied(1502, "a tool to retain is not among those handed on")
        self._tools = {name: found for name, found in self._tools.items() if name in kept}
        return self

    def drop_tools(self, names: Iterable[str]) -> Self:
        """Keep these back, whether to be called or to be issued."""
        for name in names:
            self._tools.pop(name, None)
            self._issuable.discard(name)
        return self

    def issuable_tool(self, name: str) -> Self:
        """Hand on the right to issue warrants for one tool."""
        return self.issuable_tools([name])

    def issuable_tools(self, names: Iterable[str]) -> Self:
        """Hand on the right to issue warrants for these tools."""
        self._issuable = set(names)
        return self

    def grant(self, key: Signer, *, now: int | None = None) -> Warrant:
        """Sign the child.

        Args:
            key: The parent's holder's.
            now: When it begins, in Unix seconds; now, when absent.

        Raises:
            Denied: The key is not the holder's, or the child would gain something: `field` is the
                argument, when it is one.
        """
        above = self._parent.payload
        if key.public_key.to_bytes() != above.holder:
            raise Denied(1405, "the key is not the holder's of the warrant to hand on")
        if above.kind == EXECUTION and not self._tools:
            raise Denied(1201, "nothing is handed on: name a tool, or inherit_all()")
        return sealed(self._parent.links, self._payload(above, key, current(now)), key)

    def _payload(self, above: Payload, key: Signer, now: int) -> Payload:
        kind = ISSUER if above.kind == ISSUER and not self._tools else EXECUTION
        start = max(now, above.issued_at)
        gates = self._merged_gates(above)
        approvers = above.approvers | self._approvers
        depth = above.depth + 1
        most = above.max_depth if self._max_depth is None else self._max_depth
        kept = {name: found for name, found in above.extensions.items() if name != GATES}
        return Payload(
            id=new_id(start),
            kind=kind,
            tools=self._tools,
            holder=(self._holder or key.public_key).to_bytes(),
            issuer=key.public_key.to_bytes(),
            issued_at=start,
            # A child that would outlive its parent ends with it.
            expires_at=above.expires_at
            if self._ttl is None
            else min(above.expires_at, start + self._ttl),
            max_depth=depth if self._is_terminal else most,
            depth=depth,
            parent_hash=self._parent.links[-1].digest,
            extensions=with_gates({**kept, **self._extensions}, gates),
            gates=gates,
            approvers=approvers,
            min_approvals=self._least_approvals(
                len(approvers), above.min_approvals if above.approvers else max(1, len(approvers))
            ),
            clearance=above.clearance if self._clearance is None else self._clearance,
            issuing=self._issuing(above) if kind == ISSUER else Issuing(),
        )

    def _handed_on(self, tool: str) -> Allowed:
        above = self._parent.payload
        if above.kind == EXECUTION:
            found = capability_for(above.tools, tool)
        else:
            found = (above.issuing.bounds or Allowed({})) if tool in above.issuing.tools else None
        if found is None:
            raise Denied(1502, "the parent does not have this tool")
        return found

    def _issuing(self, above: Payload) -> Issuing:
        issuing = above.issuing
        most = above.max_depth if self._max_depth is None else self._max_depth
        depth = None if issuing.max_depth is None else min(issuing.max_depth, most)
        return Issuing(tools=frozenset(self._issuable), max_depth=depth, bounds=issuing.bounds)

    def _merged_gates(self, above: Payload) -> dict[str, Gate]:
        merged = dict(above.gates)
        for tool, gate in self._gates.items():
            before = merged.get(tool)
            arguments = gate.arguments
            if before is not None and (before.arguments is None or arguments is None):
                arguments = None
            elif before is not None:
                arguments = {**(before.arguments or {}), **(arguments or {})}
            message = gate.message or (before.message if before else "")
            merged[tool] = Gate(arguments, message)
        return merged
