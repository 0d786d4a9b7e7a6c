"""One HTTP request: transport rules first, then the credential, then each message."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import Final

from gatehouse.domain.errors import (
    Forbidden,
    GatehouseError,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from gatehouse.domain.projects import Scope
from gatehouse.domain.warrant_policies import Carried
from gatehouse.edge import cors, log
from gatehouse.edge.failures import CountedFailures
from gatehouse.edge.http import HttpRequest, HttpResponse, bearer
from gatehouse.edge.limit_headers import limit_headers, refusal_headers
from gatehouse.edge.mcp import discovery, envelope, faults
from gatehouse.edge.mcp.batches import answered_batch
from gatehouse.edge.mcp.bodies import (
    accepts_events,
    accepts_gzip,
    events_answer,
    is_plain_json,
    json_answer,
    packed_answer,
    surprise_answer,
)
from gatehouse.edge.mcp.envelope import Malformed, Message, MessageId
from gatehouse.edge.mcp.eras import BATCHING_VERSION, UNSAID_VERSION, Era
from gatehouse.edge.mcp.faults import INVALID_REQUEST, METHOD_NOT_FOUND, RpcFault
from gatehouse.edge.mcp.headers import VERSION_HEADER, era_of
from gatehouse.edge.mcp.inbound import Framed, Inbound, Offered, Reply
from gatehouse.edge.mcp.methods import LISTS, METHODS, UNLIMITED
from gatehouse.edge.mcp.render import JsonText, answer_text, fault_text
from gatehouse.edge.mcp.warrants import carried, stack_of
from gatehouse.edge.problem import bare
from gatehouse.usecases.authenticate import Admitted, Authenticate
from gatehouse.usecases.limit_requests import LimitedRequest, LimitRequests

PATHS: Final = frozenset({"/mcp", "/mcp/"})
ALLOW: Final = "POST, OPTIONS"
BATCH_SECONDS: Final = 6
"""A call takes up to 20 s of the 28 that a request has; in a batch, none begins after this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Answers `/mcp` and what leads to it. Nothing is kept between requests.

    `public_url` is None where the API's own domain is the public one.
    """

    authenticate: Authenticate
    limit: LimitRequests
    failures: CountedFailures
    offered: Offered
    public_url: Callable[[], str | None]
    allowed_origins: Callable[[], AbstractSet[str]]
    new_request_id: Callable[[], str]
    clock_ms: Callable[[], int]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one HTTP request."""
        if request.path in discovery.PATHS:
            return discovery.answer(request, self._origin(request))
        return self._transport_refusal(request) or self._exchange(request)

    def _transport_refusal(self, request: HttpRequest) -> HttpResponse | None:
        """Return the answer to what is no POST of JSON from a place that may send one."""
        if request.path not in PATHS:
            raise NotFound
        if not self._is_welcome(request):
            return bare(HTTPStatus.FORBIDDEN, request.request_id, headers={})
        if cors.is_preflight(request):
            return cors.preflight(ALLOW)
        if request.method != "POST":
            headers = {"allow": ALLOW}
            return bare(HTTPStatus.METHOD_NOT_ALLOWED, request.request_id, headers=headers)
        if not is_plain_json(request.headers):
            return bare(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, request.request_id, headers={})
        return None

    def _is_welcome(self, request: HttpRequest) -> bool:
        """Say whether the page that sent it is one of ours or allowed, if it is a page at all."""
        origin = request.headers.get("origin")
        if origin is None or origin == self._origin(request):
            return True
        return cors.allows_origin(request, self.allowed_origins())

    def _exchange(self, request: HttpRequest) -> HttpResponse:
        try:
            credential = bearer(request)
            read = envelope.read(request.body)
        except GatehouseError as error:
            return self._refused(request, error, era=None)
        if isinstance(read, Message):
            return self._single(request, read, credential)
        return self._batch(request, read, credential)

    def _single(self, request: HttpRequest, message: Message, credential: str) -> HttpResponse:
        era = None
        try:
            warrant = carried(message, request.headers)
            admitted = self._admit(request, credential, message, warrant)
            era = era_of(message, request.headers)
            if message.id is None:
                return HttpResponse(status=HTTPStatus.ACCEPTED)
            reply = self._reply(
                Inbound(
                    message=message,
                    era=era,
                    admitted=admitted,
                    warrant=warrant,
                    headers=request.headers,
                    request_id=request.request_id,
                )
            )
        except GatehouseError as error:
            return self._refused(request, error, era=era, message_id=message.id)
        except Exception as error:  # noqa: BLE001 - its client knows the answer by its id alone
            log.note_surprise(error)
            return surprise_answer(request.request_id, message.id)
        headers = {**limit_headers(reply.standings), **reply.headers}
        result = reply.result
        if isinstance(result, Framed) and result.packed and accepts_gzip(request.headers):
            return packed_answer(message.id, result, result.packed, headers)
        answer = answer_text(message.id, reply.text)
        if reply.notifications and accepts_events(request.headers):
            return events_answer((*reply.notifications, answer), headers)
        return json_answer(HTTPStatus.OK, answer, headers)

    def _batch(
        self, request: HttpRequest, batch: tuple[Message | Malformed, ...], credential: str
    ) -> HttpResponse:
        """Answer a batch, for the one version that has them."""
        try:
            if request.headers.get(VERSION_HEADER, UNSAID_VERSION).strip() != BATCHING_VERSION:
                raise RpcFault(INVALID_REQUEST, "The body must be one message, not a batch")
            self._admit(request, credential, None, None)
        except GatehouseError as error:
            return self._refused(request, error, era=None)
        ends = self.clock_ms() + BATCH_SECONDS * 1000
        reply = partial(self._batched, request, credential, ends)
        return answered_batch(batch, reply, self.new_request_id)

    def _batched(
        self, request: HttpRequest, credential: str, ends: int, item: Message, request_id: str
    ) -> Reply:
        if self.clock_ms() > ends:
            raise Unavailable("Not begun: the batch took too long; send it alone")
        warrant = carried(item, request.headers)
        admitted = self._admit(request, credential, item, warrant)
        if era_of(item, request.headers) is Era.MODERN or item.method == "initialize":
            raise RpcFault(INVALID_REQUEST, "This message may not be part of a batch")
        return self._reply(
            Inbound(
                message=item,
                era=Era.LEGACY,
                admitted=admitted,
                warrant=warrant,
                headers=request.headers,
                request_id=request_id,
            )
        )

    def _admit(
        self, request: HttpRequest, credential: str, message: Message | None, warrant: Carried
    ) -> Admitted:
        """Prove who is calling, and read what is called in the same round trip."""
        admitted = self.authenticate(
            credential,
            tool_name=message.tool_name if message else None,
            prompt_name=message.prompt_name if message else None,
            stack=stack_of(warrant),
            latest_change=message is not None and message.method in LISTS,
            origin=self._origin(request),
        )
        log.note_caller(admitted.caller)
        # A session was minted for MCP and nothing else, whatever its integration's key may do.
        if admitted.caller.member is None:
            admitted.caller.require(Scope.MCP)
        return admitted

    def _reply(self, inbound: Inbound) -> Reply:
        name, tool = inbound.message.method, inbound.admitted.tool
        method = METHODS[inbound.era].get(name)
        if method is None:
            raise RpcFault(METHOD_NOT_FOUND, "Method not found")
        log.note(method=name, tool=tool.definition.name if tool else None)
        if name in UNLIMITED:
            return _as_reply(method(self.offered, inbound))
        with self.limit(_limited(inbound)) as standings:
            reply = _as_reply(method(self.offered, inbound))
        return replace(reply, standings=standings) if standings else reply

    def _refused(
        self,
        request: HttpRequest,
        error: GatehouseError,
        *,
        era: Era | None,
        message_id: MessageId | None = None,
    ) -> HttpResponse:
        error = self.failures(request, error)
        log.note_refusal(error)
        fault = faults.as_fault(error)
        if isinstance(error, Unauthenticated):
            message_id = None  # one body for all who are not known, whatever they sent
        elif message_id is None:
            message_id = envelope.identified(fault)
        text = fault_text(message_id, fault)
        return json_answer(faults.http_status(fault, era), text, self._headers(request, error))

    def _headers(self, request: HttpRequest, error: GatehouseError) -> Mapping[str, str]:
        metadata = discovery.metadata_url(self._origin(request))
        challenge = f'Bearer resource_metadata="{metadata}", scope="{Scope.MCP}"'
        if isinstance(error, Unauthenticated):
            return {"www-authenticate": challenge}
        if isinstance(error, Forbidden):  # RFC 6750 section 3.1
            challenge = f'{challenge}, error="insufficient_scope"'
            return {"www-authenticate": challenge, **refusal_headers(error)}
        return refusal_headers(error)

    def _origin(self, request: HttpRequest) -> str:
        return self.public_url() or f"https://{request.domain}"


def _as_reply(made: JsonText | Reply) -> Reply:
    return made if isinstance(made, Reply) else Reply(result=made)


def _limited(inbound: Inbound) -> LimitedRequest:
    return LimitedRequest(
        request_id=inbound.request_id,
        caller=inbound.admitted.caller,
        tool_name=inbound.message.tool_name,
        tool=inbound.admitted.tool,
    )
