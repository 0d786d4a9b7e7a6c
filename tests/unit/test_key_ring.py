"""How rings follow each other, so that no instance ever refuses another's token."""

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.errors import SessionExpired, Unauthenticated
from gatehouse.domain.key_ring import (
    CACHE_SECONDS,
    PUBLISH_SECONDS,
    RETIRE_SECONDS,
    SETTLE_SECONDS,
    KeyRing,
    RotationRefused,
    SessionKey,
)
from gatehouse.domain.session_tokens import LIFETIME_SECONDS, mint, presented_kid, read
from gatehouse.usecases.rotate_key_ring import RotateKeyRing, Step
from tests.fakes.credentials import MemoryKeyRingVersions
from tests.samples import DEPLOYMENT, NOW, SESSION

FIRST = KeyRing(current=SessionKey(kid="initial", secret=b"0" * 32, since=0))


def rotated(ring: KeyRing, now: int, number: int) -> KeyRing:
    return ring.rotated(kid=f"k{number}", secret=bytes([number]) * 32, now=now)


def test_the_first_rotation_only_publishes() -> None:
    ring = rotated(FIRST, NOW, 1)
    assert ring.current == FIRST.current
    assert ring.next == SessionKey(kid="k1", secret=b"\1" * 32, since=NOW + SETTLE_SECONDS)
    assert ring.previous is None


def test_a_published_key_signs_and_the_signing_one_retires() -> None:
    published = rotated(FIRST, NOW, 1)
    later = NOW + SETTLE_SECONDS + PUBLISH_SECONDS
    ring = rotated(published, later, 2)
    assert (ring.current.kid, ring.current.secret) == ("k1", b"\1" * 32)
    assert ring.previous is not None
    assert (ring.previous.kid, ring.previous.since) == ("initial", later + SETTLE_SECONDS)
    assert ring.next is not None
    assert ring.next.kid == "k2"


def test_a_key_does_not_sign_before_everyone_knows_it() -> None:
    published = rotated(FIRST, NOW, 1)
    with pytest.raises(RotationRefused):
        rotated(published, NOW + SETTLE_SECONDS + PUBLISH_SECONDS - 1, 2)


def test_a_key_is_not_forgotten_while_its_tokens_live() -> None:
    ring = rotated(rotated(FIRST, NOW, 1), NOW + 900, 2)
    aged = replace(ring, next=replace(ring.current, kid="k2", since=0))
    end = NOW + 900 + SETTLE_SECONDS + RETIRE_SECONDS
    with pytest.raises(RotationRefused):
        rotated(aged, end - 1, 3)
    assert rotated(aged, end, 3).current.kid == "k2"


@pytest.mark.parametrize(
    "ring",
    [
        FIRST,
        rotated(rotated(FIRST, NOW, 1), NOW + 900, 2),
        replace(rotated(FIRST, NOW, 1), current=SessionKey(kid="x", secret=b"x" * 32, since=0)),
        replace(rotated(FIRST, NOW, 1), previous=FIRST.current),
    ],
)
def test_only_what_rotation_makes_follows(ring: KeyRing) -> None:
    rotated(FIRST, NOW, 1).require_to_follow(FIRST)
    with pytest.raises(RotationRefused):
        ring.require_to_follow(FIRST)


def test_what_follows_keeps_the_keys_and_not_only_their_names() -> None:
    published = rotated(FIRST, NOW, 1)
    ring = rotated(published, NOW + 900, 2)
    ring.require_to_follow(published)
    assert ring.previous is not None
    for changed in (
        replace(ring, current=replace(ring.current, secret=b"x" * 32)),
        replace(ring, previous=replace(ring.previous, secret=b"x" * 32)),
        replace(ring, previous=None),
        replace(ring, next=None),
        published,
    ):
        with pytest.raises(RotationRefused):
            changed.require_to_follow(published)


def test_a_ring_is_put_in_place_soon_or_never() -> None:
    ring = rotated(FIRST, NOW, 1)
    ring.require_in_time(now=NOW + SETTLE_SECONDS)
    with pytest.raises(RotationRefused):
        ring.require_in_time(now=NOW + SETTLE_SECONDS + 1)


# --- the property -----------------------------------------------------------------------------


@dataclass
class History:
    """Every ring that was ever in force, and since when."""

    times: list[int] = field(default_factory=lambda: [0])
    rings: list[KeyRing] = field(default_factory=lambda: [FIRST])

    def rotate(self, created: int, delay: int) -> None:
        """Attempt one rotation that is created at one time and finished a while later."""
        now = created
        versions = MemoryKeyRingVersions({"old": self.rings[-1]}, "old")
        number = count(len(self.rings))
        run = RotateKeyRing(
            versions=versions,
            clock=lambda: now,
            new_kid=lambda: f"k{next(number)}",
            new_secret=lambda: bytes([len(self.rings) % 256]) * 32,
        )
        try:
            for step in Step:
                now = created if step is Step.CREATE else created + delay
                run(step, "new")
        except RotationRefused:
            return
        self.times.append(now)
        self.rings.append(versions.current().ring)

    def cached(self, now: int, age: int) -> KeyRing:
        """What an instance believes whose cache is `age` seconds old."""
        return self.rings[bisect_right(self.times, now - age) - 1]


AGES = st.integers(0, CACHE_SECONDS)
GAPS = st.one_of(st.integers(1, 4000), st.sampled_from([300, 600, 900, 1199, 1200, 1500]))


@given(
    rotations=st.lists(st.tuples(GAPS, st.integers(0, 2 * SETTLE_SECONDS)), max_size=12),
    mint_at=st.integers(0, 20_000),
    used_after=st.integers(0, LIFETIME_SECONDS - 1),
    signer_age=AGES,
    verifier_age=AGES,
)
def test_no_living_token_is_refused_by_any_instance(
    rotations: list[tuple[int, int]],
    mint_at: int,
    used_after: int,
    signer_age: int,
    verifier_age: int,
) -> None:
    history, clock = History(), CACHE_SECONDS
    for gap, delay in rotations:
        clock += gap
        history.rotate(clock, delay)
        clock += delay
    mint_at += CACHE_SECONDS
    signer = history.cached(mint_at, signer_age).current
    verifier = history.cached(mint_at + used_after, verifier_age)
    assert verifier.verifying_key(signer.kid, now=mint_at + used_after) is not None


def test_rotations_do_happen_in_that_history() -> None:
    history = History()
    for day in range(1, 6):
        history.rotate(day * 86_400, 2)
    assert len(history.rings) == 6
    assert [ring.current.kid for ring in history.rings] == ["initial"] * 2 + [
        "k1",
        "k2",
        "k3",
        "k4",
    ]


def test_a_token_under_a_retired_key_ends_with_the_key() -> None:
    old = SessionKey(kid="old", secret=b"o" * 32, since=NOW)
    ring = KeyRing(current=SessionKey(kid="new", secret=b"n" * 32, since=NOW), previous=old)
    token = mint(SESSION, key=old, deployment_id=DEPLOYMENT)
    kid = presented_kid(token)
    assert ring.verifying_key(kid, now=NOW + RETIRE_SECONDS - 1) == old
    assert ring.verifying_key(kid, now=NOW + RETIRE_SECONDS) is None
    with pytest.raises(SessionExpired):
        read(token, key=old, deployment_id=DEPLOYMENT, now=SESSION.expires_at)
    with pytest.raises(Unauthenticated):
        read(token, key=ring.current, deployment_id=DEPLOYMENT, now=NOW)
