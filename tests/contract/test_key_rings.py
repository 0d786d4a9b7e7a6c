"""What `KeyRings` and `KeyRingVersions` promise, on Secrets Manager and in memory."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from gatehouse.aws.key_ring import SecretsManagerKeyRings
from gatehouse.aws.key_ring_versions import SecretsManagerKeyRingVersions
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.key_ring import CACHE_SECONDS, REFETCH_SECONDS, KeyRing
from gatehouse.domain.key_ring_documents import CorruptKeyRing, read_ring, ring_text
from gatehouse.ports.credentials import KeyRingVersions
from gatehouse.usecases.rotate_key_ring import RotateKeyRing, Step
from tests.contract.conftest import REGION, Wire
from tests.fakes.credentials import MemoryKeyRingVersions
from tests.samples import NOW

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from gatehouse.aws.services import SecretsManager

SECRET = "ring"
INITIAL = json.dumps({"version": 1, "initial": "aB3dE5fG7hJ9kL1m" * 4})
FOLLOWING = read_ring(INITIAL).rotated(kid="k1", secret=b"1" * 32, now=NOW)
V1, V2 = "1" * 36, "2" * 36


@dataclass
class Counted:
    """A Secrets Manager client that counts what it is asked."""

    client: "SecretsManagerClient"
    reader: "SecretsManager"
    asked: int = 0
    is_down: bool = False

    def get_secret_value(self, **arguments: Any) -> Any:
        self.asked += 1
        if self.is_down:
            return self.reader.get_secret_value(SecretId="missing")
        return self.client.get_secret_value(**arguments)


@pytest.fixture
def secretsmanager(aws: None) -> "SecretsManagerClient":
    del aws
    client = boto3.client("secretsmanager", region_name=REGION)
    client.create_secret(Name=SECRET, SecretString=INITIAL)
    return client


@pytest.fixture(params=["boto3", "wire"])
def counted(
    request: pytest.FixtureRequest, secretsmanager: "SecretsManagerClient", wire: Wire
) -> Counted:
    return Counted(
        secretsmanager, wire.secretsmanager() if request.param == "wire" else secretsmanager
    )


@pytest.fixture
def rings(counted: Counted) -> SecretsManagerKeyRings:
    return SecretsManagerKeyRings(counted, SECRET)


def put(client: "SecretsManagerClient", ring: KeyRing) -> None:
    client.put_secret_value(SecretId=SECRET, SecretString=ring_text(ring))


# --- KeyRings ---------------------------------------------------------------------------------


def test_a_ring_is_remembered_for_five_minutes(
    rings: SecretsManagerKeyRings, counted: Counted
) -> None:
    first = rings.ring(now=NOW)
    put(counted.client, FOLLOWING)
    assert rings.ring(now=NOW + CACHE_SECONDS - 1) == first
    assert counted.asked == 1
    assert rings.ring(now=NOW + CACHE_SECONDS) == FOLLOWING


def test_a_clock_set_back_does_not_keep_a_ring_alive(
    rings: SecretsManagerKeyRings, counted: Counted
) -> None:
    rings.ring(now=NOW)
    rings.ring(now=NOW - 1)
    assert counted.asked == 2


def test_an_unknown_kid_reads_again_at_most_every_thirty_seconds(
    rings: SecretsManagerKeyRings, counted: Counted
) -> None:
    rings.ring(now=NOW)
    put(counted.client, FOLLOWING)
    for second in range(REFETCH_SECONDS):
        assert rings.refreshed(now=NOW + second) != FOLLOWING
    assert counted.asked == 1
    assert rings.refreshed(now=NOW + REFETCH_SECONDS) == FOLLOWING
    rings.refreshed(now=NOW + REFETCH_SECONDS + 1)
    assert counted.asked == 2


def test_a_ring_serves_to_its_end_while_secrets_manager_fails_and_no_longer(
    rings: SecretsManagerKeyRings, counted: Counted
) -> None:
    ring = rings.ring(now=NOW)
    counted.is_down = True
    with pytest.raises(Unavailable):
        rings.refreshed(now=NOW + 60)
    assert rings.refreshed(now=NOW + 61) == ring
    assert rings.ring(now=NOW + CACHE_SECONDS - 1) == ring
    with pytest.raises(Unavailable):
        rings.ring(now=NOW + CACHE_SECONDS)


@pytest.mark.parametrize("text", ["{}", "x" * 64, '{"version":1,"initial":"short"}'])
def test_a_secret_that_is_no_ring_serves_nobody(
    rings: SecretsManagerKeyRings, counted: Counted, text: str
) -> None:
    counted.client.put_secret_value(SecretId=SECRET, SecretString=text)
    with pytest.raises(CorruptKeyRing):
        rings.ring(now=NOW)


def test_the_ring_is_in_no_repr(rings: SecretsManagerKeyRings) -> None:
    rings.ring(now=NOW)
    assert "KeyRing(" not in repr(rings)


# --- KeyRingVersions --------------------------------------------------------------------------


@pytest.fixture(params=["memory", "secretsmanager"])
def versions(request: pytest.FixtureRequest) -> KeyRingVersions:
    if request.param == "memory":
        return MemoryKeyRingVersions({"v0": read_ring(INITIAL)}, "v0")
    return SecretsManagerKeyRingVersions(request.getfixturevalue("secretsmanager"), SECRET)


def test_a_prepared_ring_is_not_in_force(versions: KeyRingVersions) -> None:
    versions.prepare(V1, FOLLOWING)
    assert versions.pending(V1) == FOLLOWING
    assert versions.current().ring == read_ring(INITIAL)


def test_what_was_not_prepared_is_not_there(versions: KeyRingVersions) -> None:
    assert versions.pending(V1) is None
    versions.prepare(V1, FOLLOWING)
    assert versions.pending(V2) is None


def test_a_promoted_ring_is_in_force(versions: KeyRingVersions) -> None:
    versions.prepare(V1, FOLLOWING)
    versions.promote(V1, instead_of=versions.current().id)
    current = versions.current()
    assert (current.id, current.ring) == (V1, FOLLOWING)


def test_a_promotion_over_another_one_fails(versions: KeyRingVersions) -> None:
    before = versions.current().id
    versions.prepare(V1, FOLLOWING)
    versions.promote(V1, instead_of=before)
    versions.prepare(V2, FOLLOWING)
    with pytest.raises(Unavailable):
        versions.promote(V2, instead_of=before)
    assert versions.current().id == V1


def test_a_discarded_ring_is_gone(versions: KeyRingVersions) -> None:
    versions.prepare(V1, FOLLOWING)
    versions.discard(V1)
    assert versions.pending(V1) is None
    versions.prepare(V2, FOLLOWING)
    assert versions.pending(V2) == FOLLOWING


def test_rotations_follow_each_other(versions: KeyRingVersions) -> None:
    now = NOW
    kids = iter(["k1", "k2", "k3"])
    rotate = RotateKeyRing(
        versions=versions,
        clock=lambda: now,
        new_kid=lambda: next(kids),
        new_secret=lambda: b"n" * 32,
    )
    for version in (V1, V2, "3" * 36):
        now += 86_400
        for step in Step:
            rotate(step, version)
    ring = versions.current().ring
    assert ring.previous is not None
    assert ring.next is not None
    assert (ring.previous.kid, ring.current.kid, ring.next.kid) == ("k1", "k2", "k3")
