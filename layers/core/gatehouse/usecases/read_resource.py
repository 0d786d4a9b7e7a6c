"""Read a resource: a stored one at once, one behind an endpoint through dispatch."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from gatehouse.domain.caller import Caller
from gatehouse.domain.calls import CallRecord, Dispatched, Invocation, Outcome, UpstreamAnswer
from gatehouse.domain.errors import (
    InvalidRequest,
    NotFound,
    ToolRefused,
    Unavailable,
    UpstreamFailed,
)
from gatehouse.domain.media_types import content_type, decoded, is_textual
from gatehouse.domain.resources import Resource, ResourceDefinition, filled_text
from gatehouse.domain.sanitizing import cleaned_text
from gatehouse.domain.tools import Tool
from gatehouse.ports.calls import CallRecords, Dispatcher, DispatchUncertain
from gatehouse.ports.offers import EnabledResources
from gatehouse.usecases.permitted import begun, require_permitted

MISSING: Final = "Resource not found"
_GONE: Final = frozenset({404, 410})
"""Statuses by which an endpoint says that there is nothing under this URI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRead:
    """What is asked; `request_id` is a UUIDv7 of the moment at which the request came."""

    request_id: str
    caller: Caller
    uri: str
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceContents:
    """What a resource holds: either `text`, or `blob` in base64.

    `outcome` is there when an endpoint was called, which is recorded under the request's id.
    `is_sanitized` says that something was taken out of its text that nobody would have seen.
    """

    uri: str
    mime_type: str | None
    text: str | None = field(default=None, repr=False)
    blob: str | None = field(default=None, repr=False)
    outcome: Outcome | None = None
    is_sanitized: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResource:
    """Find the resource that a URI names, and read it as the caller."""

    resources: EnabledResources
    dispatcher: Dispatcher
    records: CallRecords
    clock_ms: Callable[[], int]

    def __call__(self, asked: ResourceRead) -> ResourceContents:
        """Return what the resource holds.

        Raises:
            NotFound: Nothing for this caller has the URI: unknown, disabled, not approved or
                another project's, which read the same; or its endpoint has nothing there.
            InvalidRequest: The caller may not read it.
            UpstreamFailed: Its endpoint did not give it.
            Unavailable: A service we depend on failed.
        """
        project = asked.caller.project
        resource = self.resources.at_uri(
            project.id, asked.uri, only_approved=project.settings.require_approval
        )
        values = resource.definition.match(asked.uri) if resource else None
        if resource is None or values is None or not _is_readable(resource, asked.caller):
            raise NotFound(MISSING)
        tool = resource.tool
        if tool is None:
            return _stored(resource.definition, asked.uri, values)
        return self._fetched(asked, resource, tool, values)

    def _fetched(
        self, asked: ResourceRead, resource: Resource, tool: Tool, values: Mapping[str, str]
    ) -> ResourceContents:
        name, digest = tool.definition.name, tool.digest
        record = begun(asked.request_id, asked.caller, name=name, digest=digest)
        try:
            require_permitted(tool.definition, asked.caller)
        except ToolRefused as refused:
            self._write(record, Outcome.DENIED, refused.code)
            raise InvalidRequest(str(refused)) from refused
        invocation = Invocation(
            request_id=asked.request_id,
            tool=tool,
            integration_id=asked.caller.integration.id,
            member=asked.caller.member,
            arguments=values,
            traceparent=asked.traceparent,
        )
        try:
            dispatched = self.dispatcher.dispatch(invocation)
        except DispatchUncertain as error:
            with suppress(Unavailable):
                self._write(record, Outcome.UNKNOWN, "no_answer_from_dispatch")
            raise UpstreamFailed("The resource was asked for, but no answer came") from error
        return _contents(dispatched, resource.definition, asked.uri)

    def _write(self, record: CallRecord, outcome: Outcome, reason: str) -> None:
        duration_ms = max(0, self.clock_ms() - record.started_at_ms)
        self.records.write(replace(record, outcome=outcome, reason=reason, duration_ms=duration_ms))


def _is_readable(resource: Resource, caller: Caller) -> bool:
    is_offered = resource.is_offered(only_approved=caller.project.settings.require_approval)
    return is_offered and resource.project_id == caller.project.id


def _stored(
    definition: ResourceDefinition, uri: str, values: Mapping[str, str]
) -> ResourceContents:
    return ResourceContents(
        uri=uri,
        mime_type=definition.mime_type,
        text=filled_text(definition, values),
        blob=definition.blob,
    )


def _contents(dispatched: Dispatched, definition: ResourceDefinition, uri: str) -> ResourceContents:
    answer = dispatched.answer
    if answer is None:
        raise UpstreamFailed(dispatched.error or "The resource could not be read")
    if answer.status in _GONE:
        raise NotFound(MISSING)
    if not 200 <= answer.status <= 299:  # noqa: PLR2004
        raise UpstreamFailed(f"The upstream answered with HTTP status {answer.status}")
    if answer.truncated:
        raise UpstreamFailed("The resource is too large to be read")
    return _from_answer(answer, definition, uri, dispatched.outcome)


def _from_answer(
    answer: UpstreamAnswer, definition: ResourceDefinition, uri: str, outcome: Outcome
) -> ResourceContents:
    media_type, charset = content_type(answer.content_type)
    made = ResourceContents(uri=uri, mime_type=media_type or definition.mime_type, outcome=outcome)
    is_json = media_type == "application/json" or media_type.endswith("+json")
    if is_json or is_textual(media_type):
        text = decoded(answer.body, charset)
        shown = cleaned_text(text)
        return replace(made, text=shown, is_sanitized=shown != text)
    return replace(made, blob=b64encode(answer.body).decode("ascii"))
