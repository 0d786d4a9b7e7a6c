"""Spend a call's proof of possession, once for all instances, before the call is handed over."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from gatehouse.domain.calls import Dispatched, Invocation, Outcome
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.warrant_counts import REPLAYED
from gatehouse.ports.calls import Dispatcher, DispatchUncertain
from gatehouse.ports.marks import Marks
from gatehouse.usecases.check_warrant import Checked, Proof, not_allowed

MARGIN_SECONDS: Final = 600
"""How much longer than a proof its mark is kept: more than all clocks and windows are apart."""
SPENT: Final = (
    "This proof was used before. An equal call in the same 30 seconds needs a nonce that the "
    "holder signs"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendProof:
    """Let each proof make one call; a repetition may still hear what became of the first."""

    marks: Marks
    dispatcher: Dispatcher
    clock: Callable[[], int]

    def __call__(self, invocation: Invocation, checked: Checked) -> Invocation | Dispatched:
        """Return the call to be made, with its verdict, or what the equal call before came to.

        Raises:
            WarrantRefused: The proof is spent, and the mode in force denies such calls.
            Unavailable: It is not known whether it is.
        """
        proof, verdict = checked.proof, checked.verdict
        if proof is None or verdict is None or self._is_first(invocation.tool.project_id, proof):
            return invocation
        if earlier := self._earlier(invocation):
            return earlier
        return replace(invocation, warrant=not_allowed(verdict, REPLAYED, hint=SPENT))

    def _is_first(self, project_id: str, proof: Proof) -> bool:
        expires_at = proof.ends_at + MARGIN_SECONDS
        return self.marks.claim(mark(project_id, proof), expires_at=expires_at, now=self.clock())

    def _earlier(self, invocation: Invocation) -> Dispatched | None:
        """Ask for the kept result of an equal call; whatever happens, nothing is executed."""
        if invocation.deduplication is None:
            return None
        try:
            found = self.dispatcher.dispatch(replace(invocation, only_repeat=True))
        except DispatchUncertain as error:
            raise Unavailable from error
        return None if found.outcome is Outcome.DENIED else found


def mark(project_id: str, proof: Proof) -> str:
    """Return what a project remembers a spent proof by: SHA-256 over parts with their lengths."""
    parts = (project_id.encode(), proof.digest, proof.nonce)
    framed = b"".join([len(part).to_bytes(4, "big") + part for part in parts])
    return hashlib.sha256(framed).hexdigest()
