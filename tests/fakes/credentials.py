"""Key rings, one-time marks and seen members in memory."""

from dataclasses import dataclass, field
from threading import Lock

from gatehouse.domain.errors import Unavailable
from gatehouse.domain.key_ring import KeyRing
from gatehouse.domain.members import MemberIdentity
from gatehouse.ports.credentials import RingVersion


@dataclass
class FixedKeyRings:
    """A ring that changes when a test says so."""

    known: KeyRing
    fresh: KeyRing | None = None
    refetches: int = 0

    def ring(self, *, now: int) -> KeyRing:
        """See `KeyRings.ring`."""
        del now
        return self.known

    def refreshed(self, *, now: int) -> KeyRing:
        """See `KeyRings.refreshed`."""
        del now
        self.refetches += 1
        self.known = self.fresh or self.known
        return self.known


@dataclass
class MemoryMarks:
    """One-time marks in a dict, behind a lock as each item of DynamoDB is."""

    until: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def claim(self, digest: str, *, expires_at: int, now: int) -> bool:
        """See `Marks.claim`."""
        with self.lock:
            if self.until.get(digest, now) > now:
                return False
            self.until[digest] = expires_at
            return True

    def is_claimed(self, digest: str, *, now: int) -> bool:
        """See `KnownMarks.is_claimed`."""
        return self.until.get(digest, now) > now


@dataclass
class NotedMembers:
    """Keeps `SeenMembers`: remembers who was noted, and when."""

    seen: dict[tuple[str, str], tuple[MemberIdentity, int]] = field(default_factory=dict)
    fails: bool = False

    def upsert(self, project_id: str, member: MemberIdentity, *, now: int) -> None:
        """See `SeenMembers.upsert`."""
        if self.fails:
            raise Unavailable
        self.seen[project_id, member.external_id] = (member, now)


@dataclass
class MemoryKeyRingVersions:
    """The versions of a ring in a dict; `in_force` names one of them."""

    versions: dict[str, KeyRing]
    in_force: str
    labelled: set[str] = field(default_factory=set)

    def current(self) -> RingVersion:
        """See `KeyRingVersions.current`."""
        return RingVersion(id=self.in_force, ring=self.versions[self.in_force])

    def pending(self, version_id: str) -> KeyRing | None:
        """See `KeyRingVersions.pending`."""
        return self.versions.get(version_id) if version_id in self.labelled else None

    def prepare(self, version_id: str, ring: KeyRing) -> None:
        """See `KeyRingVersions.prepare`."""
        self.versions[version_id] = ring
        self.labelled = {version_id}

    def promote(self, version_id: str, *, instead_of: str) -> None:
        """See `KeyRingVersions.promote`."""
        if self.in_force != instead_of:
            raise Unavailable
        self.in_force = version_id

    def discard(self, version_id: str) -> None:
        """See `KeyRingVersions.discard`."""
        self.labelled.discard(version_id)
