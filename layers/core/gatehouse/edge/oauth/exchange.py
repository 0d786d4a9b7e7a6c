"""Token exchange (RFC 8693): a backend's assertion, or an issuer's token, for a session token."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from gatehouse.domain import api_keys
from gatehouse.domain.errors import InvalidAssertion, InvalidClient, OAuthRefused, Unauthenticated
from gatehouse.domain.grants import MCP, resource_of
from gatehouse.edge import log
from gatehouse.edge.http import HttpRequest, HttpResponse, json_response
from gatehouse.edge.limit_headers import limit_headers
from gatehouse.edge.oauth.answers import PRAGMA
from gatehouse.edge.oauth.forms import (
    Form,
    invalid_request,
    presented_client,
    required,
    scope_of,
)
from gatehouse.usecases.exchange_external import ExchangeExternal
from gatehouse.usecases.exchange_session import ExchangeSession, Granted, SessionRequest

if TYPE_CHECKING:
    from gatehouse.domain.json_values import JsonObject

TOKEN_EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name
_TYPE: Final = "urn:ietf:params:oauth:token-type:"
ACCESS_TOKEN: Final = _TYPE + "access_token"
SUBJECT_TYPES: Final = frozenset({_TYPE + "jwt", _TYPE + "id_token", ACCESS_TOKEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeToken:
    """Answers the grant type; what comes out is good at `/mcp` and nowhere else."""

    assertions: ExchangeSession
    external: ExchangeExternal

    def __call__(self, request: HttpRequest, form: Form, origin: str) -> HttpResponse:
        """Answer a request; raise what it is refused with."""
        key = _api_key(request, form)
        _require_narrow(form, origin)
        subject_token = required(form, "subject_token")
        try:
            granted = self._granted(request, key, subject_token)
        except InvalidAssertion:
            raise
        except Unauthenticated as error:
            raise InvalidClient("the API key does not hold") from error
        return _answer(granted)

    def _granted(self, request: HttpRequest, key: str, subject_token: str) -> Granted:
        granted = self.external(
            key, subject_token, request_id=request.request_id, admitted=log.note_caller
        )
        return granted or self.assertions(
            key,
            SessionRequest(member_assertion=subject_token),
            request_id=request.request_id,
            admitted=log.note_caller,
        )


def _api_key(request: HttpRequest, form: Form) -> str:
    """Return the API key by which an integration authenticates: its id, and the key as secret."""
    client = presented_client(request, form)
    try:
        key = api_keys.read(client.secret or "")
    except Unauthenticated as error:
        raise InvalidClient("no API key was shown") from error
    if client.secret is None or key.integration_id != client.client_id:
        raise InvalidClient("client_id is not the key's integration")
    return client.secret


def _require_narrow(form: Form, origin: str) -> None:
    """Refuse to be asked for anything but a session at `/mcp` for the subject itself."""
    if required(form, "subject_token_type") not in SUBJECT_TYPES:
        raise invalid_request("subject_token_type is not supported")
    if form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
        raise invalid_request("requested_token_type is not supported")
    if "actor_token" in form or "actor_token_type" in form:
        raise invalid_request("Nobody can act for somebody else here")
    if scope_of(form) not in {None, frozenset({MCP})}:
        raise OAuthRefused("invalid_scope", "scope may only be 'mcp'")
    target = resource_of(MCP, origin)
    if form.get("resource", target) != target or form.get("audience", target) != target:
        raise OAuthRefused("invalid_target", f"resource and audience may only be {target}")


def _answer(granted: Granted) -> HttpResponse:
    document: JsonObject = {
        "access_token": granted.token,
        "issued_token_type": ACCESS_TOKEN,
        "token_type": "Bearer",
        "expires_in": granted.lifetime,
        "scope": MCP,
    }
    headers = {**PRAGMA, **limit_headers(granted.standings)}
    return json_response(HTTPStatus.OK, document, headers=headers)
