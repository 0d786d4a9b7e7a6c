"""Read an OpenAPI document, and say of each operation which tool it would make or change."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from gatehouse.domain.errors import Conflict, FieldError, InvalidFields
from gatehouse.domain.imports import ImportedFrom
from gatehouse.domain.json_values import JsonValue
from gatehouse.domain.openapi.document import Document, as_object, as_text, read_document
from gatehouse.domain.openapi.merging import field_digests, merged
from gatehouse.domain.openapi.operations import operations
from gatehouse.domain.openapi.proposals import Proposal, Wanted, proposals
from gatehouse.domain.openapi.schemas import visible_text
from gatehouse.domain.projects import Project
from gatehouse.domain.tools import Tool, ToolDefinition
from gatehouse.ports.pages import every
from gatehouse.usecases.fetch_document import FetchDocument
from gatehouse.usecases.manage_tools import ManageTools

READING_SECONDS: Final = 12.0
"""Of the 28 that the function has; what has not been looked at by then is refused for that."""
MAX_TITLE: Final = 200
_TAKEN: Final = "a tool of this name is there, and is not of this operation"


class Becoming(StrEnum):
    """What an import makes of one operation."""

    NEW = "new"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    """The document changed since; what its owner edited stays."""
    EDITED = "edited"
    """The document did not change; the owner edited the tool, which stays as it is."""
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document: the text itself, or where it is. `sha256` is of the one that was looked at."""

    text: str | None = field(default=None, repr=False)
    url: str | None = None
    base_url: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What becomes of one operation.

    `definition` is the tool as it would become, None where there is none; `tool` is the one that
    is there. `changed` and `edited` are names of fields (see `Merge`).
    """

    operation: str
    name: str
    becoming: Becoming
    definition: ToolDefinition | None = None
    imported_from: ImportedFrom | None = None
    tool: Tool | None = None
    changed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an import would do; `gone` are tools of operations that the document has no more."""

    title: str
    version: str
    sha256: str
    planned: tuple[Planned, ...]
    gone: tuple[Tool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanImport:
    """`monotonic` counts seconds, from any moment on."""

    tools: ManageTools
    fetch: FetchDocument
    monotonic: Callable[[], float]

    def __call__(self, project: Project, source: Source, only: frozenset[str] | None) -> Plan:
        """Look at a document; nothing is changed.

        Args:
            project: Whose tools they would be.
            source: The document.
            only: The operations wanted, such as `GET /pets`; None is all.

        Raises:
            InvalidFields: There is no document, or two; or an address may not be called.
            InvalidDocument: It is no OpenAPI document that can be read.
            Conflict: It is not the one that was looked at before.
            PayloadTooLarge, UpstreamFailed: It does not come from its address.
        """
        ends = self.monotonic() + READING_SECONDS
        data = self._data(project, source)
        sha256 = hashlib.sha256(data).hexdigest()
        if source.sha256 not in {None, sha256}:
            raise Conflict("The document is not the one that was looked at: look at it again")
        document = read_document(data)
        wanted = Wanted(
            policy=self.tools.check_origin.policy,
            is_late=lambda: self.monotonic() > ends,
            document_url=source.url,
            base_url=source.base_url,
            only=only,
        )
        origin = ImportedFrom(document=_title(document), url=source.url, operation="")
        there = {tool.definition.name: tool for tool in every(self.tools.page, project.id)}
        own = {
            tool.imported_from.operation: tool
            for tool in there.values()
            if tool.imported_from and tool.imported_from.is_of(origin)
        }
        stated = {operation.key for operation in operations(document)}
        return Plan(
            title=origin.document,
            version=_shown(as_object(document.root.get("info")).get("version")),
            sha256=sha256,
            planned=tuple(
                _planned(proposal, replace(origin, operation=proposal.operation), own, there)
                for proposal in proposals(document, wanted)
            ),
            gone=tuple(tool for operation, tool in own.items() if operation not in stated),
        )

    def _data(self, project: Project, source: Source) -> bytes:
        if (source.text is None) == (source.url is None):
            message = "must be given, or url: one of both"
            raise InvalidFields((FieldError("document", message),))
        if source.url is not None:
            return self.fetch(project, source.url)
        return (source.text or "").encode()


def _planned(
    proposal: Proposal,
    source: ImportedFrom,
    own: Mapping[str, Tool],
    there: Mapping[str, Tool],
) -> Planned:
    """Compare a proposal with the tool that was made of its operation before, if there is one."""
    tool = own.get(proposal.operation)
    plan = Planned(
        operation=proposal.operation,
        name=tool.definition.name if tool else proposal.name,
        becoming=Becoming.NEW,
        definition=proposal.definition,
        tool=tool,
        notes=proposal.notes,
    )
    if proposal.definition is None:
        return replace(plan, becoming=Becoming.REFUSED, reason=proposal.refusal)
    plan = replace(plan, imported_from=replace(source, digests=field_digests(proposal.definition)))
    if tool is None:
        if proposal.name not in there:
            return plan
        return replace(plan, becoming=Becoming.TAKEN, reason=_TAKEN)
    merge = merged(tool.definition, tool.imported_from or source, proposal.definition)
    return replace(
        plan,
        becoming=Becoming.CHANGED
        if merge.changed
        else Becoming.EDITED
        if merge.edited
        else Becoming.UNCHANGED,
        definition=merge.definition,
        changed=merge.changed,
        edited=merge.edited,
    )


def _title(document: Document) -> str:
    """Return what a document calls itself."""
    return _shown(as_object(document.root.get("info")).get("title")) or "untitled"


def _shown(value: JsonValue) -> str:
    """Return a text of a stranger's, as it may be shown."""
    return visible_text(as_text(value)).strip()[:MAX_TITLE]
