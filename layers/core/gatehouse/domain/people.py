"""People: who signs in, how it was proven, and what they are in which project.

Times are whole seconds since the Unix epoch.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gatehouse.domain.roles import Action, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody, as a provider has proven them.

    `provider` and `subject` together say who it is; the address, lower-case and verified, does
    not: it can pass from one person to another.
    """

    provider: str
    subject: str
    email: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who has an account here.

    `id` is 16 base62 characters. `is_admin` is of the deployment. `epoch` rises when all that the
    person holds is to end.
    """

    id: str
    email: str
    name: str | None
    is_active: bool
    is_admin: bool
    epoch: int
    created_at: int
    last_sign_in_at: int | None = None

    @property
    def subject(self) -> str:
        """How tokens and sessions name this person."""
        return f"user:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """What a person is in a project.

    `custom_roles` add the actions of roles that the project made up itself. `epoch` rises with
    each change and never repeats, also when somebody leaves and comes back: tokens of another
    epoch no longer hold. `granted_by` is an actor, such as `user:<id>`.
    """

    project_id: str
    user_id: str
    email: str
    name: str | None
    role: Role
    custom_roles: tuple[str, ...] = ()
    epoch: int
    granted_by: str
    granted_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomRole:
    """A set of actions that a project gave a name."""

    project_id: str
    name: str
    actions: frozenset[Action]
    description: str | None = None


def actions_of(membership: Membership, custom_roles: Iterable[CustomRole]) -> frozenset[Action]:
    """Return what somebody may do in a project; a custom role that is no more gives nothing."""
    held = (role.actions for role in custom_roles if role.name in membership.custom_roles)
    return membership.role.actions.union(*held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What somebody becomes who signs in with it, once.

    `digest` is the SHA-256, in hexadecimal, of the text that was handed out. An invitation is
    either to a project, with a role, or to the deployment's administration. With `email` only
    that address can use it.
    """

    digest: str = field(repr=False)
    project_id: str | None
    role: Role | None
    email: str | None
    invited_by: str
    created_at: int
    expires_at: int
    used_at: int | None = None

    def is_open_to(self, email: str, *, now: int) -> bool:
        """Say whether somebody with this address may use it now."""
        is_theirs = self.email is None or self.email == email
        return is_theirs and self.used_at is None and now < self.expires_at
