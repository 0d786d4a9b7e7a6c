"""Groups of people, and shares of single tools and prompts."""

from typing import Annotated

from pydantic import Field

from gatehouse.domain import ids
from gatehouse.domain.errors import FieldError, InvalidFields
from gatehouse.domain.sharing import (
    Grantee,
    GranteeKind,
    Group,
    Permission,
    Share,
    Thing,
    ThingKind,
)
from gatehouse.edge.rest.models import Answer, Input, Listing, Nothing, PageQuery, rfc3339
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.management import Management


class NewGroup(Input):
    """A group to create."""

    name: str


class GroupAnswer(Answer):
    """A group."""

    id: str
    name: str
    created_at: str


class GroupList(Listing[GroupAnswer]):
    """A page of groups."""


class GroupMember(Answer):
    """Somebody in a group."""

    user_id: str


class GroupMemberList(Listing[GroupMember]):
    """A page of a group's people."""


class NewShare(Input):
    """What to share with whom: one thing, and one person or group."""

    tool_id: str | None = None
    prompt_id: str | None = None
    user_id: str | None = None
    group_id: str | None = None
    permission: Annotated[Permission, Field(strict=False)]


class ShareAnswer(Answer):
    """A share."""

    id: str
    tool_id: str | None
    prompt_id: str | None
    user_id: str | None
    group_id: str | None
    permission: Permission
    granted_by: str
    granted_at: str


class ShareList(Listing[ShareAnswer]):
    """A page of shares."""


def create_group(management: Management, call: Call, body: NewGroup) -> Answered:
    """Create a group of people."""
    return Answered(answer=_group(management.sharing.create_group(call.project_id, body.name)))


def list_groups(management: Management, call: Call, query: PageQuery) -> Answered:
    """List the project's groups."""
    page = management.sharing.group_page(call.project_id, after=query.cursor, limit=query.limit)
    return Answered(answer=GroupList.of(map(_group, page.items), page.next_after))


def delete_group(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """End a group; what was shared with it no longer is, at once."""
    management.sharing.delete_group(call.project_id, call.params["id"])
    return Answered()


def list_group_members(management: Management, call: Call, query: PageQuery) -> Answered:
    """List a group's people."""
    page = management.sharing.members(
        call.project_id, call.params["id"], after=query.cursor, limit=query.limit
    )
    people = [GroupMember(user_id=user_id) for user_id in page.items]
    return Answered(answer=GroupMemberList.of(people, page.next_after))


def add_group_member(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Put somebody of the project into a group."""
    management.sharing.add(call.principal, call.params["id"], call.params["user_id"])
    return Answered()


def remove_group_member(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Take somebody out of a group."""
    management.sharing.remove(call.project_id, call.params["id"], call.params["user_id"])
    return Answered()


def share(management: Management, call: Call, body: NewShare) -> Answered:
    """Share a tool or a prompt with a person or a group, to view or to edit it."""
    thing, grantee = _thing(body), _grantee(body)
    made = management.sharing.share(call.principal, thing, grantee, body.permission)
    return Answered(answer=_share(made))


def list_shares(management: Management, call: Call, query: PageQuery) -> Answered:
    """List what is shared with whom."""
    page = management.sharing.share_page(call.project_id, after=query.cursor, limit=query.limit)
    return Answered(answer=ShareList.of(map(_share, page.items), page.next_after))


def end_share(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """End a share."""
    management.sharing.end_share(call.project_id, call.params["id"])
    return Answered()


def _thing(body: NewShare) -> Thing:
    if body.tool_id is not None and body.prompt_id is None:
        return Thing(kind=ThingKind.TOOL, name=ids.tool_name(body.tool_id))
    if body.prompt_id is not None and body.tool_id is None:
        return Thing(kind=ThingKind.PROMPT, name=ids.prompt_name(body.prompt_id))
    raise InvalidFields((FieldError("tool_id", "is required, or prompt_id in its place"),))


def _grantee(body: NewShare) -> Grantee:
    if body.user_id is not None and body.group_id is None:
        return Grantee(kind=GranteeKind.USER, id=body.user_id)
    if body.group_id is not None and body.user_id is None:
        return Grantee(kind=GranteeKind.GROUP, id=body.group_id)
    raise InvalidFields((FieldError("user_id", "is required, or group_id in its place"),))


def _group(group: Group) -> GroupAnswer:
    return GroupAnswer(id=group.id, name=group.name, created_at=rfc3339(group.created_at))


def _share(share: Share) -> ShareAnswer:
    thing, grantee = share.thing, share.grantee
    return ShareAnswer(
        id=share.id,
        tool_id=ids.tool_id(thing.name) if thing.kind is ThingKind.TOOL else None,
        prompt_id=ids.prompt_id(thing.name) if thing.kind is ThingKind.PROMPT else None,
        user_id=grantee.id if grantee.kind is GranteeKind.USER else None,
        group_id=grantee.id if grantee.kind is GranteeKind.GROUP else None,
        permission=share.permission,
        granted_by=share.granted_by,
        granted_at=rfc3339(share.granted_at),
    )
