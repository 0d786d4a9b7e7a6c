"""What `Receipts` and the deployment's key promise, in memory and on AWS."""

from dataclasses import replace
from itertools import chain as joined
from typing import Protocol

import boto3
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gatehouse.aws.receipt_key import KmsCertificateSigner, KmsReceiptKey
from gatehouse.aws.receipts import MAX_HOURS, DynamoReceipts
from gatehouse.domain.errors import Conflict, NotFound, Unavailable
from gatehouse.domain.receipts import ChainedReceipt, ChainListing, SignedCertificate
from gatehouse.ports.receipts import CertificateSigner, ReceiptKey, Receipts
from tests.cloud import source
from tests.contract.conftest import REGION, TABLE
from tests.fakes.receipts import DeploymentKey, MemoryReceipts
from tests.samples import NOW, PROJECT_ID

HOUR = 3600
FIRST = NOW // HOUR
CHAIN = "c" * 32
CERTIFICATE = SignedCertificate(certificate=b"says", signature=b"signed")


@pytest.fixture(params=["memory", "dynamodb", "wire_dynamodb"])
def port(request: pytest.FixtureRequest) -> Receipts:
    if request.param == "memory":
        return MemoryReceipts()
    return DynamoReceipts(request.getfixturevalue(request.param), TABLE)


