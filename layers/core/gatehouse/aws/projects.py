"""Projects, and the list of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import json_value, number, number_value, text, text_value
from gatehouse.aws.failures import ConditionFailed, settled, translated
from gatehouse.aws.project_items import project_item, read_project
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import (
    PROJECT_SHARDS,
    project_key,
    project_list_key,
    project_list_partition,
)
from gatehouse.domain.errors import Conflict, NotFound, Unavailable
from gatehouse.domain.project_settings import ProjectSettings, settings_document
from gatehouse.domain.projects import Project
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import ConditionCheckTypeDef

IS_ACTIVE: Final = "attribute_exists(PK) AND attribute_not_exists(deleted_at)"
IS_ABSENT: Final = "attribute_not_exists(PK)"


def while_active(table: str, project_id: str) -> "ConditionCheckTypeDef":
    """Return the part of a transaction that refuses it once the project is deleted."""
    return {"TableName": table, "Key": project_key(project_id), "ConditionExpression": IS_ACTIVE}


@dataclass(frozen=True, slots=True)
class DynamoProjects:
    """Keeps `Projects`: each as one item, and as an entry in the list of projects."""

    client: "DynamoDBClient"
    table: str

    def create(self, project: Project) -> None:
        """See `Projects.create`."""
        entry = {**project_list_key(project.id), "created_at": number_value(project.created_at)}
        try:
            with translated():
                self.client.transact_write_items(
                    TransactItems=[
                        {
                            "Put": {
                                "TableName": self.table,
                                "Item": project_item(project),
                                "ConditionExpression": IS_ABSENT,
                            }
                        },
                        {"Put": {"TableName": self.table, "Item": entry}},
                    ]
                )
        except ConditionFailed as failure:
            raise Conflict("This project id is taken") from failure

    def get(self, project_id: str) -> Project:
        """See `Projects.get`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=project_key(project_id), ConsistentRead=True
            )
        if "Item" not in answer:
            raise NotFound
        project = read_project(answer["Item"])
        if not project.is_active:
            raise NotFound
        return project

    def page(self, *, after: str | None, limit: int) -> Page[Project]:
        """See `Projects.page`; one Query per shard of the list, one BatchGetItem."""
        ids = sorted(i for shard in range(PROJECT_SHARDS) for i in self._ids(shard, after, limit))
        wanted = ids[:limit]
        more = wanted[-1] if len(ids) > limit else None
        projects = self._projects(wanted) if wanted else {}
        active = (projects[i] for i in wanted if i in projects and projects[i].is_active)
        return Page(items=tuple(active), next_after=more)

    def change(
        self, project_id: str, *, name: str, settings: ProjectSettings, version: int
    ) -> Project:
        """See `Projects.change`."""
        try:
            with translated():
                answer = self.client.update_item(
                    TableName=self.table,
                    Key=project_key(project_id),
                    UpdateExpression="SET #name = :name, settings = :settings ADD version :one",
                    ConditionExpression=f"{IS_ACTIVE} AND version = :version",
                    ExpressionAttributeNames={"#name": "name"},
                    ExpressionAttributeValues={
                        ":name": text_value(name),
                        ":settings": json_value(settings_document(settings)),
                        ":one": number_value(1),
                        ":version": number_value(version),
                    },
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ConditionFailed as failure:
            if failure.item is None or "deleted_at" in failure.item:
                raise NotFound from failure
            current = number(failure.item, "version")
            raise Conflict("The project has changed", current_version=current) from failure
        return read_project(answer["Attributes"])

    def mark_deleted(self, project_id: str, *, now: int) -> None:
        """See `Projects.mark_deleted`; every read of a caller sees the mark."""
        try:
            settled(lambda: self._mark_deleted(project_id, now))
        except ConditionFailed as failure:
            raise NotFound from failure

    def _mark_deleted(self, project_id: str, now: int) -> None:
        with translated():
            self.client.transact_write_items(
                TransactItems=[
                    {
                        "Update": {
                            "TableName": self.table,
                            "Key": project_key(project_id),
                            "UpdateExpression": "SET deleted_at = :now ADD version :one",
                            "ConditionExpression": IS_ACTIVE,
                            "ExpressionAttributeValues": {
                                ":now": number_value(now),
                                ":one": number_value(1),
                            },
                        }
                    },
                    {"Delete": {"TableName": self.table, "Key": project_list_key(project_id)}},
                ]
            )

    def _ids(self, shard: int, after: str | None, limit: int) -> list[str]:
        """Return one id more than `limit`, if there are as many, so that the end is known."""
        entries, _ = query_page(
            self.client,
            self.table,
            partition=project_list_partition(shard),
            prefix="",
            after=after,
            limit=limit + 1,
        )
        return [text(entry, "SK") for entry in entries]

    def _projects(self, ids: list[str]) -> dict[str, Project]:
        keys = [project_key(project_id) for project_id in ids]
        with translated():
            answer = self.client.batch_get_item(
                RequestItems={self.table: {"Keys": keys, "ConsistentRead": True}}
            )
        if answer["UnprocessedKeys"]:
            raise Unavailable
        projects = map(read_project, answer["Responses"].get(self.table, []))
        return {project.id: project for project in projects}
