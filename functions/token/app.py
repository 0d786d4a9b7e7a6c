"""Tokens: sessions for members, OAuth tokens, and the documents by which clients find them.

POST /api/v1/mcp/session-token - trade a member's assertion for a session token.
POST /oauth/token, /oauth/revoke, /oauth/introspect, /oauth/register - RFC 6749, 7009, 7662, 7591.
GET /.well-known/... - RFC 8414 and the JWK set.
"""

from functools import cache
from typing import Any

from gatehouse.edge import log
from gatehouse.edge.cors import is_preflight, preflight
from gatehouse.edge.failures import CountedFailures
from gatehouse.edge.http import HttpRequest, HttpResponse, LambdaAnswer, bearer
from gatehouse.edge.oauth import endpoints, metadata
from gatehouse.edge.oauth.endpoints import Endpoints
from gatehouse.edge.oauth.exchange import ExchangeToken
from gatehouse.edge.oauth.grants import Grants
from gatehouse.edge.oauth.registration import RegisterClients
from gatehouse.edge.serving import Serve
from gatehouse.edge.session_token import MAX_BODY, METHODS, granted_response, read_session_request
from gatehouse.wiring import token
from gatehouse.wiring.clock import now_ms
from gatehouse.wiring.request_ids import new_request_id
from gatehouse.wiring.snapshots import around_snapshots

exchange = token.exchange_session()
failures = CountedFailures(token.limit_failures)


def answer(request: HttpRequest) -> HttpResponse:
    """Answer one request."""
    origin = token.public_url() or f"https://{request.domain}"
    if request.path in metadata.PATHS:
        published = token.published_keys().published
        return metadata.answer(request, origin, published, registration=token.has_registration())
    if request.path in endpoints.PATHS:
        return oauth()(request, origin)
    return _session_token(request)


@cache
def oauth() -> Endpoints:
    """Build the OAuth endpoints with the first request to one of them."""
    authenticate, limit = token.authenticate_client(), token.limit_door()
    return Endpoints(
        authenticate=authenticate,
        grants=Grants(
            authenticate=authenticate,
            exchange=ExchangeToken(assertions=exchange, external=token.exchange_external()),
            redeem=token.redeem_code(),
            refresh=token.refresh_session(),
            app_token=token.grant_app_token(),
        ),
        revoke=token.revoke_token(),
        introspect=token.introspect_token(),
        register=RegisterClients(register=token.register_client(), limit=limit),
        failures=failures,
        limit=limit,
    )


def _session_token(request: HttpRequest) -> HttpResponse:
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
    allowed_origins=token.allowed_origins,
    allowed_hosts=token.allowed_hosts,
    max_body=MAX_BODY,
    failures=failures,
)
around_snapshots(oauth)


def lambda_handler(event: dict[str, Any], _context: object) -> LambdaAnswer:
    """Lambda's entry point."""
    return serve(event)
