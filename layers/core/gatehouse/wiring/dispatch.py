"""Builds what makes one outbound call.

The clients are built at import: Lambda lends an instance more CPU while it starts than it has
afterwards, and every request needs them. KMS and cryptography wait for a tool with a secret.
"""

import random
import secrets
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from gatehouse.aws.breakers import DynamoBreakers
from gatehouse.aws.call_records import DynamoCallRecords
from gatehouse.aws.deduplications import DynamoDeduplications
from gatehouse.aws.secret_opener import KmsSecretOpener
from gatehouse.domain.sealing import SealedSecret, SecretBinding
from gatehouse.net.addresses import AddressPolicy
from gatehouse.net.client import GuardedClient
from gatehouse.settings import Settings
from gatehouse.usecases.circuits import Circuits
from gatehouse.usecases.dispatch_call import DispatchCall
from gatehouse.usecases.send_call import SendCall
from gatehouse.usecases.write_receipts import Lost
from gatehouse.wiring import clock
from gatehouse.wiring import lean_clients as clients
from gatehouse.wiring.receipts import write_receipts
from gatehouse.wiring.upstreams import upstreams

settings: Final = Settings()


def dispatch_call(*, lost: Lost) -> DispatchCall:
    """Build the one use case; `lost` is told what could not be kept."""
    return DispatchCall(
        send=SendCall(
            upstream=GuardedClient(_policy()),
            circuits=Circuits(DynamoBreakers(clients.dynamodb(), settings.activity_table)),
            clock_ms=clock.now_ms,
            sleep=time.sleep,
            random=random.random,
        ),
        secrets=_LateOpener(),
        deduplications=DynamoDeduplications(
            clients.dynamodb(), settings.activity_table, random_bytes=secrets.token_bytes
        ),
        records=DynamoCallRecords(clients.dynamodb(), settings.activity_table),
        receipts=write_receipts(settings, clients, function="dispatch", lost=lost),
        clock_ms=clock.now_ms,
        lost=lost,
    )


def _policy() -> AddressPolicy:
    return AddressPolicy.of(upstreams(settings))


@dataclass(frozen=True)
class _LateOpener:
    """Builds the KMS client when the first secret is opened."""

    def open(self, sealed: SealedSecret, binding: SecretBinding) -> str:
        return self._opener.open(sealed, binding)

    @cached_property
    def _opener(self) -> KmsSecretOpener:
        return KmsSecretOpener(clients.kms(), settings.opening_key_arns, monotonic=time.monotonic)
