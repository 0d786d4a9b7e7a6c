"""What one warm dispatch costs, counted on the real adapters."""

import secrets
import threading
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from gatehouse.aws.breakers import DynamoBreakers
from gatehouse.aws.call_records import DynamoCallRecords
from gatehouse.aws.deduplications import DynamoDeduplications
from gatehouse.aws.secret_opener import KmsSecretOpener
from gatehouse.aws.secret_sealer import KmsSecretSealer
from gatehouse.domain.calls import Deduplication, Invocation, Outcome, UpstreamAnswer
from gatehouse.domain.ids import request_id
from gatehouse.domain.tools import AuthStrategy
from gatehouse.usecases.dispatch_call import DispatchCall
from tests.contract.conftest import REGION, TABLE
from tests.fakes.calls import ScriptedUpstream
from tests.fakes.sending import sending
from tests.receipts import Instance
from tests.samples import INTEGRATION_ID, LOOKUP, NOW, stored

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OK = UpstreamAnswer(status=200, content_type="application/json", body=b"{}")
DEDUPLICATION = Deduplication(digest="d", sealing_key=b"k" * 32, window_seconds=30)


class Counted:
    """Dispatch on moto; `made` counts round trips by operation."""

    def __init__(self, dynamodb: "DynamoDBClient") -> None:
        kms = boto3.client("kms", region_name=REGION)
        key = kms.create_key()["KeyMetadata"]["Arn"]
        tool = stored(replace(LOOKUP, auth_strategy=AuthStrategy.HMAC_SIGNATURE))
        sealer = KmsSecretSealer(kms, key, random_bytes=secrets.token_bytes)
        sealed = sealer.seal("sesame", tool.secret_binding)
        self.tool = replace(tool, sealed_secret=sealed)
        self.made: Counter[str] = Counter()
        self.threads: set[int] = set()
        for client in (kms, dynamodb):
            client.meta.events.register("before-call", self._count)
        self.run = DispatchCall(
            send=sending(
                ScriptedUpstream(lambda _: OK),
                lambda: NOW * 1000,
                breakers=DynamoBreakers(dynamodb, TABLE),
            ),
            secrets=KmsSecretOpener(kms, (key,), monotonic=lambda: 0.0),
            deduplications=DynamoDeduplications(dynamodb, TABLE, random_bytes=secrets.token_bytes),
            records=DynamoCallRecords(dynamodb, TABLE),
            receipts=Instance().write,
            clock_ms=lambda: NOW * 1000,
            lost=lambda *_: pytest.fail("something was lost"),
        )

    def call(self, number: int, deduplication: Deduplication | None = None) -> Counter[str]:
        self.made.clear()
        self.threads.clear()
        invocation = Invocation(
            request_id=request_id(NOW * 1000, number),
            tool=self.tool,
            integration_id=INTEGRATION_ID,
            member=None,
            arguments={"contact_id": "c"},
            deduplication=deduplication,
        )
        assert self.run(invocation, seconds_left=20).outcome in {
            Outcome.SUCCEEDED,
            Outcome.REPEATED,
        }
        return Counter(self.made)

    def _count(self, model: Any, **_: Any) -> None:
        self.made[model.name] += 1
        self.threads.add(threading.get_ident())


@pytest.fixture
def counted(dynamodb: "DynamoDBClient") -> Counted:
    return Counted(dynamodb)


def test_the_first_call_asks_kms_once_and_looks_at_the_breaker_once(counted: Counted) -> None:
    assert counted.call(1) == {"Decrypt": 1, "GetItem": 1, "PutItem": 1, "UpdateItem": 1}


def test_a_warm_call_costs_two_parallel_writes_and_nothing_else(counted: Counted) -> None:
    counted.call(1)
    assert counted.call(2) == {"PutItem": 1, "UpdateItem": 1}
    assert len(counted.threads) == 2


def test_deduplication_costs_two_writes_more(counted: Counted) -> None:
    counted.call(1)
    assert counted.call(2, DEDUPLICATION) == {"PutItem": 2, "UpdateItem": 2}


def test_a_repeated_call_costs_its_claim_and_its_record(counted: Counted) -> None:
    counted.call(1, DEDUPLICATION)
    assert counted.call(2, DEDUPLICATION) == {"PutItem": 2, "UpdateItem": 1}
