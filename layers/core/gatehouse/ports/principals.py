"""What decides who manages, read in one round trip."""

from dataclasses import dataclass
from typing import Protocol

from gatehouse.domain.families import Family
from gatehouse.domain.people import CustomRole, Membership, Person
from gatehouse.domain.projects import Project
from gatehouse.domain.service_apps import ServiceApp


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a credential names; with both `project_id` and `user_id` also what one is there."""

    project_id: str | None = None
    user_id: str | None = None
    app_id: str | None = None
    family_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What was found of it; `custom_roles` are those of the membership that there are."""

    project: Project | None = None
    person: Person | None = None
    membership: Membership | None = None
    custom_roles: tuple[CustomRole, ...] = ()
    app: ServiceApp | None = None
    family: Family | None = None


class PrincipalReader(Protocol):
    """The one read that proves who manages."""

    def read(self, sought: Sought) -> Standing:
        """Return the state of everything sought; never cached, never partial.

        A person who has custom roles costs a second round trip.
        """
        ...
