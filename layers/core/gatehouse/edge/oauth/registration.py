"""`POST /oauth/register`: clients that register themselves (RFC 7591)."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from gatehouse.domain.errors import InvalidRequest, OAuthRefused
from gatehouse.domain.strict_json import parse
from gatehouse.domain.tiers import Tier, source_quota
from gatehouse.edge.http import HttpRequest, HttpResponse, json_response
from gatehouse.edge.limit_headers import limit_headers
from gatehouse.edge.oauth.answers import PRAGMA
from gatehouse.usecases.limit_requests import LimitDoor
from gatehouse.usecases.register_client import RegisterClient, RegisteredItself

if TYPE_CHECKING:
    from gatehouse.domain.json_values import JsonObject, JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterClients:
    """Answers registrations; without `register` none is taken. Each counts by its address."""

    register: RegisterClient | None
    limit: LimitDoor

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; raise what it is refused with."""
        if self.register is None:
            raise OAuthRefused("access_denied", "Clients cannot register themselves here")
        quota = source_quota(Tier.REGISTER, request.source_ip)
        standing = self.limit(quota, request_id=request.request_id)
        try:
            registered = self.register(_document(request))
        except OAuthRefused as error:
            error.standings = (standing,)
            raise
        headers = {**PRAGMA, **limit_headers((standing,))}
        return json_response(HTTPStatus.CREATED, _answer(registered), headers=headers)


def _document(request: HttpRequest) -> "JsonValue":
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise OAuthRefused("invalid_client_metadata", "The body must be application/json")
    try:
        return parse(request.body)
    except InvalidRequest as error:
        raise OAuthRefused("invalid_client_metadata", str(error)) from error


def _answer(registered: RegisteredItself) -> "JsonObject":
    client = registered.client
    return {
        "client_id": client.id,
        "client_id_issued_at": registered.issued_at,
        "client_name": client.name,
        "redirect_uris": [*client.redirect_uris],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }
