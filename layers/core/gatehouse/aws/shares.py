"""Shares of single tools and prompts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import text
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.batch_reads import read_all
from gatehouse.aws.conditions import while_there
from gatehouse.aws.copied_writes import IS_THERE
from gatehouse.aws.failures import ConditionFailed
from gatehouse.aws.queries import project_page
from gatehouse.aws.sharing_items import grantee_words, read_share, share_item, thing_words
from gatehouse.aws.sweeping import sweep
from gatehouse.aws.tables import (
    GROUP_MEMBER,
    SHARE,
    group_key,
    group_member_key,
    prompt_key,
    role_key,
    share_key,
    tool_key,
)
from gatehouse.domain.errors import NotFound
from gatehouse.domain.sharing import (
    Grantee,
    GranteeKind,
    Permission,
    Share,
    Thing,
    ThingKind,
    read_share_id,
)
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from gatehouse.aws.tables import Key

MAX_READ: Final = 100
_MOST: Final = (Permission.EDIT, Permission.VIEW)


@dataclass(frozen=True, slots=True)
class DynamoShares:
    """Keeps `Shares`, one item each, in the order of things."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def put(self, share: Share) -> None:
        """See `Shares.put`; the thing and the grantee are there at the same moment."""
        project_id = share.project_id
        parts: list[TransactWriteItemTypeDef] = [
            {"Put": {"TableName": self.table, "Item": share_item(share)}},
            *while_there(
                self.table,
                _thing_key(project_id, share.thing),
                _grantee_key(project_id, share.grantee),
            ),
        ]
        try:
            self.writes.write(project_id, parts, while_active=True)
        except ConditionFailed as failure:
            raise NotFound from failure

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Share]:
        """See `Shares.page`."""
        return self._page(project_id, SHARE, after, limit)

    def of_thing(self, project_id: str, thing: Thing) -> Sequence[Share]:
        """See `Shares.of_thing`."""
        return self._page(project_id, f"{SHARE}{thing_words(thing)}#", None, MAX_READ).items

    def delete(self, project_id: str, share_id: str) -> None:
        """See `Shares.delete`."""
        thing, grantee = read_share_id(share_id)
        key = share_key(project_id, thing_words(thing), grantee_words(grantee))
        gone: TransactWriteItemTypeDef = {
            "Delete": {"TableName": self.table, "Key": key, "ConditionExpression": IS_THERE}
        }
        try:
            self.writes.write(project_id, [gone])
        except ConditionFailed as failure:
            raise NotFound from failure

    def permission(self, project_id: str, thing: Thing, user_id: str) -> Permission | None:
        """See `Shares.permission`; one Query, and one BatchGetItem where groups have shares."""
        shares = self.of_thing(project_id, thing)
        groups = [s.grantee.id for s in shares if s.grantee.kind is GranteeKind.GROUP]
        own = {(GranteeKind.USER, user_id)}
        own |= {(GranteeKind.GROUP, each) for each in self._groups(project_id, groups, user_id)}
        held = {s.permission for s in shares if (s.grantee.kind, s.grantee.id) in own}
        return next((permission for permission in _MOST if permission in held), None)

    def forget_thing(self, project_id: str, thing: Thing) -> None:
        """See `Shares.forget_thing`."""
        sweep(self.client, self.table, project_id, prefix=f"{SHARE}{thing_words(thing)}#")

    def forget_person(self, project_id: str, user_id: str) -> None:
        """See `Shares.forget_person`."""
        for prefix in (GROUP_MEMBER, SHARE):
            sweep(
                self.client,
                self.table,
                project_id,
                prefix=prefix,
                wanted=lambda item: text(item, "SK").endswith(f"#{user_id}"),
            )

    def _groups(self, project_id: str, groups: list[str], user_id: str) -> set[str]:
        """Return those of the groups that there are and that the person is in."""
        keys = [
            key
            for group_id in groups
            for key in (
                group_key(project_id, group_id),
                group_member_key(project_id, group_id, user_id),
            )
        ]
        found = {text(item, "SK") for item in read_all(self.client, {self.table: keys})}
        return {
            group_id
            for group_id in groups
            if {f"GROUP#{group_id}", f"{GROUP_MEMBER}{group_id}#{user_id}"} <= found
        }

    def _page(self, project_id: str, prefix: str, after: str | None, limit: int) -> Page[Share]:
        return project_page(
            self.client,
            self.table,
            project_id,
            prefix=prefix,
            read=read_share,
            after=after,
            limit=limit,
        )


def _thing_key(project_id: str, thing: Thing) -> "Key":
    key = tool_key if thing.kind is ThingKind.TOOL else prompt_key
    return key(project_id, thing.name)


def _grantee_key(project_id: str, grantee: Grantee) -> "Key":
    key = role_key if grantee.kind is GranteeKind.USER else group_key
    return key(project_id, grantee.id)
