"""Write a signed receipt of each decision about a warrant, beside the record of its call."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Final

from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.receipts import ChainedReceipt, ChainListing, SignedCertificate
from gatehouse.domain.warrant_policies import Decision, Evidence, WarrantVerdict
from gatehouse.ports.receipts import CertificateSigner, NewReceipts

if TYPE_CHECKING:
    from gatehouse.domain.receipt_chains import OpenChain, ReceiptChains
    from gatehouse.domain.warrants.receipts import Receipt

HOUR: Final = 3600

Lost = Callable[[str, CallRecord], None]
"""Told what could not be kept, of which call, while the error is being handled."""

Aside = Callable[[Callable[[], None]], Callable[[], None]]
"""Begins work beside what goes on, and returns what waits for its end and raises its error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteReceipts:
    """One instance's receipts: signed here, kept beside the record, vouched for once by KMS.

    A call that was made cannot be taken back and a denied one stays denied, so what cannot be
    kept is reported as lost. The gap shows: the next receipt names the one that is not there.
    What `chains`, `store` and `signer` give is one and the same each time.
    """

    chains: "Callable[[], ReceiptChains]"
    store: Callable[[], NewReceipts]
    signer: Callable[[], CertificateSigner]
    aside: Aside
    lost: Lost
    _certificates: list[SignedCertificate] = field(default_factory=list)
    _certifying: Lock = field(default_factory=Lock)

    def beside(self, record: CallRecord) -> AbstractContextManager[CallRecord]:
        """Begin to write the receipt, hand over the record that names it, and wait for the end.

        The writing of the record goes on at the same time. Nothing is raised but what is raised
        while the record is written. Where no receipt is wanted the record stays as it is; else
        it loses its evidence, which the receipt has.
        """
        verdict = record.warrant
        if verdict is None or verdict.evidence is None:
            return nullcontext(record)
        return self._beside(record, verdict, verdict.evidence)

    @contextmanager
    def _beside(
        self, record: CallRecord, verdict: WarrantVerdict, evidence: Evidence
    ) -> Generator[CallRecord, None, None]:
        linked = replace(record, warrant=replace(verdict, evidence=None))
        try:
            made = said(record, evidence)
            receipt, chain = self.chains().add(record.project_id, made)
        except Exception:  # noqa: BLE001 - the call's record is still to be written
            self.lost("receipt", linked)
            yield linked
            return
        linked = replace(linked, receipt=receipt.link)
        waiting = [(what, self.aside(work)) for what, work in self._work(receipt, chain)]
        try:
            yield linked
        finally:
            for what, wait in waiting:
                try:
                    wait()
                except Exception:  # noqa: BLE001 - what was decided stands
                    self.lost(what, linked)

    def _work(
        self, receipt: ChainedReceipt, chain: "OpenChain"
    ) -> Generator[tuple[str, Callable[[], None]], None, None]:
        """Yield what is to be done: more for a chain's first receipt, and its first in an hour."""
        yield "receipt", partial(self.store().put, receipt)
        if not chain.is_certified:
            yield "receipt certificate", partial(self._certify, receipt, chain)
        if chain.listed_in != receipt.created_at // HOUR:
            yield "receipt listing", partial(self._list, receipt, chain)

    def _certify(self, receipt: ChainedReceipt, chain: "OpenChain") -> None:
        certificate = self._certificate(receipt.created_at)
        self.store().certify(receipt.project_id, chain.id, certificate, now=receipt.created_at)
        chain.is_certified = True

    def _list(self, receipt: ChainedReceipt, chain: "OpenChain") -> None:
        hour = receipt.created_at // HOUR
        listing = ChainListing(
            chain=chain.id,
            function=self.chains().certificate(receipt.created_at).function,
            hour=hour,
            before=chain.listed_in,
        )
        self.store().list_chain(receipt.project_id, listing)
        chain.listed_in = hour

    def _certificate(self, now: int) -> SignedCertificate:
        """Return this instance's certificate, which is signed once."""
        from gatehouse.domain.warrants.certificates import encoded, signed_bytes  # noqa: PLC0415

        with self._certifying:
            if not self._certificates:
                content = encoded(self.chains().certificate(now))
                signature = self.signer().sign(signed_bytes(content))
                self._certificates.append(
                    SignedCertificate(certificate=content, signature=signature)
                )
            return self._certificates[0]


def said(record: CallRecord, evidence: Evidence) -> "Receipt":
    """Return what a receipt says of a call, but for who says it and what came before."""
    from gatehouse.domain.warrants.receipts import Receipt  # noqa: PLC0415 - receipts are few

    is_denied = record.outcome is Outcome.DENIED
    return Receipt(
        warrant_chain=evidence.stack,
        action=record.tool_name,
        outcome="deny" if is_denied else "allow",
        timestamp=record.started_at_ms // 1000,
        root_principal=evidence.root.hex(),
        request_hash=evidence.request_hash,
        pop=evidence.proof or None,
        request_id=record.request_id,
        decision_code=_decision_code(record, is_denied=is_denied),
        policy_hash=evidence.policy_hash,
        trusted_roots=evidence.trusted_roots,
    )


def _decision_code(record: CallRecord, *, is_denied: bool) -> str | None:
    """Name the rule that was not kept: of the warrant, or another for which a call was denied."""
    verdict = record.warrant
    if is_denied and (verdict is None or verdict.decision is not Decision.DENIED):
        return record.reason
    return verdict.reason if verdict else None
