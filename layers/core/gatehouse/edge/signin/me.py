"""`/me`: who is signed in, and where; JSON for pages of this origin."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from gatehouse.domain.base62 import is_base62
from gatehouse.domain.errors import InvalidRequest, NotFound, Unauthenticated
from gatehouse.domain.families import Family
from gatehouse.domain.family_tokens import FAMILY_ID_LENGTH
from gatehouse.edge.http import HttpResponse, json_response
from gatehouse.edge.signin.browser import Browser, no_session
from gatehouse.usecases.console_sessions import ConsoleSession, ConsoleSessions

if TYPE_CHECKING:
    from gatehouse.domain.json_values import JsonObject

ME: Final = "/me"
SESSIONS: Final = "/me/sessions"
PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Answers `/me` and everything below it."""

    sessions: ConsoleSessions
    now: Callable[[], int]

    def show(self, browser: Browser) -> HttpResponse:
        """Tell who is signed in; raise `Unauthenticated` when nobody is."""
        session = self._session(browser)
        person = session.person
        document: JsonObject = {
            "id": person.id,
            "email": person.email,
            "name": person.name,
            "is_admin": person.is_admin,
            "session_id": session.family.id,
            "csrf_token": browser.form_token("signout"),
        }
        return json_response(HTTPStatus.OK, document)

    def list_sessions(self, browser: Browser) -> HttpResponse:
        """List the person's sessions that go on; `cursor` asks for the next page."""
        session = self._session(browser)
        cursor = browser.request.query.get("cursor")
        if cursor is not None and not _is_family_id(cursor):
            raise InvalidRequest("cursor is none of this list")
        found = self.sessions.page(session, after=cursor, limit=PAGE)
        now = self.now()
        shown = [_shown(each, session) for each in found.items if each.is_live(now=now)]
        document: JsonObject = {"items": [*shown], "next_cursor": found.next_after}
        return json_response(HTTPStatus.OK, document)

    def end_session(self, browser: Browser, family_id: str) -> HttpResponse:
        """End one of the person's sessions, this one too; raise `NotFound` for any other."""
        browser.require_own_page()
        session = self._session(browser)
        if not _is_family_id(family_id):
            raise NotFound
        self.sessions.end_one(session, family_id)
        cookies = (no_session(),) if family_id == session.family.id else ()
        return HttpResponse(status=HTTPStatus.NO_CONTENT, cookies=cookies)

    def _session(self, browser: Browser) -> ConsoleSession:
        session = self.sessions.read(browser.session)
        if session is None:
            raise Unauthenticated("Nobody is signed in")
        return session


def _shown(family: Family, present: ConsoleSession) -> "JsonObject":
    return {
        "id": family.id,
        "kind": str(family.kind),
        "device": family.device,
        "client_id": family.grant.client_id,
        "project_id": family.grant.project_id,
        "created_at": rfc3339(family.created_at),
        "last_used_at": rfc3339(family.used_at),
        "ends_at": rfc3339(family.ends_at),
        "is_this": family.id == present.family.id,
    }


def _is_family_id(text: str) -> bool:
    return len(text) == FAMILY_ID_LENGTH and is_base62(text)


def rfc3339(seconds: int) -> str:
    """Write epoch seconds as RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
