"""Receipts in the Activity table: one item each, a certificate per chain, a list per hour."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import (
    bytes_value,
    number,
    number_value,
    optional_number,
    raw,
    text,
    text_value,
    without_none,
)
from gatehouse.aws.call_items import CALL_DAYS
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import (
    SECONDS_PER_HOUR,
    SEQUENCE_DIGITS,
    receipt_certificate_key,
    receipt_hour_key,
    receipt_hour_partition,
    receipt_key,
    receipt_partition,
)
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.receipts import ChainedReceipt, ChainListing, SignedCertificate
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from gatehouse.aws.attributes import Item, NewValue
    from gatehouse.aws.services import DynamoDb

MAX_HOURS: Final = 48
"""Hours that one page of chains looks through, each with one Query at least."""

_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class DynamoReceipts:
    """Keeps `Receipts`; what is written lives as long as the records of calls."""

    client: "DynamoDb"
    table: str

    def put(self, receipt: ChainedReceipt) -> None:
        """See `Receipts.put`.

        When an answer is lost and the SDK asks again, the write meets itself, which is no fault.
        """
        try:
            with translated():
                self.client.put_item(
                    TableName=self.table,
                    Item={
                        **receipt_key(receipt.project_id, receipt.chain, receipt.sequence),
                        "data": bytes_value(receipt.data),
                        "created_at": number_value(receipt.created_at),
                        "ttl": _expires(receipt.created_at),
                    },
                    ConditionExpression="attribute_not_exists(PK)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ConditionFailed as failed:
            if failed.item is None or raw(failed.item, "data") != receipt.data:
                raise Conflict("Another receipt has this place") from failed

    def certify(
        self, project_id: str, chain: str, certificate: SignedCertificate, *, now: int
    ) -> None:
        """See `Receipts.certify`."""
        with translated():
            self.client.put_item(
                TableName=self.table,
                Item={
                    **receipt_certificate_key(project_id, chain),
                    "certificate": bytes_value(certificate.certificate),
                    "signature": bytes_value(certificate.signature),
                    "ttl": _expires(now),
                },
            )

    def list_chain(self, project_id: str, listing: ChainListing) -> None:
        """See `Receipts.list_chain`."""
        before = None if listing.before is None else number_value(listing.before)
        with translated():
            self.client.put_item(
                TableName=self.table,
                Item=without_none(
                    {
                        **receipt_hour_key(project_id, listing.hour, listing.chain),
                        "function": text_value(listing.function),
                        "before": before,
                        "ttl": _expires(listing.hour * SECONDS_PER_HOUR),
                    }
                ),
            )

    def chains(
        self, project_id: str, *, starts_at: int, ends_at: int, after: str | None, limit: int
    ) -> Page[ChainListing]:
        """See `Receipts.chains`; a page may be short, or empty, and still have a next one."""
        first, end = starts_at // SECONDS_PER_HOUR, -(-ends_at // SECONDS_PER_HOUR)
        start, name = (first, None) if after is None else _read_place(after)
        last = min(end, start + MAX_HOURS)
        found: list[ChainListing] = []
        for hour in range(max(first, start), last):
            items, next_name = query_page(
                self.client,
                self.table,
                partition=receipt_hour_partition(project_id, hour),
                prefix="",
                after=name if hour == start else None,
                limit=limit - len(found),
            )
            listed = [_read_listing(item, hour) for item in items]
            found += [each for each in listed if each.before is None or each.before < first]
            if next_name is not None:
                return Page(items=found, next_after=_place(hour, next_name))
            if len(found) == limit and hour + 1 < end:
                return Page(items=found, next_after=_place(hour + 1, ""))
        return Page(items=found, next_after=_place(last, "") if last < end else None)

    def certificate(self, project_id: str, chain: str) -> SignedCertificate | None:
        """See `Receipts.certificate`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table,
                Key=receipt_certificate_key(project_id, chain),
                ConsistentRead=True,
            )
        if "Item" not in answer:
            return None
        item = answer["Item"]
        return SignedCertificate(
            certificate=raw(item, "certificate"),
            signature=raw(item, "signature"),
        )

    def page(
        self, project_id: str, chain: str, *, after: str | None, limit: int
    ) -> Page[ChainedReceipt]:
        """See `Receipts.page`; receipts may be large, so a page may be short of `limit`."""
        sequence = 0 if after is None else _number(after) + 1
        if sequence >= 10**SEQUENCE_DIGITS:
            raise NotFound
        with translated():
            answer = self.client.query(
                TableName=self.table,
                ConsistentRead=True,
                KeyConditionExpression="PK = :partition AND SK BETWEEN :first AND :last",
                ExpressionAttributeValues={
                    ":partition": text_value(receipt_partition(project_id, chain)),
                    ":first": receipt_key(project_id, chain, sequence)["SK"],
                    ":last": text_value("9" * SEQUENCE_DIGITS),
                },
                Limit=limit,
            )
        items = [_read_receipt(item, project_id, chain) for item in answer["Items"]]
        more = "LastEvaluatedKey" in answer and items
        return Page(items=items, next_after=str(items[-1].sequence) if more else None)


def _expires(now: int) -> "NewValue":
    return number_value(now + CALL_DAYS * _DAY)


def _read_receipt(item: "Item", project_id: str, chain: str) -> ChainedReceipt:
    return ChainedReceipt(
        project_id=project_id,
        chain=chain,
        sequence=int(text(item, "SK")),
        data=raw(item, "data"),
        created_at=number(item, "created_at"),
    )


def _read_listing(item: "Item", hour: int) -> ChainListing:
    return ChainListing(
        chain=text(item, "SK"),
        function=text(item, "function"),
        hour=hour,
        before=optional_number(item, "before"),
    )


def _place(hour: int, chain: str) -> str:
    """Name the place in a list after a chain of an hour, or before its first."""
    return f"{hour}/{chain}"


def _read_place(after: str) -> tuple[int, str | None]:
    hour, slash, chain = after.partition("/")
    if not slash:
        raise NotFound
    return _number(hour), chain or None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= SEQUENCE_DIGITS):
        raise NotFound
    return int(text)
