"""See everybody who has an account; let them in or not, and let them administrate or not."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain.errors import NotFound
from gatehouse.domain.people import Person
from gatehouse.ports.pages import Page
from gatehouse.ports.people import Directory
from gatehouse.ports.sessions import Families, end_all


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministerPeople:
    """The use cases around accounts; each change ends all that the person holds."""

    directory: Directory
    families: Families
    clock: Callable[[], int]

    def page(self, *, after: str | None, limit: int) -> Page[Person]:
        """List everybody."""
        return self.directory.page(after=after, limit=limit)

    def change(self, user_id: str, *, is_active: bool | None, is_admin: bool | None) -> Person:
        """Change what is not None, and end every session of the person, before and after.

        Before, so that nothing revives that an earlier change could not end; after, so that
        nothing lives on. A change that broke off may be repeated.

        Raises:
            NotFound: There is no such person.
            Conflict: Somebody else changed them meanwhile.
        """
        person = self.directory.get(user_id)
        if person is None:
            raise NotFound
        end_all(self.families, person.subject, now=self.clock())
        changed = self.directory.change(
            person,
            is_active=person.is_active if is_active is None else is_active,
            is_admin=person.is_admin if is_admin is None else is_admin,
        )
        end_all(self.families, person.subject, now=self.clock())
        return changed
