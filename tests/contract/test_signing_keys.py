"""The keys of access tokens: the fake and the adapter of KMS keep the same promises."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from gatehouse.aws.signing_keys import KmsPublishedKeys, KmsTokenSigner
from gatehouse.domain.errors import Unavailable
from gatehouse.ports.signing import PublishedKeys, TokenSigner
from tests.contract.conftest import REGION
from tests.fakes.signing import MemorySigner, MemorySigningKeys, public_der, rsa_key


class Kms:
    """KMS as far as it signs digests, which moto does not (it takes a digest for the message)."""

    def get_public_key(self, *, KeyId: str) -> dict[str, bytes]:  # noqa: N803
        return {"PublicKey": public_der(rsa_key(KeyId))}

    def sign(self, **asked: Any) -> dict[str, bytes]:
        assert (asked["MessageType"], len(asked["Message"])) == ("DIGEST", 32)
        assert asked["SigningAlgorithm"] == "RSASSA_PKCS1_V1_5_SHA_256"
        key, hashed = rsa_key(asked["KeyId"]), Prehashed(SHA256())
        return {"Signature": key.sign(asked["Message"], PKCS1v15(), hashed)}


@dataclass
class Pair:
    keys: PublishedKeys
    signer: Callable[[int], TokenSigner]


@pytest.fixture(params=["memory", "kms"])
def pair(request: pytest.FixtureRequest) -> Pair:
    if request.param == "memory":
        keys = MemorySigningKeys()
        return Pair(keys, lambda index: MemorySigner(keys, active=index))
    kms: Any = Kms()
    published = KmsPublishedKeys(lambda: kms, ["A", "B"])
    return Pair(published, lambda index: KmsTokenSigner(lambda: kms, "AB"[index], published))


def test_both_keys_are_published_whichever_signs(pair: Pair) -> None:
    kids = [key.kid for key in pair.keys.published()]
    assert [pair.signer(index).kid() for index in range(2)] == kids
    assert len(set(kids)) == 2


@pytest.mark.parametrize("index", [0, 1])
def test_what_a_key_signs_it_alone_verifies_and_nothing_else(pair: Pair, index: int) -> None:
    signature = pair.signer(index).sign("header.payload")
    verified = [key.verifies("header.payload", signature) for key in pair.keys.published()]
    assert verified == [index == 0, index == 1]
    key = pair.keys.published()[index]
    assert not key.verifies("header.payloae", signature)
    assert not key.verifies("header.payload", signature[:-1])
    assert not key.verifies("header.payload", b"\0" * 256)
    assert not key.verifies("header.payload", b"")


def test_each_key_is_asked_for_once_in_an_instances_life(aws: None) -> None:
    del aws
    client = boto3.client("kms", region_name=REGION)
    key_id = client.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    asked: list[str] = []
    client.meta.events.register("before-call", lambda model, **_: asked.append(model.name))
    keys = KmsPublishedKeys(lambda: client, [key_id])
    for _ in range(3):
        keys.published()
    assert asked == ["GetPublicKey"]


def test_a_key_that_cannot_be_read_is_unavailable_and_asked_for_again(aws: None) -> None:
    del aws
    client = boto3.client("kms", region_name=REGION)
    keys = KmsPublishedKeys(lambda: client, ["no-such-key"])
    for _ in range(2):
        with pytest.raises(Unavailable):
            keys.published()
