"""Which path is answered by what, within the limit of this door, and how each says no."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from gatehouse.domain.base62 import Choose
from gatehouse.domain.errors import GatehouseError, NotFound
from gatehouse.domain.tiers import Tier, source_quota
from gatehouse.edge import log
from gatehouse.edge.http import HttpRequest, HttpResponse
from gatehouse.edge.limit_headers import refusal_headers
from gatehouse.edge.pages.render import page, style_path, stylesheet
from gatehouse.edge.problem import STATUS, problem, title
from gatehouse.edge.signin.browser import Browser, browser_of
from gatehouse.edge.signin.consent_pages import AUTHORIZE, ConsentPages
from gatehouse.edge.signin.me import ME, SESSIONS, Me
from gatehouse.edge.signin.sign_in_pages import CALLBACK, CONSENT, SIGN_IN, SIGN_OUT, SignInPages
from gatehouse.usecases.limit_requests import LimitDoor

AGAIN: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
"""Statuses of pages from which one may start again."""
_Answering = Callable[[Browser], HttpResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInApplication:
    """Answers a browser. Every request counts by its address, before anything else of it does."""

    pages: SignInPages
    consent: ConsentPages
    me: Me
    limit: LimitDoor
    per_minute: int
    choose: Choose

    def __call__(self, request: HttpRequest, origin: str) -> HttpResponse:
        """Answer one request; refusals are pages, and problems below `/me`."""
        try:
            if request.path == style_path():
                return stylesheet()
            quota = source_quota(Tier.SIGN_IN, request.source_ip, amount=self.per_minute)
            self.limit(quota, request_id=request.request_id)
            return self._answer(browser_of(request, origin, self.choose))
        except GatehouseError as error:
            log.note_refusal(error)
            if is_for_programs(request.path):
                return problem(error, request.request_id)
            return refusal_page(error, request.request_id)

    def _answer(self, browser: Browser) -> HttpResponse:
        request = browser.request
        methods = self._methods(request.path)
        answering = methods.get(request.method)
        if answering is not None:
            return answering(browser)
        if not methods:
            raise NotFound("There is no such page")
        return HttpResponse(
            status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"allow": ", ".join(sorted(methods))}
        )

    def _methods(self, path: str) -> dict[str, _Answering]:
        """Return what answers at a path, by method."""
        fixed: dict[str, dict[str, _Answering]] = {
            SIGN_IN: {"GET": self.pages.choose},
            SIGN_OUT: {"POST": self.pages.sign_out},
            **{each: {"GET": self.consent.begin} for each in AUTHORIZE},
            CONSENT: {"GET": self.consent.ask, "POST": self.consent.decide},
            ME: {"GET": self.me.show},
            SESSIONS: {"GET": self.me.list_sessions},
        }
        parent, _, last = path.rpartition("/")
        below: dict[str, dict[str, _Answering]] = {
            SIGN_IN: {"GET": lambda browser: self.pages.leave(browser, last)},
            CALLBACK: {"GET": lambda browser: self.pages.come_back(browser, last)},
            SESSIONS: {"DELETE": lambda browser: self.me.end_session(browser, last)},
        }
        return fixed.get(path) or (below.get(parent, {}) if last else {})


def is_for_programs(path: str) -> bool:
    """Say whether answers at a path are JSON."""
    return path == ME or path.startswith(f"{ME}/")


def refusal_page(error: GatehouseError, request_id: str) -> HttpResponse:
    """Say no to a person, and what can be done."""
    known = (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    status = next(known, HTTPStatus.INTERNAL_SERVER_ERROR)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return unexpected_page(request_id)
    return _message(status, str(error), request_id, headers=dict(refusal_headers(error)))


def unexpected_page(request_id: str) -> HttpResponse:
    """Say that something failed which nobody foresaw."""
    message = "Something failed. Please try again; if it stays so, tell your administrator."
    return _message(HTTPStatus.INTERNAL_SERVER_ERROR, message, request_id, headers={})


def _message(
    status: HTTPStatus, message: str, request_id: str, *, headers: dict[str, str]
) -> HttpResponse:
    may_start_again = status in AGAIN
    values: dict[str, object] = {
        "title": title(status),
        "message": message,
        "link": SIGN_IN if may_start_again else None,
        "link_text": "Sign in",
        "request_id": request_id,
    }
    return page("message.html", status=status, values=values, headers=headers)
