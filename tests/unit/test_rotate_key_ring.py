"""Secrets Manager's four steps, each taken once however often it is asked for."""

from dataclasses import dataclass, field, replace

import pytest

from gatehouse.domain.key_ring import (
    PUBLISH_SECONDS,
    RETIRE_SECONDS,
    SETTLE_SECONDS,
    KeyRing,
    RotationRefused,
    SessionKey,
)
from gatehouse.usecases.rotate_key_ring import RotateKeyRing, Step
from tests.fakes.credentials import MemoryKeyRingVersions
from tests.samples import NOW

FIRST = KeyRing(current=SessionKey(kid="initial", secret=b"0" * 32, since=0))
ROTATION_TIME = SETTLE_SECONDS + RETIRE_SECONDS


@dataclass
class Rotating:
    """The use case, its versions and its clock."""

    versions: MemoryKeyRingVersions = field(
        default_factory=lambda: MemoryKeyRingVersions({"v0": FIRST}, "v0")
    )
    now: int = NOW
    made: int = 0

    def step(self, step: Step, version_id: str = "v1") -> None:
        RotateKeyRing(
            versions=self.versions,
            clock=lambda: self.now,
            new_kid=self.new_kid,
            new_secret=lambda: bytes([self.made]) * 32,
        )(step, version_id)

    def new_kid(self) -> str:
        self.made += 1
        return f"k{self.made}"

    def rotate(self, version_id: str) -> None:
        for step in Step:
            self.step(step, version_id)

    @property
    def ring(self) -> KeyRing:
        return self.versions.current().ring


@pytest.fixture
def rotating() -> Rotating:
    return Rotating()


def test_a_rotation_is_in_force_when_it_is_finished_and_not_before(rotating: Rotating) -> None:
    for step in (Step.CREATE, Step.SET, Step.TEST):
        rotating.step(step)
        assert rotating.ring == FIRST
    rotating.step(Step.FINISH)
    assert rotating.ring.next is not None
    assert rotating.ring.next.kid == "k1"


def test_keys_move_on_day_by_day(rotating: Rotating) -> None:
    seen = []
    for day in range(1, 4):
        rotating.now = NOW + day * 86_400
        rotating.rotate(f"v{day}")
        ring = rotating.ring
        seen.append(
            (ring.previous and ring.previous.kid, ring.current.kid, ring.next and ring.next.kid)
        )
    assert seen == [(None, "initial", "k1"), ("initial", "k1", "k2"), ("k1", "k2", "k3")]


@pytest.mark.parametrize("repeated", Step)
def test_each_step_may_be_asked_for_again(rotating: Rotating, repeated: Step) -> None:
    for step in Step:
        rotating.step(step)
        if step is repeated:
            rotating.step(step)
    assert rotating.made == 1
    once = rotating.ring
    rotating.rotate("v1")
    assert (rotating.ring, rotating.made) == (once, 1)


@pytest.mark.parametrize("early", [Step.TEST, Step.FINISH])
def test_what_was_not_prepared_is_not_put_in_force(rotating: Rotating, early: Step) -> None:
    with pytest.raises(RotationRefused):
        rotating.step(early)
    assert rotating.ring == FIRST


def test_a_rotation_too_soon_is_refused_until_the_next_key_is_known(rotating: Rotating) -> None:
    rotating.rotate("v1")
    rotating.now = NOW + SETTLE_SECONDS + PUBLISH_SECONDS - 1
    with pytest.raises(RotationRefused):
        rotating.rotate("v2")
    assert rotating.versions.pending("v2") is None
    rotating.now += 1
    rotating.rotate("v2")
    assert rotating.ring.current.kid == "k1"


def test_a_rotation_too_soon_is_refused_until_old_tokens_are_dead(rotating: Rotating) -> None:
    rotating.rotate("v1")
    second = rotating.now = NOW + ROTATION_TIME
    rotating.rotate("v2")
    rotating.now = second + ROTATION_TIME - 1
    with pytest.raises(RotationRefused):
        rotating.rotate("v3")
    rotating.now += 1
    rotating.rotate("v3")
    assert rotating.ring.current.kid == "k2"


def test_a_rotation_finished_too_late_makes_room_for_the_next(rotating: Rotating) -> None:
    rotating.step(Step.CREATE)
    rotating.now += SETTLE_SECONDS + 1
    with pytest.raises(RotationRefused):
        rotating.step(Step.FINISH)
    assert rotating.ring == FIRST
    assert rotating.versions.pending("v1") is None
    rotating.rotate("v2")
    assert rotating.ring.next is not None
    assert rotating.ring.next.kid == "k2"


@pytest.mark.parametrize("step", [Step.TEST, Step.FINISH])
def test_a_rotation_that_another_overtook_is_refused(rotating: Rotating, step: Step) -> None:
    rotating.step(Step.CREATE, "v1")
    stale = rotating.versions.versions["v1"]
    rotating.rotate("v2")
    rotating.versions.labelled = {"v1"}
    rotating.versions.versions["v1"] = stale
    overtaking = rotating.ring
    with pytest.raises(RotationRefused):
        rotating.step(step, "v1")
    assert rotating.ring == overtaking


@pytest.mark.parametrize("step", [Step.TEST, Step.FINISH])
def test_a_ring_that_does_not_accept_its_own_tokens_is_refused(
    rotating: Rotating, step: Step
) -> None:
    rotating.now = NOW + RETIRE_SECONDS
    twin = replace(FIRST.current, since=0)  # one kid twice: the retired one hides the current one
    broken = KeyRing(current=twin, previous=twin)
    rotating.versions.versions["v0"] = broken
    rotating.versions.prepare("v1", broken.rotated(kid="k1", secret=b"1" * 32, now=rotating.now))
    with pytest.raises(RotationRefused, match="own tokens"):
        rotating.step(step)
