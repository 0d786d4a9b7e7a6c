"""Prompts: one item each."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.attributes import number, number_value
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.copied_writes import IS_ABSENT, IS_THERE
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.offer_items import prompt_item, read_prompt
from gatehouse.aws.queries import project_page
from gatehouse.aws.tables import PROMPT, prompt_key
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.prompts import Prompt
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import DeleteTypeDef, PutTypeDef


@dataclass(frozen=True, slots=True)
class DynamoPrompts:
    """Keeps `Prompts`."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def create(self, prompt: Prompt) -> None:
        """See `Prompts.create`."""
        item = prompt_item(prompt)
        put: PutTypeDef = {
            "TableName": self.table,
            "Item": item,
            "ConditionExpression": IS_ABSENT,
        }
        try:
            self.writes.write(prompt.project_id, [{"Put": put}], while_active=True)
        except ConditionFailed as failure:
            if failure.index == 0:
                raise Conflict("A prompt of this name exists") from failure
            raise NotFound from failure

    def get(self, project_id: str, name: str) -> Prompt:
        """See `Prompts.get`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=prompt_key(project_id, name), ConsistentRead=True
            )
        if "Item" not in answer:
            raise NotFound
        return read_prompt(answer["Item"])

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Prompt]:
        """See `Prompts.page`."""
        return project_page(
            self.client,
            self.table,
            project_id,
            prefix=PROMPT,
            read=read_prompt,
            after=after,
            limit=limit,
        )

    def replace(self, prompt: Prompt, *, expected_version: int) -> None:
        """See `Prompts.replace`."""
        put: PutTypeDef = {
            "TableName": self.table,
            "Item": prompt_item(prompt),
            "ConditionExpression": "version = :expected",
            "ExpressionAttributeValues": {":expected": number_value(expected_version)},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            self.writes.write(prompt.project_id, [{"Put": put}])
        except ConditionFailed as failure:
            if failure.item is None:
                raise NotFound from failure
            current = number(failure.item, "version")
            raise Conflict("The prompt has changed", current_version=current) from failure

    def delete(self, project_id: str, name: str) -> None:
        """See `Prompts.delete`."""
        gone: DeleteTypeDef = {
            "TableName": self.table,
            "Key": prompt_key(project_id, name),
            "ConditionExpression": IS_THERE,
        }
        try:
            self.writes.write(project_id, [{"Delete": gone}])
        except ConditionFailed as failure:
            raise NotFound from failure
