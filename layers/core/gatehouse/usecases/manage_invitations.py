"""Invite people, to a project or to the administration of the deployment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain.base62 import Choose
from gatehouse.domain.email_addresses import normalized
from gatehouse.domain.errors import FieldError, InvalidFields
from gatehouse.domain.people import Invitation
from gatehouse.domain.principals import Actor, Principal
from gatehouse.domain.roles import Role
from gatehouse.domain.sign_ins import digest, new_invitation
from gatehouse.ports.pages import Page
from gatehouse.ports.people import IssuedInvitations
from gatehouse.usecases.granting_rules import require_over

DAY: Final = 86_400
MAX_DAYS: Final = 30
DEFAULT_DAYS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """How an invitation is to be used: by an address alone, or by whoever has its text."""

    email: str | None = None
    days: int = DEFAULT_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedInvitation:
    """An invitation with its text, which is never seen again."""

    invitation: Invitation
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageInvitations:
    """The use cases around invitations."""

    invitations: IssuedInvitations
    clock: Callable[[], int]
    choose: Choose

    def invite(self, principal: Principal, role: Role, wanted: NewInvitation) -> IssuedInvitation:
        """Invite somebody to the principal's project.

        Raises:
            Forbidden: The principal may make nobody this.
            InvalidFields: The address is none, or the time is too long.
        """
        require_over(principal, role, role.actions)
        return self._issued(wanted, principal.actor, project_id=principal.project.id, role=role)

    def invite_administrator(self, actor: Actor, wanted: NewInvitation) -> IssuedInvitation:
        """Invite somebody to administrate the deployment; raise `InvalidFields`."""
        return self._issued(wanted, actor, project_id=None, role=None)

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Invitation]:
        """List a project's invitations, used and expired ones included."""
        return self.invitations.page(project_id, after=after, limit=limit)

    def withdraw(self, project_id: str, invitation_id: str) -> None:
        """End an invitation of a project; raise `NotFound`."""
        self.invitations.withdraw(project_id, invitation_id)

    def _issued(
        self, wanted: NewInvitation, actor: Actor, *, project_id: str | None, role: Role | None
    ) -> IssuedInvitation:
        email = None if wanted.email is None else normalized(wanted.email)
        if wanted.email is not None and email is None:
            raise InvalidFields((FieldError("email", "must be an e-mail address in ASCII"),))
        if not 1 <= wanted.days <= MAX_DAYS:
            raise InvalidFields((FieldError("days", f"must be from 1 to {MAX_DAYS}"),))
        now, text = self.clock(), new_invitation(self.choose)
        invitation = Invitation(
            digest=digest(text),
            project_id=project_id,
            role=role,
            email=email,
            invited_by=actor.label,
            created_at=now,
            expires_at=now + wanted.days * DAY,
        )
        self.invitations.create(invitation)
        return IssuedInvitation(invitation=invitation, text=text)
