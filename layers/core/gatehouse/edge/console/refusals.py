"""Pages that say no, and what can be done."""

from http import HTTPStatus
from typing import Final

from gatehouse.domain.errors import GatehouseError
from gatehouse.edge.console.pages import CONSOLE
from gatehouse.edge.console.render import page
from gatehouse.edge.http import HttpResponse
from gatehouse.edge.limit_headers import refusal_headers
from gatehouse.edge.problem import STATUS, title

_WHAT_TO_DO: Final = {
    HTTPStatus.UNAUTHORIZED: ("/signin", "Sign in"),
    HTTPStatus.SERVICE_UNAVAILABLE: (CONSOLE, "Try again"),
}


def refused(error: GatehouseError, request_id: str) -> HttpResponse:
    """Say why a request was refused."""
    known = (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    status = next(known, HTTPStatus.INTERNAL_SERVER_ERROR)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return unexpected(request_id)
    answer = shown(status, str(error), request_id)
    return HttpResponse(
        status=answer.status,
        headers={**answer.headers, **refusal_headers(error)},
        body=answer.body,
    )


def unexpected(request_id: str) -> HttpResponse:
    """Say that something failed which nobody foresaw."""
    message = "Something failed. Please try again; if it stays so, tell your administrator."
    return shown(HTTPStatus.INTERNAL_SERVER_ERROR, message, request_id)


def shown(status: int, message: str, request_id: str) -> HttpResponse:
    """Say no to a person."""
    link, link_text = _WHAT_TO_DO.get(HTTPStatus(status), (CONSOLE, "All projects"))
    values: dict[str, object] = {
        "title": title(status),
        "message": message,
        "link": link,
        "link_text": link_text,
        "request_id": request_id,
    }
    return page("refusal.html", values, status=status)
