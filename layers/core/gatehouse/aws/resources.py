"""Resources: each as one item, as an entry in a list by URI, and in the number of them all."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.attributes import number, number_value
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.copied_writes import IS_ABSENT, IS_THERE
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.offer_items import listed_item, read_resource, resource_item
from gatehouse.aws.queries import project_page
from gatehouse.aws.tables import (
    RESOURCE,
    resource_count_key,
    resource_key,
    resource_listed_key,
    template_listed_key,
)
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.resources import MAX_RESOURCES, Resource
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import (
        PutTypeDef,
        TransactWriteItemTypeDef,
        UpdateTypeDef,
    )

    from gatehouse.aws.attributes import NewItem
    from gatehouse.aws.tables import Key


@dataclass(frozen=True, slots=True)
class DynamoResources:
    """Keeps `Resources`."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def create(self, resource: Resource) -> None:
        """See `Resources.create`."""
        project_id = resource.project_id
        parts: list[TransactWriteItemTypeDef] = [
            *self._written(resource, IS_ABSENT, {}),
            {"Update": self._counted(project_id, 1)},
        ]
        try:
            self.writes.write(project_id, parts, while_active=True)
        except ConditionFailed as failure:
            if failure.index == 0:
                raise Conflict("A resource of this name exists") from failure
            if failure.index < len(parts):
                raise Conflict(f"A project has at most {MAX_RESOURCES} resources") from failure
            raise NotFound from failure

    def get(self, project_id: str, name: str) -> Resource:
        """See `Resources.get`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=resource_key(project_id, name), ConsistentRead=True
            )
        if "Item" not in answer:
            raise NotFound
        return read_resource(answer["Item"])

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Resource]:
        """See `Resources.page`."""
        return project_page(
            self.client,
            self.table,
            project_id,
            prefix=RESOURCE,
            read=read_resource,
            after=after,
            limit=limit,
        )

    def replace(self, resource: Resource, *, expected_version: int) -> None:
        """See `Resources.replace`."""
        expected: NewItem = {":expected": number_value(expected_version)}
        parts = self._written(resource, "version = :expected", expected)
        try:
            self.writes.write(resource.project_id, parts)
        except ConditionFailed as failure:
            if failure.item is None:
                raise NotFound from failure
            current = number(failure.item, "version")
            raise Conflict("The resource has changed", current_version=current) from failure

    def delete(self, project_id: str, name: str) -> None:
        """See `Resources.delete`."""
        first: TransactWriteItemTypeDef = {
            "Delete": {
                "TableName": self.table,
                "Key": resource_key(project_id, name),
                "ConditionExpression": IS_THERE,
            }
        }
        parts: list[TransactWriteItemTypeDef] = [
            first,
            self._unlisted(resource_listed_key(project_id, name)),
            self._unlisted(template_listed_key(project_id, name)),
            {"Update": self._counted(project_id, -1)},
        ]
        try:
            self.writes.write(project_id, parts)
        except ConditionFailed as failure:
            raise NotFound from failure

    def _written(
        self, resource: Resource, condition: str, values: "NewItem"
    ) -> "list[TransactWriteItemTypeDef]":
        """Return the parts that write and list `resource` if `condition` holds for what it is."""
        listed, elsewhere = listed_item(resource)
        first: PutTypeDef = {
            "TableName": self.table,
            "Item": resource_item(resource),
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if values:
            first["ExpressionAttributeValues"] = values
        return [
            {"Put": first},
            {"Put": {"TableName": self.table, "Item": listed}},
            self._unlisted(elsewhere),
        ]

    def _unlisted(self, key: "Key") -> "TransactWriteItemTypeDef":
        return {"Delete": {"TableName": self.table, "Key": key}}

    def _counted(self, project_id: str, change: int) -> "UpdateTypeDef":
        return {
            "TableName": self.table,
            "Key": resource_count_key(project_id),
            "UpdateExpression": "SET resources = if_not_exists(resources, :none) + :change",
            "ConditionExpression": "attribute_not_exists(resources) OR resources < :limit",
            "ExpressionAttributeValues": {
                ":none": number_value(0),
                ":change": number_value(change),
                ":limit": number_value(MAX_RESOURCES + (change < 0)),
            },
        }
