"""Rotate the session key ring, in the four steps of Secrets Manager."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gatehouse.domain import session_tokens
from gatehouse.domain.key_ring import KeyRing, RotationRefused
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.session_tokens import Session
from gatehouse.ports.credentials import KeyRingVersions, RingVersion


class Step(StrEnum):
    """What Secrets Manager asks for, in this order; each may be asked for again."""

    CREATE = "createSecret"
    SET = "setSecret"
    TEST = "testSecret"
    FINISH = "finishSecret"


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKeyRing:
    """One step of one rotation; a refused one raises, and Secrets Manager tries again later."""

    versions: KeyRingVersions
    clock: Callable[[], int]
    new_kid: Callable[[], str]
    new_secret: Callable[[], bytes]

    def __call__(self, step: Step, version_id: str) -> None:
        """Take `step` for the rotation that `version_id` names.

        Raises:
            RotationRefused: The ring may not change yet, or no longer like that.
            Unavailable: Secrets Manager did not answer.
        """
        current = self.versions.current()
        if current.id == version_id:
            return  # this rotation is done already
        match step:
            case Step.CREATE:
                self._create(version_id, current.ring)
            case Step.SET:
                pass  # there is no other system that would have to learn the key
            case Step.TEST:
                self._prepared(version_id, current.ring)
            case Step.FINISH:
                self._finish(version_id, current)

    def _create(self, version_id: str, ring: KeyRing) -> None:
        if self.versions.pending(version_id) is not None:
            return  # a repetition must not make another key
        following = ring.rotated(kid=self.new_kid(), secret=self.new_secret(), now=self.clock())
        self.versions.prepare(version_id, following)

    def _finish(self, version_id: str, current: RingVersion) -> None:
        try:
            self._prepared(version_id, current.ring).require_in_time(now=self.clock())
        except RotationRefused:
            # What came too late stays too late: make room for the next rotation.
            self.versions.discard(version_id)
            raise
        self.versions.promote(version_id, instead_of=current.id)

    def _prepared(self, version_id: str, before: KeyRing) -> KeyRing:
        """Return the prepared ring once it is seen to follow the one in force, and to work."""
        ring = self.versions.pending(version_id)
        if ring is None:
            raise RotationRefused("nothing is prepared")
        ring.require_to_follow(before)
        _require_round_trip(ring, now=self.clock())
        return ring


def _require_round_trip(ring: KeyRing, *, now: int) -> None:
    """Mint a token and read it back, as functions will."""
    session = Session(
        project_id="",
        integration_id="",
        member=MemberIdentity(external_id="rotation"),
        epoch=0,
        assertion_kid=None,
        token_id="rotation",  # noqa: S106
        issued_at=now,
        expires_at=now + 1,
    )
    token = session_tokens.mint(session, key=ring.current, deployment_id="rotation")
    key = ring.verifying_key(session_tokens.presented_kid(token), now=now)
    if key is None or (
        session_tokens.read(token, key=key, deployment_id="rotation", now=now) != session
    ):
        raise RotationRefused("the prepared ring does not accept its own tokens")
