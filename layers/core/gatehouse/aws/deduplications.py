"""Equal calls within a window: one item per claim, whose result is sealed."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import (
    Item,
    bytes_value,
    number,
    number_value,
    raw,
    text,
    text_value,
)
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.tables import deduplication_key
from gatehouse.domain.calls import Deduplication, Dispatched, Outcome
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.invocations import dispatched_document, document_bytes, read_dispatched
from gatehouse.domain.repetitions import not_kept, still_running, unknown_outcome
from gatehouse.domain.sealing import NONCE_LENGTH, SealBroken, seal, unseal
from gatehouse.domain.strict_fields import UnreadableDocument

if TYPE_CHECKING:
    from gatehouse.aws.services import DynamoDb

MAX_RESULT: Final = 300_000
"""Bytes of a sealed result; an item holds 400 KB in all."""

_RUNNING: Final = "running"
_DONE: Final = "done"
_NOT_KEPT: Final = "not_kept"
_RELEASED: Final = "released"


@dataclass(frozen=True, slots=True)
class DynamoDeduplications:
    """Keeps `Deduplications` with one conditional write per step.

    `random_bytes` returns as many random bytes as it is asked for.
    """

    client: "DynamoDb"
    table: str
    random_bytes: Callable[[int], bytes]

    def claim(
        self, deduplication: Deduplication, *, request_id: str, deadline: int, now: int
    ) -> Dispatched | None:
        """See `Deduplications.claim`."""
        claimant = self.random_bytes(16)
        try:
            with translated():
                self.client.put_item(
                    TableName=self.table,
                    Item={
                        **deduplication_key(deduplication.digest),
                        "request_id": text_value(request_id),
                        "claimant": bytes_value(claimant),
                        "status": text_value(_RUNNING),
                        "deadline": number_value(deadline),
                        # A claim outlasts its call, or two calls would share it.
                        "ttl": number_value(max(now + deduplication.window_seconds, deadline)),
                    },
                    ConditionExpression=(
                        "attribute_not_exists(PK) OR #ttl <= :now OR #status = :released"
                    ),
                    ExpressionAttributeNames={"#ttl": "ttl", "#status": "status"},
                    ExpressionAttributeValues={
                        ":now": number_value(now),
                        ":released": text_value(_RELEASED),
                    },
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ConditionFailed as failure:
            if failure.item is None:
                raise Unavailable from failure
            if raw(failure.item, "claimant") == claimant:
                return None  # the SDK repeated this very write, whose first answer was lost
            return _earlier(failure.item, deduplication, now=now)
        return None

    def find(self, deduplication: Deduplication, *, now: int) -> Dispatched | None:
        """See `Deduplications.find`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table,
                Key=deduplication_key(deduplication.digest),
                ConsistentRead=True,
            )
        item = answer.get("Item")
        if item is None or number(item, "ttl") <= now or text(item, "status") == _RELEASED:
            return None
        return _earlier(item, deduplication, now=now)

    def complete(self, deduplication: Deduplication, dispatched: Dispatched, *, now: int) -> None:
        """See `Deduplications.complete`."""
        # A project's key seals far fewer results than random nonces allow, which is 2**32
        # (NIST SP 800-38D section 8.3).
        nonce = self.random_bytes(NONCE_LENGTH)
        sealed = seal(
            document_bytes(dispatched_document(dispatched)),
            data_key=deduplication.sealing_key,
            nonce=nonce,
            additional_data=deduplication.digest.encode(),
        )
        kept = len(sealed) <= MAX_RESULT
        values = {
            ":status": text_value(_DONE if kept else _NOT_KEPT),
            ":running": text_value(_RUNNING),
            ":now": number_value(now),
        }
        if kept:
            values |= {":nonce": bytes_value(nonce), ":sealed": bytes_value(sealed)}
        try:
            with translated():
                self.client.update_item(
                    TableName=self.table,
                    Key=deduplication_key(deduplication.digest),
                    UpdateExpression="SET #status = :status"
                    + (", nonce = :nonce, sealed = :sealed" if kept else ""),
                    ConditionExpression="#status = :running AND #ttl > :now",
                    ExpressionAttributeNames={"#status": "status", "#ttl": "ttl"},
                    ExpressionAttributeValues=values,
                )
        except ConditionFailed:
            return  # the window is over: there is nothing left to keep the result for

    def release(self, deduplication: Deduplication, *, request_id: str) -> None:
        """See `Deduplications.release`."""
        try:
            with translated():
                self.client.update_item(
                    TableName=self.table,
                    Key=deduplication_key(deduplication.digest),
                    # Marked and not deleted, for dispatch may not delete anything.
                    UpdateExpression="SET #status = :released",
                    ConditionExpression="request_id = :request_id AND #status = :running",
                    ExpressionAttributeNames={"#status": "status"},
                    ExpressionAttributeValues={
                        ":released": text_value(_RELEASED),
                        ":request_id": text_value(request_id),
                        ":running": text_value(_RUNNING),
                    },
                )
        except ConditionFailed:
            return  # it is no longer ours to give back


def _earlier(item: Item, deduplication: Deduplication, *, now: int) -> Dispatched:
    request_id, status = text(item, "request_id"), text(item, "status")
    if status == _RUNNING and now < number(item, "deadline"):
        return still_running(request_id)
    if status == _RUNNING:
        return unknown_outcome(request_id)
    kept = _opened(item, deduplication) if status == _DONE else None
    if kept is None:
        return not_kept(request_id)
    return replace(kept, outcome=Outcome.REPEATED, repeated_of=request_id)


def _opened(item: Item, deduplication: Deduplication) -> Dispatched | None:
    """Return the kept result; `None` when another version, or another key, has sealed it."""
    try:
        opened = unseal(
            raw(item, "sealed"),
            data_key=deduplication.sealing_key,
            nonce=raw(item, "nonce"),
            additional_data=deduplication.digest.encode(),
        )
        return read_dispatched(json.loads(opened))
    except (SealBroken, UnreadableDocument):
        return None
