"""What `SecretOpener` promises, against KMS as moto has it, and what it costs."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from gatehouse.aws.secret_opener import CACHE_SECONDS, CACHE_SIZE, CACHE_USES, KmsSecretOpener
from gatehouse.aws.secret_sealer import KmsSecretSealer
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.sealing import SealBroken, SealedSecret, SecretBinding
from gatehouse.ports.secrets import SecretOpener
from tests.contract.conftest import REGION
from tests.fakes.calls import KnownSecrets

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

BINDING = SecretBinding(
    project_id="Proj0001",
    tool_id="tool_x",
    origin="https://api.example.com",
    auth_strategy="hmac_signature",
)
SECRET = "sesame-ü"
OTHERS = [
    replace(BINDING, project_id="Other001"),
    replace(BINDING, tool_id="tool_y"),
    replace(BINDING, origin="https://evil.example"),
    replace(BINDING, auth_strategy="static_bearer"),
]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Kms:
    """A key of an account in this process, and how often it was asked to decrypt."""

    def __init__(self) -> None:
        self.client: KMSClient = boto3.client("kms", region_name=REGION)
        self.key_arn = self.client.create_key()["KeyMetadata"]["Arn"]
        self.asked = 0
        self.clock = Clock()
        self.client.meta.events.register("before-call.kms.Decrypt", self._count)
        self.opener = KmsSecretOpener(self.client, (self.key_arn,), monotonic=self.clock)

    def seal(self, secret: str = SECRET, binding: SecretBinding = BINDING) -> SealedSecret:
        sealer = KmsSecretSealer(self.client, self.key_arn, random_bytes=lambda n: b"n" * n)
        return sealer.seal(secret, binding)

    def _count(self, **_: Any) -> None:
        self.asked += 1


@pytest.fixture
def kms(aws: None) -> Kms:
    del aws
    return Kms()


@pytest.fixture(params=["memory", "kms", "wire"])
def sealed_and_port(
    request: pytest.FixtureRequest,
) -> tuple[SealedSecret, SecretOpener]:
    if request.param == "memory":
        sealed = SealedSecret(wrapped_key=b"w", nonce=b"n", ciphertext=b"c")
        return sealed, KnownSecrets({(b"c", BINDING): SECRET})
    kms: Kms = request.getfixturevalue("kms")
    if request.param == "wire":
        client = request.getfixturevalue("wire").kms()
        return kms.seal(), KmsSecretOpener(client, (kms.key_arn,), monotonic=kms.clock)
    return kms.seal(), kms.opener


def test_a_secret_opens_for_what_it_was_given_for(
    sealed_and_port: tuple[SealedSecret, SecretOpener],
) -> None:
    sealed, port = sealed_and_port
    assert port.open(sealed, BINDING) == SECRET
    assert port.open(sealed, BINDING) == SECRET


@pytest.mark.parametrize("other", OTHERS)
def test_a_secret_opens_for_nothing_else(
    sealed_and_port: tuple[SealedSecret, SecretOpener], other: SecretBinding
) -> None:
    sealed, port = sealed_and_port
    with pytest.raises(SealBroken):
        port.open(sealed, other)
    port.open(sealed, BINDING)
    with pytest.raises(SealBroken):
        port.open(sealed, other)


@pytest.mark.parametrize("part", ["wrapped_key", "nonce", "ciphertext"])
def test_a_changed_byte_breaks_the_seal(kms: Kms, part: str) -> None:
    sealed = kms.seal()
    value = bytearray(getattr(sealed, part))
    value[-1] ^= 1
    with pytest.raises(SealBroken):
        kms.opener.open(replace(sealed, **{part: bytes(value)}), BINDING)


def test_kms_is_asked_once_within_five_minutes(kms: Kms) -> None:
    sealed = kms.seal()
    kms.opener.open(sealed, BINDING)
    kms.clock.now += CACHE_SECONDS - 1
    kms.opener.open(sealed, BINDING)
    assert kms.asked == 1
    kms.clock.now += 1
    kms.opener.open(sealed, BINDING)
    assert kms.asked == 2


def test_kms_is_asked_again_after_a_thousand_uses(kms: Kms) -> None:
    sealed = kms.seal()
    for _ in range(CACHE_USES):
        kms.opener.open(sealed, BINDING)
    assert kms.asked == 1
    kms.opener.open(sealed, BINDING)
    assert kms.asked == 2


def test_only_so_many_keys_are_kept(kms: Kms) -> None:
    for number in range(CACHE_SIZE + 5):
        binding = replace(BINDING, tool_id=f"tool_{number}")
        kms.opener.open(kms.seal(binding=binding), binding)
    assert len(kms.opener._opened) == CACHE_SIZE


def test_a_cached_key_opens_nothing_under_another_binding(kms: Kms) -> None:
    sealed = kms.seal()
    kms.opener.open(sealed, BINDING)
    for other in OTHERS:
        with pytest.raises(SealBroken):
            kms.opener.open(sealed, other)
    assert kms.asked == 1 + len(OTHERS)  # not even the key is lent to another binding


class FailingKms:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def decrypt(self, **_: object) -> Any:
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException"}}, "Decrypt"),
        ClientError({"Error": {"Code": "KMSInternalException"}}, "Decrypt"),
        ClientError({"Error": {"Code": "DisabledException"}}, "Decrypt"),
        EndpointConnectionError(endpoint_url="https://kms"),
    ],
)
def test_trouble_of_kms_is_unavailability(error: Exception) -> None:
    opener = KmsSecretOpener(FailingKms(error), ("arn",), monotonic=Clock())  # type: ignore[arg-type]
    sealed = SealedSecret(wrapped_key=b"w", nonce=b"n" * 12, ciphertext=b"c")
    with pytest.raises(Unavailable):
        opener.open(sealed, BINDING)


def test_a_secret_shows_in_no_representation(kms: Kms) -> None:
    sealed = kms.seal()
    kms.opener.open(sealed, BINDING)
    assert "_opened" not in repr(kms.opener)
    assert "key=" not in repr(next(iter(kms.opener._opened.values())))
