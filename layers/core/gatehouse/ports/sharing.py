"""Groups of people, and shares of single tools and prompts."""

from collections.abc import Sequence
from typing import Protocol

from gatehouse.domain.sharing import Group, Permission, Share, Thing
from gatehouse.ports.pages import Page


class Groups(Protocol):
    """A project's groups, by id."""

    def create(self, group: Group) -> None:
        """Add a group; raise `NotFound` when its project is not active."""
        ...

    def get(self, project_id: str, group_id: str) -> Group:
        """Return a group; raise `NotFound`."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Group]:
        """List in the order of ids."""
        ...

    def delete(self, project_id: str, group_id: str) -> None:
        """Remove it: what was shared with it is nobody's at once; raise `NotFound`."""
        ...

    def members(
        self, project_id: str, group_id: str, *, after: str | None, limit: int
    ) -> Page[str]:
        """List the ids of its people."""
        ...

    def add(self, project_id: str, group_id: str, user_id: str) -> None:
        """Put somebody into it who is something in the project; raise `NotFound`."""
        ...

    def remove(self, project_id: str, group_id: str, user_id: str) -> None:
        """Take somebody out; raise `NotFound`."""
        ...


class Shares(Protocol):
    """A project's shares."""

    def put(self, share: Share) -> None:
        """Keep a share, instead of the one there is of the two.

        Raises:
            NotFound: There is no such thing, or no such person or group in the project.
        """
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Share]:
        """List in the order of things; `after` is what the page before ended with."""
        ...

    def of_thing(self, project_id: str, thing: Thing) -> Sequence[Share]:
        """Return the shares of a thing; at most 100."""
        ...

    def delete(self, project_id: str, share_id: str) -> None:
        """End a share; raise `NotFound`."""
        ...

    def permission(self, project_id: str, thing: Thing, user_id: str) -> Permission | None:
        """Return the most that a person may do with a thing, by shares alone; never cached."""
        ...

    def forget_thing(self, project_id: str, thing: Thing) -> None:
        """End all shares of a thing."""
        ...

    def forget_person(self, project_id: str, user_id: str) -> None:
        """Take a person out of all groups, and end all shares with them."""
        ...
