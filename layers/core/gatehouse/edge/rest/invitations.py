"""Invitations."""

from pydantic import Field

from gatehouse.domain.people import Invitation
from gatehouse.domain.roles import Role
from gatehouse.edge.rest.models import Answer, Input, Listing, Nothing, PageQuery, rfc3339
from gatehouse.edge.rest.people import RoleInput
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.manage_invitations import DEFAULT_DAYS, IssuedInvitation, NewInvitation
from gatehouse.usecases.management import Management


class AdministratorInvitationBody(Input):
    """An invitation to administrate the deployment."""

    email: str | None = Field(default=None, description="Only this address can use it.")
    days: int = Field(default=DEFAULT_DAYS, description="For how long it can be used: 1 to 30.")


class InvitationBody(AdministratorInvitationBody):
    """An invitation to the project."""

    role: RoleInput


class InvitationAnswer(Answer):
    """An invitation."""

    id: str
    role: Role | None
    email: str | None
    invited_by: str
    created_at: str
    expires_at: str
    used_at: str | None


class IssuedInvitationAnswer(InvitationAnswer):
    """A new invitation, with its text, which is never shown again."""

    invitation: str = Field(description="For `GET /signin?invitation=...`.")


class InvitationList(Listing[InvitationAnswer]):
    """A page of invitations."""


def list_invitations(management: Management, call: Call, query: PageQuery) -> Answered:
    """List the project's invitations, used and expired ones included."""
    page = management.invitations.page(call.project_id, after=query.cursor, limit=query.limit)
    return Answered(answer=InvitationList.of(map(_answer, page.items), page.next_after))


def invite(management: Management, call: Call, body: InvitationBody) -> Answered:
    """Invite somebody to the project; the text is shown once."""
    wanted = NewInvitation(email=body.email, days=body.days)
    return _issued(management.invitations.invite(call.principal, body.role, wanted))


def withdraw_invitation(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """End an invitation."""
    management.invitations.withdraw(call.project_id, call.params["id"])
    return Answered()


def invite_administrator(
    management: Management, call: Call, body: AdministratorInvitationBody
) -> Answered:
    """Invite somebody to administrate the deployment; the text is shown once."""
    wanted = NewInvitation(email=body.email, days=body.days)
    return _issued(management.invitations.invite_administrator(call.actor, wanted))


def _issued(issued: IssuedInvitation) -> Answered:
    known = _answer(issued.invitation).model_dump()
    return Answered(answer=IssuedInvitationAnswer(**known, invitation=issued.text))


def _answer(invitation: Invitation) -> InvitationAnswer:
    used = invitation.used_at
    return InvitationAnswer(
        id=invitation.digest,
        role=invitation.role,
        email=invitation.email,
        invited_by=invitation.invited_by,
        created_at=rfc3339(invitation.created_at),
        expires_at=rfc3339(invitation.expires_at),
        used_at=None if used is None else rfc3339(used),
    )
