"""What the OAuth endpoints answer (RFC 6749 sections 5.1 and 5.2)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from gatehouse.domain.errors import (
    Forbidden,
    GatehouseError,
    InvalidAssertion,
    OAuthRefused,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from gatehouse.domain.grants import Grant
from gatehouse.edge.http import HttpRequest, HttpResponse, json_response
from gatehouse.edge.limit_headers import refusal_headers
from gatehouse.usecases.introspect_token import Described
from gatehouse.usecases.mint_access_tokens import Issued

if TYPE_CHECKING:
    from gatehouse.domain.json_values import JsonObject, JsonValue

PRAGMA: Final = {"pragma": "no-cache"}
"""RFC 6749 section 5.1 asks for it besides Cache-Control, which every answer has."""

_REFUSALS: Final[Mapping[type, tuple[HTTPStatus, str]]] = {
    InvalidAssertion: (HTTPStatus.BAD_REQUEST, "invalid_grant"),
    Unauthenticated: (HTTPStatus.UNAUTHORIZED, "invalid_client"),
    Forbidden: (HTTPStatus.BAD_REQUEST, "unauthorized_client"),
    TooManyRequests: (HTTPStatus.TOO_MANY_REQUESTS, "slow_down"),
    Unavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "temporarily_unavailable"),
}
"""Looked up along the error's ancestors."""
_STATUS: Final = {"access_denied": HTTPStatus.FORBIDDEN}


def issued_answer(issued: Issued) -> HttpResponse:
    """Return the answer that holds the tokens."""
    document: JsonObject = {
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": issued.lifetime,
        "scope": " ".join(sorted(issued.scope)),
    }
    if issued.refresh_token is not None:
        document = {**document, "refresh_token": issued.refresh_token}
    return json_response(HTTPStatus.OK, document, headers=PRAGMA)


def described_answer(described: Described | None, origin: str) -> HttpResponse:
    """Return what a token is good for; of one that is good for nothing, only that."""
    if described is None:
        return json_response(HTTPStatus.OK, {"active": False}, headers=PRAGMA)
    grant = described.grant
    known: dict[str, JsonValue] = {
        "active": True,
        "iss": described.issuer or origin,
        "exp": described.expires_at,
        "iat": described.issued_at,
        "jti": described.token_id,
        "sid": described.family_id,
        **_claims(grant),
    }
    document = {name: value for name, value in known.items() if value is not None}
    return json_response(HTTPStatus.OK, document, headers=PRAGMA)


def refused_answer(error: GatehouseError, request: HttpRequest) -> HttpResponse:
    """Return the answer to a request that was refused with `error`."""
    status, code = _status_and_code(error)
    headers = {**PRAGMA, **refusal_headers(error)}
    if status is HTTPStatus.UNAUTHORIZED and "authorization" in request.headers:
        headers["www-authenticate"] = 'Basic realm="gatehouse", charset="UTF-8"'
    document: JsonObject = {"error": code, "error_description": _description(str(error))}
    return json_response(status, document, headers=headers)


def _status_and_code(error: GatehouseError) -> tuple[HTTPStatus, str]:
    if isinstance(error, OAuthRefused):
        return _STATUS.get(error.code, HTTPStatus.BAD_REQUEST), error.code
    return next(
        (_REFUSALS[kind] for kind in type(error).__mro__ if kind in _REFUSALS),
        (HTTPStatus.BAD_REQUEST, "invalid_request"),
    )


def _description(text: str) -> str:
    """Keep to the characters that RFC 6749 section 5.2 allows: ASCII without quotes."""
    return "".join(c for c in text if c.isascii() and c.isprintable() and c not in '"\\')


def _claims(grant: Grant) -> "dict[str, JsonValue]":
    return {
        "aud": grant.resource,
        "sub": grant.subject,
        "client_id": grant.client_id,
        "scope": " ".join(sorted(grant.scope)),
        "project_id": grant.project_id,
        "integration_id": grant.integration_id,
        "member_external_id": grant.member.external_id if grant.member else None,
    }
