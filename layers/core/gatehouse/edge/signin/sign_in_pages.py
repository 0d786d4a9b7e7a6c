"""`/signin`, its providers, their callbacks, and `/signout`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from gatehouse.domain import sign_ins
from gatehouse.domain.errors import NotFound
from gatehouse.domain.identity_providers import Provider
from gatehouse.edge.http import HttpResponse
from gatehouse.edge.pages.render import page, see_other
from gatehouse.edge.signin.browser import (
    Browser,
    no_binding,
    no_session,
    require_form_token,
    session_cookie,
)
from gatehouse.usecases.consent import Consent
from gatehouse.usecases.console_sessions import ConsoleSession, ConsoleSessions
from gatehouse.usecases.sign_in import ProviderAnswer, SignIn, SignInFailed, WayIn

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGN_IN: Final = "/signin"
CALLBACK: Final = "/signin/callback"
SIGN_OUT: Final = "/signout"
CONSENT: Final = "/oauth/consent"
MAX_STATE: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPages:
    """Answers everything below `/signin`, and `/signout`."""

    sign_in: SignIn
    sessions: ConsoleSessions
    consent: Consent
    providers: Callable[[], Sequence[Provider]]

    def choose(self, browser: Browser) -> HttpResponse:
        """Show the providers; somebody who is signed in, and came for nothing, their account."""
        query = browser.request.query
        ticket, invitation = _ticket(query), _invitation(query)
        if ticket is None and invitation is None:
            session = self.sessions.read(browser.session)
            if session is not None:
                return _account(browser, session)
        waiting = None
        if ticket is not None:
            waiting = self.consent.waiting(ticket, browser=browser.binding)
        carried = {"request": ticket, "invitation": invitation}
        suffix = urlencode({name: value for name, value in carried.items() if value})
        listed = [
            {"name": each.name, "href": f"{SIGN_IN}/{each.id}" + (f"?{suffix}" if suffix else "")}
            for each in self.providers()
        ]
        values: dict[str, object] = {
            "providers": listed,
            "invited": invitation is not None,
            "client_name": waiting.request.client_name if waiting else None,
        }
        return page("sign_in.html", values=values)

    def leave(self, browser: Browser, provider_id: str) -> HttpResponse:
        """Send the browser to a provider."""
        query = browser.request.query
        ticket, invitation = _ticket(query), _invitation(query)
        way_in = WayIn(
            request=ticket,
            invitation=None if invitation is None else sign_ins.digest(invitation),
        )
        address = self.sign_in.leave(
            provider_id, way_in, browser=browser.binding, origin=browser.origin
        )
        return see_other(address, cookies=(browser.keep_binding(),))

    def come_back(self, browser: Browser, provider_id: str) -> HttpResponse:
        """Let somebody in, always by a new session, or to the request that waits for them."""
        query = browser.request.query
        state = query.get("state", "")
        if not 1 <= len(state) <= MAX_STATE:
            raise SignInFailed("no state came back")
        signed_in = self.sign_in.come_back(
            ProviderAnswer(
                provider_id=provider_id,
                browser=browser.binding,
                state=state,
                code=query.get("code") or None,
                error=query.get("error"),
                issuer=query.get("iss"),
                source_ip=browser.request.source_ip,
                request_id=browser.request.request_id,
            ),
            origin=browser.origin,
        )
        cookies = [no_session()]
        if signed_in.person is not None:
            session = self.sessions.begin(
                signed_in.person,
                signed_in.identity,
                device=browser.device,
                before=browser.session,
            )
            cookies = [session_cookie(session.cookie)]
        else:
            self.sessions.end(browser.session)
        if signed_in.request is None:
            return see_other(SIGN_IN, cookies=(*cookies, no_binding()))
        return see_other(
            consent_path(signed_in.request), cookies=(*cookies, browser.keep_binding())
        )

    def sign_out(self, browser: Browser) -> HttpResponse:
        """End the session; without one there is nothing to end, and nothing to forge."""
        form = browser.form()
        if browser.session is not None:
            require_form_token(form, browser.form_token("signout"))
            self.sessions.end(browser.session)
        headers = {"clear-site-data": '"cookies", "storage"'}
        answer = see_other(SIGN_IN, cookies=(no_session(), no_binding()))
        return HttpResponse(
            status=answer.status, headers={**answer.headers, **headers}, cookies=answer.cookies
        )


def consent_path(ticket: str) -> str:
    """Return where somebody decides about a request."""
    return f"{CONSENT}?{urlencode({'request': ticket})}"


def _account(browser: Browser, session: ConsoleSession) -> HttpResponse:
    person = session.person
    values: dict[str, object] = {
        "name": person.name,
        "email": person.email,
        "is_admin": person.is_admin,
        "csrf": browser.form_token("signout"),
    }
    return page("account.html", values=values)


def _ticket(query: "Mapping[str, str]") -> str | None:
    ticket = query.get("request")
    if ticket is not None and not sign_ins.SECRET.fullmatch(ticket):
        raise NotFound("There is no such request")
    return ticket


def _invitation(query: "Mapping[str, str]") -> str | None:
    text = query.get("invitation")
    if text is not None and not sign_ins.is_invitation(text):
        raise NotFound("This is no invitation; copy the whole link")
    return text
