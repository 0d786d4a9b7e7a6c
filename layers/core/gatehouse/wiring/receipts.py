"""Builds what writes receipts, in each function that decides about warrants.

What it takes is loaded by the first receipt: few projects want any.
"""

import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar

from gatehouse.settings import Settings
from gatehouse.usecases.write_receipts import Lost, WriteReceipts

if TYPE_CHECKING:
    from gatehouse.aws.receipt_key import KmsCertificateSigner
    from gatehouse.aws.receipts import DynamoReceipts
    from gatehouse.domain.receipt_chains import ReceiptChains
    from gatehouse.wiring.aws_clients import AwsClients

THREADS: Final = 4
WAIT_SECONDS: Final = 1.5
"""Less than dispatch keeps back of its time for what follows a call."""
Made = TypeVar("Made")


def write_receipts(
    settings: Settings, aws: "AwsClients", *, function: str, lost: Lost
) -> WriteReceipts:
    """Build the one keeper of this instance's chains; `lost` is told what could not be kept."""

    def chains() -> "ReceiptChains":
        from gatehouse.domain.receipt_chains import ReceiptChains  # noqa: PLC0415

        return ReceiptChains(
            function=function,
            deployment_id=settings.deployment_id,
            key_id=settings.receipt_key_arn,
            random_bytes=secrets.token_bytes,
        )

    def store() -> "DynamoReceipts":
        from gatehouse.aws.receipts import DynamoReceipts  # noqa: PLC0415

        return DynamoReceipts(aws.dynamodb(), settings.activity_table)

    def signer() -> "KmsCertificateSigner":
        from gatehouse.aws.receipt_key import KmsCertificateSigner  # noqa: PLC0415

        return KmsCertificateSigner(aws.kms(), settings.receipt_key_arn)

    return WriteReceipts(
        chains=_once(chains), store=_once(store), signer=_once(signer), aside=aside, lost=lost
    )


def _once(build: Callable[[], Made]) -> Callable[[], Made]:
    """Return what gives the same object each time, also to threads that ask at the same time."""
    lock = Lock()
    made: list[Made] = []

    def get() -> Made:
        with lock:
            if not made:
                made.append(build())
            return made[0]

    return get


def aside(work: Callable[[], None]) -> Callable[[], None]:
    """Begin work in another thread; see `Aside`. Its end is waited for a short time only.

    Whoever calls is not kept waiting by a service that does not answer; `TimeoutError` says that
    it is not known whether the work was done, and the thread goes on with it.
    """
    ends_at = time.monotonic() + WAIT_SECONDS
    begun = _threads().submit(work)
    return lambda: begun.result(timeout=max(0.0, ends_at - time.monotonic()))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="receipts")
