"""Signed receipts of decisions about warrants, and the key that they are verified with."""

from base64 import b64encode
from typing import Annotated

from pydantic import AwareDatetime, Field

from gatehouse.domain.receipts import ChainListing
from gatehouse.edge.rest.calls import read_period
from gatehouse.edge.rest.models import (
    Answer,
    Listing,
    Nothing,
    PageQuery,
    rfc3339,
    write_cursor,
)
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.management import Management
from gatehouse.usecases.read_calls import HOUR
from gatehouse.usecases.read_receipts import ChainPage


class ChainQuery(PageQuery):
    """Chains of at most 31 days; by default of the last one. Whole hours are listed."""

    from_: AwareDatetime | None = Field(default=None, alias="from")
    to: AwareDatetime | None = None


class ListedChain(Answer):
    """A chain with receipts of the period."""

    chain: str
    function: str
    hour: Annotated[str, Field(description="The first hour of the period that it is in.")]


class ChainList(Listing[ListedChain]):
    """A page of chains, the oldest hour first."""


class ReceiptAnswer(Answer):
    """A receipt at its place, which is counted from 0."""

    sequence: int
    receipt: Annotated[str, Field(description="CBOR in base64, as it was signed.")]


class ChainAnswer(Listing[ReceiptAnswer]):
    """A part of a chain, and the certificate of the instance whose chain it is."""

    chain: str
    certificate: Annotated[str | None, Field(description="CBOR in base64, as it was signed.")]
    signature: Annotated[str | None, Field(description="ECDSA P-256 with SHA-256, DER in base64.")]


class ReceiptKeyAnswer(Answer):
    """The deployment's public key for certificates."""

    public_key_pem: str


def list_chains(management: Management, call: Call, query: ChainQuery) -> Answered:
    """List the chains of receipts of a period."""
    period = read_period(query.from_, query.to)
    page = management.receipts.chains(
        call.project_id, period, after=query.cursor, limit=query.limit
    )
    return Answered(answer=ChainList.of(map(_listed, page.items), page.next_after))


def read_chain(management: Management, call: Call, query: PageQuery) -> Answered:
    """Read a chain of receipts, with its certificate."""
    found = management.receipts.chain(
        call.project_id, call.params["chain"], after=query.cursor, limit=query.limit
    )
    return Answered(answer=_chain(found))


def read_receipt_key(management: Management, _call: Call, _nothing: Nothing) -> Answered:
    """Read the public key that certificates of receipts are verified with."""
    return Answered(answer=ReceiptKeyAnswer(public_key_pem=management.receipts.public_key_pem()))


def _listed(listing: ChainListing) -> ListedChain:
    return ListedChain(
        chain=listing.chain, function=listing.function, hour=rfc3339(listing.hour * HOUR)
    )


def _chain(found: ChainPage) -> ChainAnswer:
    signed = found.certificate
    return ChainAnswer(
        chain=found.chain,
        certificate=None if signed is None else _base64(signed.certificate),
        signature=None if signed is None else _base64(signed.signature),
        items=[
            ReceiptAnswer(sequence=each.sequence, receipt=_base64(each.data))
            for each in found.receipts.items
        ],
        next_cursor=write_cursor(found.receipts.next_after),
    )


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
