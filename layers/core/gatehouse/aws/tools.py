"""Tools: two items each, always written together, and what models see of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import number, number_value, text
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.copied_writes import IS_ABSENT, IS_THERE
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import (
    TOOL,
    TOOL_DEFINITION,
    project_partition,
    tool_definition_key,
    tool_key,
)
from gatehouse.aws.tool_items import read_tool, tool_items
from gatehouse.domain.errors import Conflict, NotFound, Unavailable
from gatehouse.domain.tools import Tool
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import DeleteTypeDef, PutTypeDef

    from gatehouse.aws.attributes import Item, NewItem

READS: Final = 2
"""How often two halves that do not fit each other are read before giving up."""


@dataclass(frozen=True, slots=True)
class DynamoTools:
    """Keeps `Tools`."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def create(self, tool: Tool) -> None:
        """See `Tools.create`."""
        try:
            self._put(tool, IS_ABSENT, {}, while_active=True)
        except ConditionFailed as failure:
            if failure.index == 0:
                raise Conflict("A tool of this name exists") from failure
            raise NotFound from failure

    def get(self, project_id: str, name: str) -> Tool:
        """See `Tools.get`."""
        keys = [tool_key(project_id, name), tool_definition_key(project_id, name)]
        for _attempt in range(READS):
            with translated():
                answer = self.client.batch_get_item(
                    RequestItems={self.table: {"Keys": keys, "ConsistentRead": True}}
                )
            if answer["UnprocessedKeys"]:
                continue
            found = {text(item, "SK"): item for item in answer["Responses"].get(self.table, [])}
            if not found:
                raise NotFound
            decides, describes = found.get(TOOL + name), found.get(TOOL_DEFINITION + name)
            if decides and describes and _fit(decides, describes):
                return read_tool(decides, describes)
        raise Unavailable

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Tool]:
        """See `Tools.page`; one Query for each of the two kinds of items."""
        described, more = self._query(project_id, TOOL_DEFINITION, after, limit)
        if not described:
            return Page(items=())
        decided, _ = self._query(project_id, TOOL, after, limit)
        halves = {text(item, "SK").removeprefix(TOOL): item for item in decided}
        tools = []
        for item in described:
            name = text(item, "SK").removeprefix(TOOL_DEFINITION)
            half = halves.get(name)
            try:
                fits = half is not None and _fit(half, item)
                tools.append(read_tool(half, item) if half and fits else self.get(project_id, name))
            except NotFound:  # deleted between the two reads
                continue
        return Page(items=tuple(tools), next_after=more)

    def replace(self, tool: Tool, *, expected_version: int) -> None:
        """See `Tools.replace`."""
        expected: NewItem = {":expected": number_value(expected_version)}
        try:
            self._put(tool, "version = :expected", expected)
        except ConditionFailed as failure:
            if failure.item is None:
                raise NotFound from failure
            current = number(failure.item, "version")
            raise Conflict("The tool has changed", current_version=current) from failure

    def delete(self, project_id: str, name: str) -> None:
        """See `Tools.delete`."""
        decides: DeleteTypeDef = {
            "TableName": self.table,
            "Key": tool_key(project_id, name),
            "ConditionExpression": IS_THERE,
        }
        describes: DeleteTypeDef = {
            "TableName": self.table,
            "Key": tool_definition_key(project_id, name),
        }
        try:
            self.writes.write(project_id, [{"Delete": decides}, {"Delete": describes}])
        except ConditionFailed as failure:
            raise NotFound from failure

    def _put(
        self, tool: Tool, condition: str, values: "NewItem", *, while_active: bool = False
    ) -> None:
        """Write both items of `tool` if `condition` holds for the first."""
        decides, describes = tool_items(tool)
        first: PutTypeDef = {
            "TableName": self.table,
            "Item": decides,
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if values:
            first["ExpressionAttributeValues"] = values
        second: PutTypeDef = {"TableName": self.table, "Item": describes}
        self.writes.write(
            tool.project_id, [{"Put": first}, {"Put": second}], while_active=while_active
        )

    def _query(
        self, project_id: str, prefix: str, after: str | None, limit: int
    ) -> "tuple[list[Item], str | None]":
        return query_page(
            self.client,
            self.table,
            partition=project_partition(project_id),
            prefix=prefix,
            after=after,
            limit=limit,
        )


def _fit(decides: "Item", describes: "Item") -> bool:
    """Say whether two halves are from the same write: reads of several items are no snapshot."""
    return text(decides, "digest") == text(describes, "digest")
