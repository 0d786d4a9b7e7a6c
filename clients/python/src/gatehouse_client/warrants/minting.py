"""Root warrants: authority out of nothing but a trusted key."""

from collections.abc import Iterable
from typing import Final, Self

from gatehouse.domain.warrants import cbor
from gatehouse.domain.warrants.capabilities import Capability as Allowed
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.envelope import Warrant as Signed
from gatehouse.domain.warrants.payload import EXECUTION, ISSUER, Issuing, Payload, read_payload
from gatehouse.domain.warrants.writing import payload_bytes, signed_message
from gatehouse_client.warrants._drafts import Draft, new_id, with_gates
from gatehouse_client.warrants.constraints import Constraint, require_constraint
from gatehouse_client.warrants.facts import current
from gatehouse_client.warrants.keys import Signer
from gatehouse_client.warrants.warrant import Warrant

DEFAULT_TTL: Final = 3600
MAX_TTL: Final = 90 * 86_400
MAX_DEPTH: Final = 64
"""What verifiers take at most."""


class MintBuilder(Draft):
    """Gathers what a root warrant says; `mint` signs it."""

    def __init__(self) -> None:
        super().__init__()
        self._is_issuer = False
        self._issuable: set[str] = set()
        self._bounds: dict[str, Constraint] = {}
        self._issue_depth: int | None = None

    def tool(self, name: str) -> Self:
        """Let the holder call a tool with any arguments."""
        self._tools.setdefault(name, Allowed({}))
        return self

    def tools(self, names: str | Iterable[str]) -> Self:
        """Let the holder call tools with any arguments."""
        for name in [names] if isinstance(names, str) else names:
            self.tool(name)
        return self

    def issuer(self) -> Self:
        """Make it an issuer's warrant: it calls nothing, and issues warrants that do."""
        self._is_issuer = True
        return self

    def issuable_tools(self, names: Iterable[str]) -> Self:
        """Name the tools that an issuer may issue warrants for."""
        self._issuable.update(names)
        return self.issuer()

    def constraint_bound(self, field: str, constraint: Constraint) -> Self:
        """Bound an argument in whatever an issuer issues."""
        require_constraint(constraint, field)
        self._bounds[field] = constraint
        return self

    def max_issue_depth(self, depth: int) -> Self:
        """Set how deep an issuer may issue."""
        self._issue_depth = depth
        return self

    def mint(self, key: Signer, *, now: int | None = None) -> Warrant:
        """Sign the warrant.

        Args:
            key: The issuer's.
            now: When it begins, in Unix seconds; now, when absent.

        Raises:
            Denied: No verifier would take it.
        """
        start = current(now)
        approvers = frozenset(self._approvers)
        bounds = {name: found.rule for name, found in self._bounds.items()}
        issuing = Issuing(
            tools=frozenset(self._issuable),
            max_depth=self._issue_depth,
            bounds=Allowed(bounds) if bounds else None,
        )
        payload = Payload(
            id=new_id(start),
            kind=ISSUER if self._is_issuer else EXECUTION,
            tools=self._tools,
            holder=(self._holder or key.public_key).to_bytes(),
            issuer=key.public_key.to_bytes(),
            issued_at=start,
            expires_at=start + (DEFAULT_TTL if self._ttl is None else self._ttl),
            max_depth=0 if self._is_terminal else self._depth(),
            depth=0,
            parent_hash=None,
            extensions=with_gates(self._extensions, self._gates),
            gates=self._gates,
            approvers=approvers,
            min_approvals=self._least_approvals(len(approvers), max(1, len(approvers))),
            clearance=self._clearance,
            issuing=issuing,
        )
        if not self._is_issuer and not self._tools:
            raise Denied(1201, "the warrant names no tool")
        if not self._is_issuer and (bounds or self._issue_depth is not None):
            raise Denied(1201, "bounds are for an issuer's warrant")
        return sealed((), payload, key)

    def _depth(self) -> int:
        return MAX_DEPTH if self._max_depth is None else self._max_depth


def sealed(above: tuple[Signed, ...], payload: Payload, key: Signer) -> Warrant:
    """Sign a payload and put it below the chain `above`.

    Raises:
        Denied: No verifier would take it.
    """
    if payload.expires_at - payload.issued_at > MAX_TTL:
        raise Denied(1303, "a warrant lives for at most 90 days")
    if payload.max_depth > MAX_DEPTH:
        raise Denied(1402, f"a chain is at most {MAX_DEPTH} deep")
    written = payload_bytes(payload)
    return Warrant(
        (
            *above,
            # Read back from the bytes, so that what was made is what will be read.
            Signed(
                payload=read_payload(cbor.decode(written)),
                signed=written,
                signature=key.sign_raw(signed_message(written)),
            ),
        )
    )
