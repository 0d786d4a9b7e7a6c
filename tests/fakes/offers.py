"""Prompts and resources in memory; each store shares its dictionaries with `table`."""

from dataclasses import dataclass

from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.prompt_documents import prompt_descriptor_text
from gatehouse.domain.prompts import Prompt
from gatehouse.domain.resource_documents import resource_descriptor_text
from gatehouse.domain.resources import MAX_RESOURCES, Resource
from gatehouse.ports.pages import Page
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import page_of, require_active


@dataclass
class MemoryPrompts:
    """Keeps `Prompts`."""

    table: MemoryAuthority

    def create(self, prompt: Prompt) -> None:
        """See `Prompts.create`."""
        key = (prompt.project_id, prompt.definition.name)
        if key in self.table.prompts:
            raise Conflict("A prompt of this name exists")
        require_active(self.table, prompt.project_id)
        self.table.prompts[key] = prompt

    def get(self, project_id: str, name: str) -> Prompt:
        """See `Prompts.get`."""
        try:
            return self.table.prompts[project_id, name]
        except KeyError:
            raise NotFound from None

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Prompt]:
        """See `Prompts.page`."""
        return page_of(self.table.prompts, project_id, after, limit)

    def replace(self, prompt: Prompt, *, expected_version: int) -> None:
        """See `Prompts.replace`."""
        current = self.get(prompt.project_id, prompt.definition.name).version
        if current != expected_version:
            raise Conflict("The prompt has changed", current_version=current)
        self.table.prompts[prompt.project_id, prompt.definition.name] = prompt

    def delete(self, project_id: str, name: str) -> None:
        """See `Prompts.delete`."""
        self.get(project_id, name)
        del self.table.prompts[project_id, name]


@dataclass
class MemoryResources:
    """Keeps `Resources`."""

    table: MemoryAuthority

    def create(self, resource: Resource) -> None:
        """See `Resources.create`."""
        key = (resource.project_id, resource.definition.name)
        if key in self.table.resources:
            raise Conflict("A resource of this name exists")
        if sum(owner == resource.project_id for owner, _ in self.table.resources) >= MAX_RESOURCES:
            raise Conflict(f"A project has at most {MAX_RESOURCES} resources")
        require_active(self.table, resource.project_id)
        self.table.resources[key] = resource

    def get(self, project_id: str, name: str) -> Resource:
        """See `Resources.get`."""
        try:
            return self.table.resources[project_id, name]
        except KeyError:
            raise NotFound from None

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Resource]:
        """See `Resources.page`."""
        return page_of(self.table.resources, project_id, after, limit)

    def replace(self, resource: Resource, *, expected_version: int) -> None:
        """See `Resources.replace`."""
        current = self.get(resource.project_id, resource.definition.name).version
        if current != expected_version:
            raise Conflict("The resource has changed", current_version=current)
        self.table.resources[resource.project_id, resource.definition.name] = resource

    def delete(self, project_id: str, name: str) -> None:
        """See `Resources.delete`."""
        self.get(project_id, name)
        del self.table.resources[project_id, name]


@dataclass
class MemoryEnabledResources:
    """Keeps `EnabledResources`."""

    table: MemoryAuthority

    def at_uri(self, project_id: str, uri: str, *, only_approved: bool) -> Resource | None:
        """See `EnabledResources.at_uri`."""
        matching = [
            each
            for each in self._offered(project_id, only_approved=only_approved)
            if each.definition.match(uri) is not None
        ]
        matching.sort(key=lambda each: each.definition.uri is None)
        return matching[0] if matching else None

    def of_template(
        self, project_id: str, uri_template: str, *, only_approved: bool
    ) -> Resource | None:
        """See `EnabledResources.of_template`."""
        found = (
            each
            for each in self._offered(project_id, only_approved=only_approved)
            if each.definition.uri_template == uri_template
        )
        return next(found, None)

    def _offered(self, project_id: str, *, only_approved: bool) -> list[Resource]:
        mine = page_of(self.table.resources, project_id, None, MAX_RESOURCES).items
        return [resource for resource in mine if resource.is_offered(only_approved=only_approved)]


@dataclass
class MemoryEnabledPrompts:
    """Keeps `Descriptors` of prompts."""

    table: MemoryAuthority

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[str]:
        """See `Descriptors.page`."""
        enabled = {key: each for key, each in self.table.prompts.items() if each.is_enabled}
        page = page_of(enabled, project_id, after, limit)
        texts = tuple(prompt_descriptor_text(prompt.definition) for prompt in page.items)
        return Page(items=texts, next_after=page.next_after)


@dataclass
class MemoryListedResources:
    """Keeps `Descriptors` of resources: those with a URI, or those with a template."""

    table: MemoryAuthority
    are_templates: bool
    only_approved: bool = False

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[str]:
        """See `Descriptors.page`."""
        listed = {
            key: each
            for key, each in self.table.resources.items()
            if each.is_offered(only_approved=self.only_approved)
            and (each.definition.uri is None) == self.are_templates
        }
        page = page_of(listed, project_id, after, limit)
        texts = tuple(resource_descriptor_text(each.definition) for each in page.items)
        return Page(items=texts, next_after=page.next_after)
