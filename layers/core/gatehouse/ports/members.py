"""What is known of members."""

from typing import Protocol

from gatehouse.domain.members import MemberIdentity, MemberStanding
from gatehouse.ports.pages import Page


class SeenMembers(Protocol):
    """Who was given a session; all that the exchange may write of a member."""

    def upsert(self, project_id: str, member: MemberIdentity, *, now: int) -> None:
        """Note that a member was given a session at `now`; block and epoch stay as they are."""
        ...


class Members(SeenMembers, Protocol):
    """What a project knows of its members, by external id."""

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[MemberStanding]:
        """List in the order of external ids."""
        ...

    def block(self, project_id: str, external_id: str, *, now: int) -> None:
        """Refuse new sessions and end the present ones; raise `NotFound` for one never seen."""
        ...

    def unblock(self, project_id: str, external_id: str) -> None:
        """Allow new sessions again; ended ones stay ended; raise `NotFound`."""
        ...

    def end_sessions(self, project_id: str, external_id: str) -> None:
        """End the present sessions; raise `NotFound` for a member never seen."""
        ...
