"""A project's receipts, as they were signed, for whoever verifies them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gatehouse.domain.errors import NotFound
from gatehouse.domain.receipts import ChainedReceipt, ChainListing, SignedCertificate
from gatehouse.ports.pages import Page
from gatehouse.ports.receipts import ReceiptKey, Receipts
from gatehouse.usecases.read_calls import MAX_CALLS_PERIOD, Period

_CHAIN: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainPage:
    """A part of a chain, and whose it is where that is known."""

    chain: str
    certificate: SignedCertificate | None
    receipts: Page[ChainedReceipt]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReceipts:
    """The use cases around receipts; nothing is verified here, for nobody need believe it."""

    receipts: Receipts
    key: ReceiptKey
    clock: Callable[[], int]

    def chains(
        self, project_id: str, period: Period, *, after: str | None, limit: int
    ) -> Page[ChainListing]:
        """List the chains with receipts of a period, of the last day unless one is given.

        Whole hours are listed: those in which the period starts and ends, too.
        """
        starts_at, ends_at = period.bounds(self.clock(), longest=MAX_CALLS_PERIOD)
        return self.receipts.chains(
            project_id, starts_at=starts_at, ends_at=ends_at, after=after, limit=limit
        )

    def chain(self, project_id: str, chain: str, *, after: str | None, limit: int) -> ChainPage:
        """Return a part of one chain; raise `NotFound` when the project has none of this name."""
        if not _CHAIN.fullmatch(chain):
            raise NotFound
        page = self.receipts.page(project_id, chain, after=after, limit=limit)
        certificate = self.receipts.certificate(project_id, chain)
        if certificate is None and not page.items and after is None:
            raise NotFound
        return ChainPage(chain=chain, certificate=certificate, receipts=page)

    def public_key_pem(self) -> str:
        """Return the deployment's public key."""
        return self.key.public_key_pem()