def receipt(sequence: int = 0, **changes: object) -> ChainedReceipt:
    made = ChainedReceipt(
        project_id=PROJECT_ID,
        chain=CHAIN,
        sequence=sequence,
        data=f"receipt {sequence}".encode(),
        created_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def listing(name: str, hour: int = FIRST, before: int | None = None) -> ChainListing:
    return ChainListing(chain=name * 32, function="mcp", hour=hour, before=before)


def read(port: Receipts, *, limit: int = 100, project_id: str = PROJECT_ID) -> list[ChainedReceipt]:
    """All pages of the chain, joined."""
    found: list[ChainedReceipt] = []
    after = None
    for _ in range(100):
        page = port.page(project_id, CHAIN, after=after, limit=limit)
        assert len(page.items) <= limit
        found += page.items
        after = page.next_after
        if after is None:
            return found
    raise AssertionError("the pages do not end")


def listed(
    port: Receipts, first: int = FIRST, hours: int = 1, *, limit: int = 100
) -> list[ChainListing]:
    """All pages of the chains of some hours, joined."""
    pages = []
    after = None
    for _ in range(100):
        page = port.chains(
            PROJECT_ID,
            starts_at=first * HOUR,
            ends_at=(first + hours) * HOUR,
            after=after,
            limit=limit,
        )
        assert len(page.items) <= limit
        pages.append(page.items)
        after = page.next_after
        if after is None:
            return list(joined.from_iterable(pages))
    raise AssertionError("the pages do not end")


def test_receipts_come_in_the_order_in_which_they_were_made(port: Receipts) -> None:
    made = [receipt(number) for number in range(12)]
    for each in reversed(made):
        port.put(each)

    for limit in (1, 5, 12, 100):
        assert read(port, limit=limit) == made


def test_a_receipt_is_never_replaced(port: Receipts) -> None:
    port.put(receipt())

    with pytest.raises(Conflict):
        port.put(receipt(data=b"another"))
    assert read(port) == [receipt()]


def test_writing_the_same_receipt_again_is_no_fault(port: Receipts) -> None:
    port.put(receipt())
    port.put(receipt())

    assert read(port) == [receipt()]


def test_the_certificate_is_no_receipt(port: Receipts) -> None:
    assert port.certificate(PROJECT_ID, CHAIN) is None
    port.certify(PROJECT_ID, CHAIN, CERTIFICATE, now=NOW)
    port.put(receipt())

    assert port.certificate(PROJECT_ID, CHAIN) == CERTIFICATE
    assert read(port) == [receipt()]


def test_receipts_are_their_projects_own(port: Receipts) -> None:
    port.put(receipt())
    port.certify(PROJECT_ID, CHAIN, CERTIFICATE, now=NOW)
    port.list_chain(PROJECT_ID, listing("c"))

    assert read(port, project_id="Proj0002") == []
    assert port.certificate("Proj0002", CHAIN) is None
    others = port.chains("Proj0002", starts_at=NOW, ends_at=NOW + 1, after=None, limit=5)
    assert list(others.items) == []


def test_chains_are_listed_by_the_hours_of_their_receipts(port: Receipts) -> None:
    for each in (listing("a", FIRST - 1), listing("b"), listing("c", FIRST + 1)):
        port.list_chain(PROJECT_ID, each)

    assert listed(port) == [listing("b")]
    assert listed(port, FIRST - 1, 3) == [
        listing("a", FIRST - 1),
        listing("b"),
        listing("c", FIRST + 1),
    ]


def test_part_of_an_hour_lists_the_whole_of_it(port: Receipts) -> None:
    port.list_chain(PROJECT_ID, listing("a"))

    late = (FIRST + 1) * HOUR - 1
    page = port.chains(PROJECT_ID, starts_at=late, ends_at=late + 1, after=None, limit=5)

    assert list(page.items) == [listing("a")]


def test_a_chain_of_several_hours_is_listed_once(port: Receipts) -> None:
    port.list_chain(PROJECT_ID, listing("a", FIRST))
    port.list_chain(PROJECT_ID, listing("a", FIRST + 2, before=FIRST))
    port.list_chain(PROJECT_ID, listing("a", FIRST + 3, before=FIRST + 2))

    assert listed(port, FIRST, 4) == [listing("a", FIRST)]
    assert listed(port, FIRST + 1, 4) == [listing("a", FIRST + 2, before=FIRST)]


def test_lists_of_chains_have_pages(port: Receipts) -> None:
    made = [listing(name, FIRST + hour) for hour in (0, 1, MAX_HOURS + 5) for name in "abc"]
    for each in made:
        port.list_chain(PROJECT_ID, each)

    for limit in (1, 2, 3, 4, 100):
        assert listed(port, FIRST, 2 * MAX_HOURS, limit=limit) == made


@pytest.mark.parametrize("after", ["", "x", "12", "1x/" + CHAIN])
def test_a_place_that_is_none_is_not_found(port: Receipts, after: str) -> None:
    with pytest.raises(NotFound):
        port.chains(PROJECT_ID, starts_at=NOW, ends_at=NOW + 1, after=after, limit=5)
    if after != "12":
        with pytest.raises(NotFound):
            port.page(PROJECT_ID, CHAIN, after=after, limit=5)


def test_what_is_kept_of_receipts_ends_with_the_records(
    dynamodb: "boto3.client",  # type: ignore[valid-type]
) -> None:
    store = DynamoReceipts(dynamodb, TABLE)
    store.put(receipt())
    store.certify(PROJECT_ID, CHAIN, CERTIFICATE, now=NOW)
    store.list_chain(PROJECT_ID, listing("c"))

    items = dynamodb.scan(TableName=TABLE)["Items"]  # type: ignore[attr-defined]
    ends = {int(item["ttl"]["N"]) for item in items}
    assert len(items) == 3
    assert ends == {NOW + 90 * 86400, FIRST * HOUR + 90 * 86400}


class Both(CertificateSigner, ReceiptKey, Protocol):
    """The key from both sides."""


class _Kms(KmsCertificateSigner):
    def public_key_pem(self) -> str:
        return KmsReceiptKey(self.client, self.key_id).public_key_pem()


@pytest.fixture(params=["memory", "kms", "wire"])
def key(request: pytest.FixtureRequest) -> Both:
    if request.param == "memory":
        return DeploymentKey()
    request.getfixturevalue("aws")
    kms = boto3.client("kms", region_name=REGION)
    described = source()["Resources"]["ReceiptKey"]["Properties"]
    made = kms.create_key(KeySpec=described["KeySpec"], KeyUsage=described["KeyUsage"])
    client = request.getfixturevalue("wire").kms() if request.param == "wire" else kms
    return _Kms(client, made["KeyMetadata"]["Arn"])


def test_what_the_deployments_key_signs_its_public_key_verifies(key: Both) -> None:
    public = load_pem_public_key(key.public_key_pem().encode())

    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(key.sign(b"message"), b"message", ec.ECDSA(hashes.SHA256()))


def test_a_key_that_cannot_be_used_is_unavailable(aws: None) -> None:
    del aws
    signer = KmsCertificateSigner(boto3.client("kms", region_name=REGION), "no-such-key")

    with pytest.raises(Unavailable):
        signer.sign(b"message")
    with pytest.raises(Unavailable):
        KmsReceiptKey(signer.client, signer.key_id).public_key_pem()
