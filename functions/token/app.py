"""POST /api/v1/mcp/session-token - trade a member's assertion for a session token."""

from typing import Any

from gatehouse.edge import log
from gatehouse.edge.cors import is_preflight, preflight
from gatehouse.edge.failures import CountedFailures
from gatehouse.edge.http import HttpRequest, HttpResponse, LambdaAnswer, bearer
from gatehouse.edge.serving import Serve
from gatehouse.edge.session_token import MAX_BODY, METHODS, granted_response, read_session_request
from gatehouse.wiring.clock import now_ms
from gatehouse.wiring.request_ids import new_request_id
from gatehouse.wiring.token import allowed_hosts, allowed_origins, exchange_session, limit_failures

exchange = exchange_session()


def answer(request: HttpRequest) -> HttpResponse:
    """Answer one request."""
    if is_preflight(request):
        return preflight(METHODS)
    credential = bearer(request)
    wanted = read_session_request(request.body)
    granted = exchange(credential, wanted, request_id=request.request_id, admitted=log.note_caller)
    return granted_response(granted)


serve = Serve(
    answer=answer,
    new_request_id=new_request_id,
    clock_ms=now_ms,
    allowed_origins=allowed_origins,
    allowed_hosts=allowed_hosts,
    max_body=MAX_BODY,
    failures=CountedFailures(limit_failures),
)


def lambda_handler(event: dict[str, Any], _context: object) -> LambdaAnswer:
    """Lambda's entry point."""
    return serve(event)
