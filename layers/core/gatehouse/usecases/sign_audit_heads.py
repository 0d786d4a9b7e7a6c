"""State once a day, signed, where each chain of the audit ends."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain.audit_heads import HeadStatement, SignedHead, date_of, signed_bytes
from gatehouse.ports.audit import AuditChains, HeadSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class SignAuditHeads:
    """Sign the ends of all chains, deleted projects' too; `clock` is in Unix seconds."""

    chains: AuditChains
    signer: HeadSigner
    deployment_id: str
    clock: Callable[[], int]

    def __call__(self) -> int:
        """State what was not stated yet today, and return how many chains that were.

        Once more on the same day goes on where the first time broke off.

        Raises:
            Unavailable: It broke off.
        """
        signed = 0
        date = date_of(self.clock())
        for chain, head in self.chains.ends():
            if head.digest is None or self.chains.has_statement(chain, date):
                continue
            statement = HeadStatement(
                deployment_id=self.deployment_id,
                chain=chain,
                date=date,
                seq=head.seq,
                digest=head.digest,
            )
            signature = self.signer.sign(signed_bytes(statement))
            self.chains.state(SignedHead(statement=statement, signature=signature))
            signed += 1
        return signed
