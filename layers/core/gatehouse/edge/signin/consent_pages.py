"""`/oauth/authorize` and `/oauth/consent`."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from gatehouse.domain import oauth_clients, sign_ins
from gatehouse.domain.authorization_requests import Arrival
from gatehouse.domain.errors import InvalidRequest
from gatehouse.domain.redirect_uris import form_target, shown_target
from gatehouse.edge.http import HttpResponse
from gatehouse.edge.pages.render import page, see_other
from gatehouse.edge.signin.browser import Browser, require_form_token
from gatehouse.edge.signin.sign_in_pages import SIGN_IN, consent_path
from gatehouse.usecases.authorize_client import AuthorizeClient, SentBack
from gatehouse.usecases.consent import Consent, Decision, NothingWaits, Offer
from gatehouse.usecases.console_sessions import ConsoleSessions

AUTHORIZE: Final = frozenset({"/oauth/authorize", "/api/v1/mcp-oauth/authorize"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPages:
    """Answers the authorization endpoint, and the page on which people decide."""

    authorize: AuthorizeClient
    sessions: ConsoleSessions
    consent: Consent

    def begin(self, browser: Browser) -> HttpResponse:
        """Keep what a client asks, and ask the person; who is signed in need not sign in again."""
        session = self.sessions.read(browser.session)
        arrival = None
        if session is not None:
            arrival = Arrival(identity=session.identity, user_id=session.person.id)
        try:
            ticket = self.authorize(
                browser.request.query,
                browser=browser.binding,
                origin=browser.origin,
                arrival=arrival,
            )
        except SentBack as refused:
            return see_other(refused.address)
        cookies = (browser.keep_binding(),)
        if arrival is None:
            return see_other(sign_in_path(ticket), cookies=cookies)
        return see_other(consent_path(ticket), cookies=cookies)

    def ask(self, browser: Browser) -> HttpResponse:
        """Show who asks for what."""
        ticket = _ticket(browser.request.query.get("request", ""))
        waiting = self.consent.waiting(ticket, browser=browser.binding)
        if waiting.arrival is None:
            return see_other(sign_in_path(ticket))
        question = self.consent.question(waiting, waiting.arrival)
        request = question.request
        values: dict[str, object] = {
            "client_name": request.client_name,
            "described_by": _described_by(request.client_id),
            "target": shown_target(request.redirect_uri),
            "ticket": ticket,
            "csrf": browser.binding_token(_purpose(ticket)),
            "email": question.arrival.identity.email,
            "offers": [self._shown(offer) for offer in question.offers],
            "other": sign_in_path(ticket),
        }
        targets = (form_target(request.redirect_uri),)
        return page("consent.html", values=values, form_targets=targets)

    def decide(self, browser: Browser) -> HttpResponse:
        """Take the decision, once, and send the browser back to the client."""
        form = browser.form()
        ticket = _ticket(form.get("ticket", ""))
        require_form_token(form, browser.binding_token(_purpose(ticket)))
        decision = form.get("decision")
        if decision not in {"allow", "deny"}:
            raise InvalidRequest("The form holds no decision")
        decided = Decision(
            ticket=ticket,
            browser=browser.binding,
            offer_id=form.get("offer") if decision == "allow" else None,
            device=browser.device,
        )
        return see_other(self.consent.decide(decided, origin=browser.origin))

    def _shown(self, offer: Offer) -> dict[str, object]:
        tools = self.consent.tools(offer.project)
        return {
            "id": offer.id,
            "project": offer.project.name,
            "tools": tools.names,
            "has_more": tools.has_more,
        }


def sign_in_path(ticket: str) -> str:
    """Return where somebody signs in for a request."""
    return f"{SIGN_IN}?{urlencode({'request': ticket})}"


def _ticket(text: str) -> str:
    if not sign_ins.SECRET.fullmatch(text):
        raise NothingWaits
    return text


def _purpose(ticket: str) -> str:
    return f"consent:{ticket}"


def _described_by(client_id: str) -> str:
    """Return who stands behind what a client calls itself."""
    if oauth_clients.is_metadata_id(client_id):
        return urlsplit(client_id).netloc
    if oauth_clients.is_self_registered_id(client_id):
        return "nobody but itself"
    return "the project that registered it"
