"""Service apps, for those who register them.

An app is one item. Beside it, in the same transactions: the mark that its name is taken, its place
in the list of all and in that of each of its projects, and its part of the one item from which
every instance learns whose pages may call.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gatehouse.aws.app_items import app_item, read_app
from gatehouse.aws.attributes import NewItem, number, number_value, text, text_value, texts_value
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.batch_reads import read_all
from gatehouse.aws.copied_writes import IS_ABSENT, IS_ACTIVE
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import (
    APP_GRANT,
    APPS,
    app_grant_key,
    app_key,
    app_list_key,
    app_name_key,
    app_origins_key,
    project_key,
    project_partition,
)
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.service_apps import ServiceApp
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from gatehouse.aws.attributes import Item

    Part = TransactWriteItemTypeDef


@dataclass(frozen=True, slots=True)
class DynamoAppRegistry:
    """Keeps `AppRegistry`."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def create(self, app: ServiceApp) -> None:
        """See `AppRegistry.create`."""
        named: NewItem = {**app_name_key(app.name), "app_id": text_value(app.id)}
        parts: list[Part] = [
            self._put({**app_item(app)}, IS_ABSENT),
            self._put(named, IS_ABSENT),
            self._put({**app_list_key(app.id)}),
            self._origins(app),
            *self._regranted(frozenset(), _projects(app), app.id),
        ]
        try:
            self.writes.write_alone(parts)
        except ConditionFailed as failure:
            if failure.index <= 1:
                raise Conflict("An app of this name exists") from failure
            raise NotFound("A project of the grants does not exist") from failure

    def get(self, app_id: str) -> ServiceApp:
        """See `AppRegistry.get`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=app_key(app_id), ConsistentRead=True
            )
        if "Item" not in answer:
            raise NotFound
        return read_app(answer["Item"])

    def page(self, *, after: str | None, limit: int) -> Page[ServiceApp]:
        """See `AppRegistry.page`."""
        return self._page(APPS, "", after, limit)

    def of_project(self, project_id: str, *, after: str | None, limit: int) -> Page[ServiceApp]:
        """See `AppRegistry.of_project`."""
        return self._page(project_partition(project_id), APP_GRANT, after, limit)

    def change(self, current: ServiceApp, changed: ServiceApp) -> ServiceApp:
        """See `AppRegistry.change`."""
        kept = replace(changed, version=current.version + 1)
        put = self._put({**app_item(kept)}, "version = :seen")
        put["Put"]["ExpressionAttributeValues"] = {":seen": number_value(current.version)}
        put["Put"]["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        parts = [put, self._origins(kept)]
        parts += self._regranted(_projects(current), _projects(kept), kept.id)
        try:
            self.writes.write_alone(parts)
        except ConditionFailed as failure:
            if failure.index == 0 and failure.item:
                version = number(failure.item, "version")
                raise Conflict("The app has changed", current_version=version) from failure
            raise NotFound from failure
        return kept

    def delete(self, app: ServiceApp) -> None:
        """See `AppRegistry.delete`."""
        gone = self._delete(app_key(app.id))
        gone["Delete"]["ConditionExpression"] = "version = :seen"
        gone["Delete"]["ExpressionAttributeValues"] = {":seen": number_value(app.version)}
        parts = [
            gone,
            self._delete(app_name_key(app.name)),
            self._delete(app_list_key(app.id)),
            self._origins(replace(app, is_active=False)),
            *self._regranted(_projects(app), frozenset(), app.id),
        ]
        try:
            self.writes.write_alone(parts)
        except ConditionFailed as failure:
            raise NotFound from failure

    def _regranted(
        self, before: frozenset[str], after: frozenset[str], app_id: str
    ) -> "list[Part]":
        """Return the writes that list an app in other projects; those that are new are active."""
        parts: list[Part] = []
        for project_id in sorted(after - before):
            parts.append(self._put({**app_grant_key(project_id, app_id)}))
            parts.append(
                {
                    "ConditionCheck": {
                        "TableName": self.table,
                        "Key": project_key(project_id),
                        "ConditionExpression": IS_ACTIVE,
                    }
                }
            )
        parts += [self._delete(app_grant_key(p, app_id)) for p in sorted(before - after)]
        return parts

    def _origins(self, app: ServiceApp) -> "Part":
        """Return the write of an app's part of all origins; one that is inactive has none."""
        update: Part = {
            "Update": {
                "TableName": self.table,
                "Key": app_origins_key(),
                "UpdateExpression": "REMOVE #app",
                "ExpressionAttributeNames": {"#app": f"app_{app.id}"},
            }
        }
        if app.is_active and app.allowed_origins:
            update["Update"]["UpdateExpression"] = "SET #app = :origins"
            update["Update"]["ExpressionAttributeValues"] = {
                ":origins": texts_value(app.allowed_origins)
            }
        return update

    def _put(self, item: NewItem, condition: str | None = None) -> "Part":
        put: Part = {"Put": {"TableName": self.table, "Item": item}}
        if condition is not None:
            put["Put"]["ConditionExpression"] = condition
        return put

    def _delete(self, key: "NewItem") -> "Part":
        return {"Delete": {"TableName": self.table, "Key": key}}

    def _page(self, partition: str, prefix: str, after: str | None, limit: int) -> Page[ServiceApp]:
        """Return a page by one Query and one BatchGetItem."""
        listed, more = query_page(
            self.client, self.table, partition=partition, prefix=prefix, after=after, limit=limit
        )
        keys = [app_key(_app_id(item, prefix)) for item in listed]
        found = map(read_app, read_all(self.client, {self.table: keys}))
        return Page(items=tuple(sorted(found, key=lambda app: app.id)), next_after=more)


def _app_id(item: "Item", prefix: str) -> str:
    return text(item, "SK").removeprefix(prefix)


def _projects(app: ServiceApp) -> frozenset[str]:
    return frozenset(grant.project_id for grant in app.grants)
