"""Members, spread over several partitions.

Only management touches `epoch` and `blocked_at`; a session notes who was seen.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from gatehouse.aws.attributes import number_value, optional_number, text_value, texts_value
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.principal_items import read_member
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import MEMBER, MEMBER_SHARDS, member_key, member_partition
from gatehouse.domain.errors import NotFound
from gatehouse.domain.members import MemberIdentity, MemberStanding
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb.type_defs import UpdateTypeDef

    from gatehouse.aws.attributes import Item, NewItem
    from gatehouse.aws.services import DynamoDb


@dataclass(frozen=True, slots=True)
class DynamoSeenMembers:
    """Keeps `SeenMembers`, one item each."""

    client: "DynamoDb"
    table: str

    def upsert(self, project_id: str, member: MemberIdentity, *, now: int) -> None:
        """See `SeenMembers.upsert`."""
        given: NewItem = {":now": number_value(now)}
        sets = ["last_seen = :now", "first_seen = if_not_exists(first_seen, :now)"]
        removed = []
        if member.email is None:
            removed.append("email")
        else:
            given[":email"] = text_value(member.email)
            sets.append("email = :email")
        # `roles` is one of DynamoDB's reserved words.
        if member.roles:
            given[":roles"] = texts_value(member.roles)
            sets.append("#roles = :roles")
        else:
            removed.append("#roles")
        expression = f"SET {', '.join(sets)}" + (f" REMOVE {', '.join(removed)}" if removed else "")
        with translated():
            self.client.update_item(
                TableName=self.table,
                Key=member_key(project_id, member.external_id),
                UpdateExpression=expression,
                ExpressionAttributeNames={"#roles": "roles"},
                ExpressionAttributeValues=given,
                ReturnValues="NONE",
            )


@dataclass(frozen=True, slots=True)
class DynamoMembers(DynamoSeenMembers):
    """Keeps `Members`; `ADD epoch` loses no raise to a race."""

    writes: AuditedWrites

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[MemberStanding]:
        """See `Members.page`; one Query for each shard."""
        found: list[Item] = []
        ends: list[str] = []
        for shard in range(MEMBER_SHARDS):
            items, more = query_page(
                self.client,
                self.table,
                partition=member_partition(project_id, shard),
                prefix=MEMBER,
                after=after,
                limit=limit,
            )
            found += items
            if more is not None:
                ends.append(more)
        members = sorted(map(read_member, found), key=lambda member: member.external_id)
        # Beyond the first end there may be members of that shard that were not read.
        shown = [m for m in members if not ends or m.external_id <= min(ends)][:limit]
        is_last = not ends and len(shown) == len(members)
        return Page(items=tuple(shown), next_after=None if is_last else shown[-1].external_id)

    def block(self, project_id: str, external_id: str, *, now: int) -> None:
        """See `Members.block`; a second block keeps the time of the first."""
        self._raise_epoch(
            project_id,
            external_id,
            "SET blocked_at = if_not_exists(blocked_at, :now)",
            becomes=lambda member: {"blocked_at": number_value(now), **member},
            values={":now": number_value(now)},
        )

    def unblock(self, project_id: str, external_id: str) -> None:
        """See `Members.unblock`."""
        self._raise_epoch(
            project_id,
            external_id,
            "REMOVE blocked_at",
            becomes=lambda member: {n: v for n, v in member.items() if n != "blocked_at"},
            if_there="blocked_at",
        )

    def end_sessions(self, project_id: str, external_id: str) -> None:
        """See `Members.end_sessions`."""
        self._raise_epoch(project_id, external_id, "", becomes=lambda member: member)

    def _raise_epoch(  # noqa: PLR0913 - whose, and what else of it changes, said twice
        self,
        project_id: str,
        external_id: str,
        change: str,
        *,
        becomes: "Callable[[NewItem], NewItem]",
        if_there: str = "PK",
        values: "NewItem | None" = None,
    ) -> None:
        """Change a member that has the attribute `if_there`; raise `NotFound` for any other."""
        update: UpdateTypeDef = {
            "TableName": self.table,
            "Key": member_key(project_id, external_id),
            "UpdateExpression": f"{change} ADD epoch :one",
            "ConditionExpression": f"attribute_exists({if_there})",
            "ExpressionAttributeValues": {**(values or {}), ":one": number_value(1)},
        }

        def raised(item: "Item | None") -> "NewItem":
            member = cast("NewItem", item or {})
            epoch = (optional_number(item, "epoch") or 0) if item else 0
            return {**becomes(member), "epoch": number_value(epoch + 1)}

        try:
            self.writes.write(project_id, [{"Update": update}], becomes=raised)
        except ConditionFailed as failure:
            raise NotFound from failure
