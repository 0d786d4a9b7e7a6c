"""Finds the resource that a URI names, among the few hundred that a project may have."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.attributes import flag, text
from gatehouse.aws.failures import translated
from gatehouse.aws.offer_items import URI, read_resource
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import (
    RESOURCE_LISTED,
    TEMPLATE_LISTED,
    project_partition,
    resource_key,
)
from gatehouse.domain import uri_templates
from gatehouse.domain.resources import MAX_RESOURCES, Resource

if TYPE_CHECKING:
    from gatehouse.aws.services import DynamoDb


@dataclass(frozen=True, slots=True)
class DynamoEnabledResources:
    """Keeps `EnabledResources`: a Query of each list that is needed, then one read."""

    client: "DynamoDb"
    table: str

    def at_uri(self, project_id: str, uri: str, *, only_approved: bool) -> Resource | None:
        """See `EnabledResources.at_uri`."""
        return self._first(
            project_id,
            RESOURCE_LISTED,
            is_named=lambda listed: listed == uri,
            is_meant=lambda resource: resource.definition.uri == uri,
            only_approved=only_approved,
        ) or self._first(
            project_id,
            TEMPLATE_LISTED,
            is_named=lambda listed: uri_templates.parse(listed).match(uri) is not None,
            is_meant=lambda resource: resource.definition.match(uri) is not None,
            only_approved=only_approved,
        )

    def of_template(
        self, project_id: str, uri_template: str, *, only_approved: bool
    ) -> Resource | None:
        """See `EnabledResources.of_template`."""
        return self._first(
            project_id,
            TEMPLATE_LISTED,
            is_named=lambda listed: listed == uri_template,
            is_meant=lambda resource: resource.definition.uri_template == uri_template,
            only_approved=only_approved,
        )

    def _first(
        self,
        project_id: str,
        prefix: str,
        *,
        is_named: Callable[[str], bool],
        is_meant: Callable[[Resource], bool],
        only_approved: bool,
    ) -> Resource | None:
        """Return the first resource that is listed so, and still is what the list says."""
        for name, listed in self._listed(project_id, prefix):
            if is_named(listed):
                resource = self._get(project_id, name)
                # The list and the resource are two reads; what decides is the resource itself.
                is_offered = resource and resource.is_offered(only_approved=only_approved)
                if resource and is_offered and is_meant(resource):
                    return resource
        return None

    def _listed(self, project_id: str, prefix: str) -> Iterator[tuple[str, str]]:
        after: str | None = None
        while True:
            items, after = query_page(
                self.client,
                self.table,
                partition=project_partition(project_id),
                prefix=prefix,
                after=after,
                limit=MAX_RESOURCES,
            )
            for item in items:
                if flag(item, "is_enabled"):
                    yield text(item, "SK").removeprefix(prefix), text(item, URI)
            if after is None:
                return

    def _get(self, project_id: str, name: str) -> Resource | None:
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=resource_key(project_id, name), ConsistentRead=True
            )
        return read_resource(answer["Item"]) if "Item" in answer else None
