"""Refusals as problems (RFC 9457): how `/api/v1` and `/admin/v1` say no."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from gatehouse.domain.errors import (
    Conflict,
    Forbidden,
    GatehouseError,
    InvalidFields,
    InvalidRequest,
    NotFound,
    OAuthRefused,
    PayloadTooLarge,
    PreconditionFailed,
    ToolRefused,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnsupportedContent,
    UpstreamFailed,
)
from gatehouse.domain.json_values import JsonValue
from gatehouse.edge.http import HttpResponse, json_response
from gatehouse.edge.limit_headers import refusal_headers

CONTENT_TYPE: Final = "application/problem+json"

STATUS: Final[Mapping[type[GatehouseError], HTTPStatus]] = {
    InvalidRequest: HTTPStatus.BAD_REQUEST,
    PayloadTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedContent: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    InvalidFields: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    UpstreamFailed: HTTPStatus.BAD_GATEWAY,
    ToolRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    OAuthRefused: HTTPStatus.BAD_REQUEST,
}
"""Looked up along the error's ancestors; what has none here is an error of ours."""

# Python 3.13 renamed these two after RFC 9110; the titles are to read the same under all versions.
_TITLES: Final = {413: "Content Too Large", 422: "Unprocessable Content"}


def problem(error: GatehouseError, request_id: str) -> HttpResponse:
    """Return the answer to a request that was refused with `error`."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    if status is None:
        return unexpected(request_id)
    return _response(status, _details(error), _headers(error), request_id)


def unexpected(request_id: str) -> HttpResponse:
    """Return the answer to a request that failed in a way nobody foresaw."""
    return _response(HTTPStatus.INTERNAL_SERVER_ERROR, {}, {}, request_id)


def bare(status: HTTPStatus, request_id: str, *, headers: Mapping[str, str]) -> HttpResponse:
    """Return an answer that is no refusal of the domain's, such as 405."""
    return _response(status, {}, headers, request_id)


def title(status: int) -> str:
    """Return what a status is called."""
    return _TITLES.get(status, HTTPStatus(status).phrase)


def _response(
    status: HTTPStatus,
    details: Mapping[str, JsonValue],
    headers: Mapping[str, str],
    request_id: str,
) -> HttpResponse:
    document: dict[str, JsonValue] = {
        "type": "about:blank",
        "title": title(status),
        "status": int(status),
    }
    document |= {**details, "request_id": request_id}
    return json_response(status, document, headers=headers, content_type=CONTENT_TYPE)


def _details(error: GatehouseError) -> Mapping[str, JsonValue]:
    details: dict[str, JsonValue] = {"detail": str(error)}
    match error:
        case InvalidFields():
            details["errors"] = [{"field": e.field, "message": e.message} for e in error.errors]
        case Conflict() if error.current_version is not None:
            details["current_version"] = error.current_version
        case ToolRefused():
            details["code"] = error.code
        case _:
            pass
    return details


def _headers(error: GatehouseError) -> Mapping[str, str]:
    match error:
        case Unauthenticated():
            # RFC 9110 section 11.6.1 asks for one.
            return {"www-authenticate": "Bearer", **refusal_headers(error)}
        case _:
            return refusal_headers(error)
