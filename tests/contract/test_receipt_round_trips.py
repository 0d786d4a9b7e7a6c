"""What receipts cost: nothing where none are wanted, else one write beside the record's."""

from collections import Counter
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from gatehouse.aws.receipt_key import KmsCertificateSigner
from gatehouse.aws.receipts import DynamoReceipts
from gatehouse.domain.calls import Invocation, Outcome
from gatehouse.domain.ids import request_id
from gatehouse.domain.warrant_policies import WarrantVerdict
from gatehouse.wiring.receipts import write_receipts
from tests.contract.conftest import REGION, TABLE
from tests.contract.test_dispatch_round_trips import Counted
from tests.receipts import ALLOWED
from tests.samples import DEPLOYMENT, INTEGRATION_ID, NOW

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ALONE = {"PutItem": 1, "UpdateItem": 1}


@dataclass
class Settings:
    """What `write_receipts` reads of the environment."""

    receipt_key_arn: str
    deployment_id: str = DEPLOYMENT
    activity_table: str = TABLE


class Receipted(Counted):
    """Dispatch with the real keepers of receipts, as wiring builds them."""

    def __init__(self, dynamodb: "DynamoDBClient") -> None:
        super().__init__(dynamodb)
        kms = boto3.client("kms", region_name=REGION)
        key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
        kms.meta.events.register("before-call", self._count)
        aws: Any = SimpleNamespace(kms=lambda: kms, dynamodb=lambda: dynamodb)
        settings: Any = Settings(receipt_key_arn=key["KeyMetadata"]["Arn"])
        receipts = write_receipts(
            settings, aws, function="dispatch", lost=lambda *_: pytest.fail("something was lost")
        )
        self.run = replace(self.run, receipts=receipts)

    def warranted(self, number: int, verdict: WarrantVerdict | None) -> Counter[str]:
        """Make a call about whose warrants something was decided."""
        self.made.clear()
        self.threads.clear()
        invocation = Invocation(
            request_id=request_id(NOW * 1000, number),
            tool=self.tool,
            integration_id=INTEGRATION_ID,
            member=None,
            arguments={"contact_id": "c"},
            warrant=verdict,
        )
        assert self.run(invocation, seconds_left=20).outcome is Outcome.SUCCEEDED
        return Counter(self.made)


@pytest.fixture
def receipted(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> Receipted:
    # What is counted here are writes; on a busy machine the first of them takes its time.
    monkeypatch.setattr("gatehouse.wiring.receipts.WAIT_SECONDS", 60.0)
    made = Receipted(dynamodb)
    made.warranted(0, None)
    return made


@pytest.mark.parametrize("verdict", [None, replace(ALLOWED, evidence=None)])
def test_where_no_receipt_is_wanted_there_is_no_write_more(
    receipted: Receipted, verdict: WarrantVerdict | None
) -> None:
    assert receipted.warranted(1, verdict) == ALONE


def test_a_receipt_is_one_write_more_beside_the_others(receipted: Receipted) -> None:
    receipted.warranted(1, ALLOWED)

    assert receipted.warranted(2, ALLOWED) == {"PutItem": 2, "UpdateItem": 1}
    assert len(receipted.threads) == 3


def test_an_instances_first_receipt_has_kms_sign_and_two_writes_more(receipted: Receipted) -> None:
    assert receipted.warranted(1, ALLOWED) == {"Sign": 1, "PutItem": 4, "UpdateItem": 1}


def test_what_is_kept_is_a_chain_with_its_certificate(
    receipted: Receipted, dynamodb: "DynamoDBClient"
) -> None:
    for number in (1, 2):
        receipted.warranted(number, ALLOWED)

    store = DynamoReceipts(dynamodb, TABLE)
    project_id = receipted.tool.project_id
    [listed] = store.chains(project_id, starts_at=NOW, ends_at=NOW + 1, after=None, limit=10).items
    assert len(store.page(project_id, listed.chain, after=None, limit=10).items) == 2
    assert store.certificate(project_id, listed.chain) is not None


def test_only_ecdsa_with_sha_256_is_asked_of_the_key(aws: None) -> None:
    """The role may ask for nothing else: tests.roles.ONE_ALGORITHM."""
    del aws
    asked: list[Any] = []
    kms = boto3.client("kms", region_name=REGION)
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    kms.meta.events.register(
        "provide-client-params.kms.Sign", lambda params, **_: asked.append(params)
    )
    KmsCertificateSigner(kms, key["KeyMetadata"]["Arn"]).sign(b"message")

    assert [(each["SigningAlgorithm"], each["MessageType"]) for each in asked] == [
        ("ECDSA_SHA_256", "RAW")
    ]
