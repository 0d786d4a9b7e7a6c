"""What a project offers to its clients: tools, prompts and resources."""

from typing import Protocol

from gatehouse.domain.prompts import Prompt
from gatehouse.domain.resources import Resource
from gatehouse.domain.tools import Tool
from gatehouse.ports.pages import Page


class Tools(Protocol):
    """A project's tools, by name."""

    def create(self, tool: Tool) -> None:
        """Add a tool; raise `Conflict` when its name is taken."""
        ...

    def get(self, project_id: str, name: str) -> Tool:
        """Return a tool; raise `NotFound`."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Tool]:
        """List in the order of names."""
        ...

    def replace(self, tool: Tool, *, expected_version: int) -> None:
        """Store `tool` over `expected_version`; raise `Conflict` (current version), `NotFound`."""
        ...

    def delete(self, project_id: str, name: str) -> None:
        """Remove a tool; raise `NotFound`."""
        ...


class Descriptors(Protocol):
    """What clients see of one kind of thing that a project offers."""

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[str]:
        """List MCP descriptors of what is enabled, as JSON texts, in the order of names."""
        ...


class Prompts(Protocol):
    """A project's prompts, by name."""

    def create(self, prompt: Prompt) -> None:
        """Add a prompt; raise `Conflict` when its name is taken."""
        ...

    def get(self, project_id: str, name: str) -> Prompt:
        """Return a prompt; raise `NotFound`."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Prompt]:
        """List in the order of names."""
        ...

    def replace(self, prompt: Prompt, *, expected_version: int) -> None:
        """Store `prompt` over `expected_version`; raise `Conflict` (current one), `NotFound`."""
        ...

    def delete(self, project_id: str, name: str) -> None:
        """Remove a prompt; raise `NotFound`."""
        ...


class Resources(Protocol):
    """A project's resources, by name."""

    def create(self, resource: Resource) -> None:
        """Add a resource; raise `Conflict` when its name is taken or there are too many."""
        ...

    def get(self, project_id: str, name: str) -> Resource:
        """Return a resource; raise `NotFound`."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Resource]:
        """List in the order of names."""
        ...

    def replace(self, resource: Resource, *, expected_version: int) -> None:
        """Store `resource` over `expected_version`; raise `Conflict` (current one), `NotFound`."""
        ...

    def delete(self, project_id: str, name: str) -> None:
        """Remove a resource; raise `NotFound`."""
        ...


class EnabledResources(Protocol):
    """What clients may read of a project's resources, by URI.

    Where several could answer, the first by name does; one with the very URI before any template.
    With `only_approved` there is nothing whose present definition was not approved.
    """

    def at_uri(self, project_id: str, uri: str, *, only_approved: bool) -> Resource | None:
        """Return the enabled resource whose URI, or URI template, this is one of."""
        ...

    def of_template(
        self, project_id: str, uri_template: str, *, only_approved: bool
    ) -> Resource | None:
        """Return the enabled resource with this URI template."""
        ...
