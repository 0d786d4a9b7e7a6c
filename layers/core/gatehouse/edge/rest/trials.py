"""Trying a tool, and looking at one that is not there yet."""

from typing import Final

from pydantic import Field, JsonValue

from gatehouse.domain.calls import Dispatched, Outcome
from gatehouse.domain.requests import OutboundRequest
from gatehouse.edge.rest.models import Answer, Input
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.edge.rest.tool_inputs import ToolPreview
from gatehouse.edge.rest.tools import written_tool
from gatehouse.usecases.management import Management
from gatehouse.usecases.try_tool import WantedTrial

MAX_SHOWN: Final = 256 * 1024
"""Bytes of the upstream's answer that are shown."""


class Trial(Input):
    """What to try. A call for a member is only made with an assertion."""

    arguments: dict[str, JsonValue] = Field(default_factory=dict)
    execute: bool = False
    member_external_id: str | None = Field(default=None, description="For dry runs.")
    member_assertion: str | None = Field(default=None, description="Is spent by this request.")


class RenderedRequest(Answer):
    """The request as the upstream gets it, but for the secret and the second it is sent in."""

    method: str
    url: str
    headers: dict[str, str]
    body: str


class UpstreamResponse(Answer):
    """What came of sending it."""

    outcome: Outcome
    duration_ms: int
    error: str | None
    status: int | None
    content_type: str | None
    body: str | None
    truncated: bool


class TrialAnswer(Answer):
    """The rendered request; the response where it was sent."""

    request_id: str
    request: RenderedRequest
    response: UpstreamResponse | None


def try_tool(management: Management, call: Call, body: Trial) -> Answered:
    """Show the request a tool would send, and send it where `execute` says so."""
    tried = management.try_tool(
        call.principal.as_caller(),
        WantedTrial(
            tool_id=call.params["id"],
            arguments=body.arguments,
            execute=body.execute,
            member_external_id=body.member_external_id,
            member_assertion=body.member_assertion,
        ),
    )
    return Answered(
        answer=TrialAnswer(
            request_id=tried.request_id,
            request=_request(tried.request),
            response=_response(tried.dispatched) if tried.dispatched else None,
        ),
        standings=tried.standings,
    )


class ToolPreviewAnswer(Answer):
    """The digest that the definition would have, and its request with these arguments."""

    digest: str
    arguments: dict[str, JsonValue]
    request: RenderedRequest


def preview_tool(management: Management, call: Call, body: ToolPreview) -> Answered:
    """Show the request of a tool as it would be; nothing is stored or sent."""
    shown = management.preview_tool(call.principal.as_caller(), written_tool(body), body.arguments)
    return Answered(
        answer=ToolPreviewAnswer(
            digest=shown.digest, arguments=dict(shown.arguments), request=_request(shown.request)
        )
    )


def _request(request: OutboundRequest) -> RenderedRequest:
    return RenderedRequest(
        method=request.method,
        url=request.url,
        headers=dict(request.headers),
        body=request.body.decode("utf-8", "replace"),
    )


def _response(dispatched: Dispatched) -> UpstreamResponse:
    answer = dispatched.answer
    return UpstreamResponse(
        outcome=dispatched.outcome,
        duration_ms=dispatched.duration_ms,
        error=dispatched.error,
        status=answer.status if answer else None,
        content_type=answer.content_type if answer else None,
        body=answer.body[:MAX_SHOWN].decode("utf-8", "replace") if answer else None,
        truncated=bool(answer and (answer.truncated or len(answer.body) > MAX_SHOWN)),
    )
