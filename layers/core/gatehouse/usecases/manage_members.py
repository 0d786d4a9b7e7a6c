"""List members, block them, and end their sessions."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain.errors import NotFound
from gatehouse.domain.members import MAX_EXTERNAL_ID_BYTES, MemberStanding
from gatehouse.ports.members import Members
from gatehouse.ports.pages import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageMembers:
    """The use cases around members; each change ends the member's sessions for good."""

    members: Members
    clock: Callable[[], int]

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[MemberStanding]:
        """List the members that were seen."""
        return self.members.page(project_id, after=after, limit=limit)

    def block(self, project_id: str, external_id: str) -> None:
        """Let the member hold no session; raise `NotFound` for one never seen."""
        _require_id(external_id)
        self.members.block(project_id, external_id, now=self.clock())

    def unblock(self, project_id: str, external_id: str) -> None:
        """Let the member hold sessions again; raise `NotFound` unless it is blocked."""
        _require_id(external_id)
        self.members.unblock(project_id, external_id)

    def end_sessions(self, project_id: str, external_id: str) -> None:
        """End the member's sessions; raise `NotFound` for one never seen."""
        _require_id(external_id)
        self.members.end_sessions(project_id, external_id)


def _require_id(external_id: str) -> None:
    if not 1 <= len(external_id.encode("utf-8", "replace")) <= MAX_EXTERNAL_ID_BYTES:
        raise NotFound
