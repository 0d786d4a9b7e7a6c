"""What `SecretSealer` and `AdminToken` promise, in memory and on AWS."""

from dataclasses import dataclass, replace
from itertools import count

import boto3
import pytest

from gatehouse.aws.admin_token import CACHE_SECONDS, SecretAdminToken, UnsafeAdminToken
from gatehouse.aws.secret_opener import KmsSecretOpener
from gatehouse.aws.secret_sealer import KmsSecretSealer
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.sealing import SealBroken, SecretBinding
from gatehouse.ports.credentials import AdminToken
from gatehouse.ports.secrets import SecretOpener, SecretSealer
from tests.contract.conftest import REGION
from tests.fakes.sealing import FixedAdminToken, KnownKeySealer
from tests.samples import NOW

BINDING = SecretBinding(
    project_id="Proj0001",
    tool_id="tool_YQ",
    origin="https://api.example.com",
    auth_strategy="hmac_signature",
)
TOKEN = "aB3dE5fG7hJ9kL1m" * 3
OTHER = TOKEN[::-1]


@dataclass
class Pair:
    sealer: SecretSealer
    opener: SecretOpener


@pytest.fixture(params=["memory", "kms"])
def pair(request: pytest.FixtureRequest) -> Pair:
    if request.param == "memory":
        both = KnownKeySealer()
        return Pair(both, both)
    request.getfixturevalue("aws")
    kms = boto3.client("kms", region_name=REGION)
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    numbers = count(1)
    return Pair(
        KmsSecretSealer(kms, arn, lambda length: next(numbers).to_bytes(length, "big")),
        KmsSecretOpener(kms, (arn,), lambda: 0.0),
    )


def test_what_is_sealed_opens_for_the_same_tool(pair: Pair) -> None:
    sealed = pair.sealer.seal("hush", BINDING)
    assert b"hush" not in sealed.wrapped_key + sealed.nonce + sealed.ciphertext
    assert pair.opener.open(sealed, BINDING) == "hush"


@pytest.mark.parametrize("field", ["project_id", "tool_id", "origin", "auth_strategy"])
def test_it_opens_for_nothing_else(pair: Pair, field: str) -> None:
    sealed = pair.sealer.seal("hush", BINDING)
    with pytest.raises(SealBroken):
        pair.opener.open(sealed, replace(BINDING, **{field: "another"}))


def test_equal_secrets_do_not_look_alike(pair: Pair) -> None:
    first, second = pair.sealer.seal("hush", BINDING), pair.sealer.seal("hush", BINDING)
    assert first.ciphertext != second.ciphertext
    assert first.nonce != second.nonce


class Clock:
    now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture(params=["memory", "secrets manager"])
def admin(request: pytest.FixtureRequest) -> AdminToken:
    if request.param == "memory":
        return FixedAdminToken(TOKEN)
    request.getfixturevalue("aws")
    client = boto3.client("secretsmanager", region_name=REGION)
    client.create_secret(Name="admin", SecretString=TOKEN)
    return SecretAdminToken(client, "admin", Clock())


def test_only_the_whole_token_matches(admin: AdminToken) -> None:
    assert admin.matches(TOKEN)
    for other in ("", TOKEN[:-1], TOKEN + "t", TOKEN.upper(), "ü"):
        assert not admin.matches(other)


@pytest.fixture
def kept(aws: None) -> tuple[SecretAdminToken, Clock, str]:
    del aws
    client = boto3.client("secretsmanager", region_name=REGION)
    arn = client.create_secret(Name="admin", SecretString=TOKEN)["ARN"]
    clock = Clock()
    return SecretAdminToken(client, arn, clock), clock, arn


def test_a_replaced_token_ends_within_a_minute(kept: tuple[SecretAdminToken, Clock, str]) -> None:
    token, clock, arn = kept
    assert token.matches(TOKEN)
    client = boto3.client("secretsmanager", region_name=REGION)
    client.put_secret_value(SecretId=arn, SecretString=OTHER)
    clock.now = NOW + CACHE_SECONDS - 1
    assert token.matches(TOKEN)
    clock.now = NOW + CACHE_SECONDS
    assert not token.matches(TOKEN)
    assert token.matches(OTHER)


@pytest.mark.parametrize("value", ["", "short", "x" * 31])
def test_a_token_that_can_be_guessed_opens_nothing(aws: None, value: str) -> None:
    del aws
    client = boto3.client("secretsmanager", region_name=REGION)
    client.create_secret(Name="admin", SecretString=value or " ")
    token = SecretAdminToken(client, "admin", Clock())
    with pytest.raises(Unavailable):
        token.matches(value)


def test_a_token_that_cannot_be_read_lets_nobody_in(aws: None) -> None:
    del aws
    client = boto3.client("secretsmanager", region_name=REGION)
    with pytest.raises(Unavailable):
        SecretAdminToken(client, "no-such-secret", Clock()).matches("")


@pytest.mark.parametrize("text", ["", TOKEN[:31], "a" * 48, TOKEN + "change-me", "ab" * 24])
def test_a_token_that_somebody_made_up_lets_nobody_in(aws: None, text: str) -> None:
    del aws
    client = boto3.client("secretsmanager", region_name=REGION)
    client.create_secret(Name="admin", SecretString=text or " ")
    with pytest.raises(UnsafeAdminToken) as refusal:
        SecretAdminToken(client, "admin", Clock()).matches(text)
    assert refusal.value.reason.startswith("AdminToken ")
