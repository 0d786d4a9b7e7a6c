"""Members."""

from gatehouse.domain.members import MemberStanding
from gatehouse.edge.rest.models import Answer, Listing, Nothing, PageQuery, rfc3339
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.management import Management


class MemberAnswer(Answer):
    """What is known of a member."""

    external_id: str
    email: str | None
    roles: list[str]
    blocked: bool
    blocked_at: str | None
    first_seen: str | None
    last_seen: str | None


class MemberList(Listing[MemberAnswer]):
    """A page of members."""


def list_members(management: Management, call: Call, query: PageQuery) -> Answered:
    """List the members that were given a session, or blocked."""
    page = management.members.page(call.project_id, after=query.cursor, limit=query.limit)
    return Answered(answer=MemberList.of(map(_answer, page.items), page.next_after))


def block_member(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """End a member's sessions and refuse new ones."""
    management.members.block(call.project_id, call.params["external_id"])
    return Answered(answer=None)


def unblock_member(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Let a member have new sessions again."""
    management.members.unblock(call.project_id, call.params["external_id"])
    return Answered(answer=None)


def end_sessions(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """End a member's sessions."""
    management.members.end_sessions(call.project_id, call.params["external_id"])
    return Answered(answer=None)


def _answer(member: MemberStanding) -> MemberAnswer:
    return MemberAnswer(
        external_id=member.external_id,
        email=member.email,
        roles=list(member.roles),
        blocked=member.is_blocked,
        blocked_at=_optional(member.blocked_at),
        first_seen=_optional(member.first_seen),
        last_seen=_optional(member.last_seen),
    )


def _optional(seconds: int | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)
