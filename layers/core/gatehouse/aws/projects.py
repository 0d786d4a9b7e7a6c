"""Projects, and the list of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from gatehouse.aws.attributes import json_value, number_value, text, text_value
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.copied_writes import with_copies
from gatehouse.aws.copies import read_copies
from gatehouse.aws.failures import translated
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
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from gatehouse.aws.attributes import Item, NewItem


@dataclass(frozen=True, slots=True)
class DynamoProjects:
    """Keeps `Projects`: each as one item, and as an entry in the list of projects."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def create(self, project: Project) -> None:
        """See `Projects.create`."""
        entry = {**project_list_key(project.id), "created_at": number_value(project.created_at)}

        def created(item: "Item | None") -> "NewItem":
            if item is not None:
                raise Conflict("This project id is taken")
            return project_item(project)

        listed: TransactWriteItemTypeDef = {"Put": {"TableName": self.table, "Item": entry}}
        self.writes.rewrite(project.id, created, listed)

    def get(self, project_id: str) -> Project:
        """See `Projects.get`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=project_key(project_id), ConsistentRead=True
            )
        return _active(answer.get("Item"))[1]

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

        def changed(item: "Item | None") -> "NewItem":
            seen, project = _active(item)
            if project.version != version:
                raise Conflict("The project has changed", current_version=project.version)
            return {
                **with_copies(seen, read_copies(seen).toward(settings.replicas)),
                "name": text_value(name),
                "settings": json_value(settings_document(settings)),
                "version": number_value(version + 1),
            }

        return read_project(cast("Item", self.writes.rewrite(project_id, changed)))

    def mark_deleted(self, project_id: str, *, now: int) -> None:
        """See `Projects.mark_deleted`; every read of a caller sees the mark."""

        def deleted(item: "Item | None") -> "NewItem":
            seen, project = _active(item)
            version = number_value(project.version + 1)
            return {**cast("NewItem", seen), "deleted_at": number_value(now), "version": version}

        entry = project_list_key(project_id)
        self.writes.rewrite(
            project_id, deleted, {"Delete": {"TableName": self.table, "Key": entry}}
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


def _active(item: "Item | None") -> "tuple[Item, Project]":
    """Return META and what it says; raise `NotFound` unless the project is active."""
    project = read_project(item) if item else None
    if item is None or project is None or not project.is_active:
        raise NotFound
    return item, project
