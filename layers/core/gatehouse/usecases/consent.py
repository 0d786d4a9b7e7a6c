"""Let somebody decide whether a client may act for them, and in which project."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from gatehouse.domain import authorization_codes, family_tokens, oauth_clients, sign_ins
from gatehouse.domain.authorization_codes import AuthorizationCode
from gatehouse.domain.authorization_requests import (
    Arrival,
    AuthorizationRefused,
    AuthorizationRequest,
    PendingAuthorization,
)
from gatehouse.domain.base62 import Choose
from gatehouse.domain.errors import Forbidden, Unauthenticated
from gatehouse.domain.grants import Grant
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.people import Membership
from gatehouse.domain.projects import Integration, Project
from gatehouse.ports.authority import AuthorityReader, Wanted
from gatehouse.ports.members import SeenMembers
from gatehouse.ports.oauth_clients import MetadataIntegrations
from gatehouse.ports.offers import Descriptors
from gatehouse.ports.principals import PrincipalReader, Sought
from gatehouse.ports.sessions import Codes
from gatehouse.ports.sign_ins import PendingAuthorizations

MAX_OFFERS: Final = 20
MAX_TOOLS: Final = 50
"""Names of tools that somebody is shown; that there are more is said."""


class NothingWaits(Forbidden):
    """There is no authorization request of this browser that waits for a decision."""

    def __init__(self) -> None:
        super().__init__("This request is over. Go back to your app and connect again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A project that somebody may reach through the client, by one of its integrations."""

    project: Project
    integration: Integration
    member: MemberIdentity
    epoch: int

    @property
    def id(self) -> str:
        """How a form names it."""
        return f"{self.project.id}{self.integration.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedTools:
    """Some of a project's tools, by name; `has_more` says that there are others."""

    names: tuple[str, ...]
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody is asked: the request, who they are, and what they could allow."""

    request: AuthorizationRequest
    arrival: Arrival
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decided; without `offer_id` they said no."""

    ticket: str
    browser: str
    offer_id: str | None
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Ask and decide; what may be allowed is looked up anew when it is decided."""

    pending: PendingAuthorizations
    authority: AuthorityReader
    principals: PrincipalReader
    open_integrations: MetadataIntegrations
    descriptors: Descriptors
    approved: Descriptors
    members: SeenMembers
    codes: Codes
    clock: Callable[[], int]
    choose: Choose

    def waiting(self, ticket: str, *, browser: str) -> PendingAuthorization:
        """Return the request that waits in this browser; raise `NothingWaits`."""
        found = self.pending.get(
            sign_ins.digest(ticket), browser=sign_ins.digest(browser), now=self.clock()
        )
        if found is None:
            raise NothingWaits
        return found

    def question(self, waiting: PendingAuthorization, arrival: Arrival) -> Question:
        """Return what to ask of somebody who has signed in."""
        offers = islice(self._offers(waiting.request, arrival), MAX_OFFERS)
        return Question(request=waiting.request, arrival=arrival, offers=tuple(offers))

    def tools(self, project: Project) -> OfferedTools:
        """Return the tools that an offer is about, as far as they are shown."""
        descriptors = self.approved if project.settings.require_approval else self.descriptors
        page = descriptors.page(project.id, after=None, limit=MAX_TOOLS)
        names = tuple(str(json.loads(text)["name"]) for text in page.items)
        return OfferedTools(names=names, has_more=page.next_after is not None)

    def decide(self, decision: Decision, *, origin: str) -> str:
        """Return where to send the browser: back to the client, with a code or a refusal.

        Raises:
            NothingWaits: It was decided before, is over, or belongs to another browser.
            Unavailable: Nothing was decided, or the decision was lost; the client asks again.
        """
        taken = self.pending.take(
            sign_ins.digest(decision.ticket),
            browser=sign_ins.digest(decision.browser),
            now=self.clock(),
        )
        if taken is None or taken.arrival is None:
            raise NothingWaits
        back = taken.request.back(origin)
        offers = self._offers(taken.request, taken.arrival, only=decision.offer_id or "none")
        offer = next(offers, None)
        if offer is None:
            denied = AuthorizationRefused("access_denied", "The person did not allow it")
            return back.refusal(denied)
        return back.answer(code=self._code(taken.request, taken.arrival, offer, decision.device))

    def _code(
        self, request: AuthorizationRequest, arrival: Arrival, offer: Offer, device: str
    ) -> str:
        now = self.clock()
        self.members.upsert(offer.project.id, offer.member, now=now)
        text = authorization_codes.new_code(self.choose)
        grant = Grant(
            subject=arrival.subject,
            client_id=request.client_id,
            scope=request.scope,
            resource=request.resource,
            project_id=offer.project.id,
            integration_id=offer.integration.id,
            member=offer.member,
            epoch=offer.epoch,
        )
        code = AuthorizationCode(
            grant=grant,
            redirect_uri=request.redirect_uri,
            challenge=request.challenge,
            device=device,
            expires_at=now + authorization_codes.LIFETIME_SECONDS,
        )
        self.codes.issue(family_tokens.digest(text), code)
        return text

    def _offers(
        self, request: AuthorizationRequest, arrival: Arrival, *, only: str | None = None
    ) -> Iterator[Offer]:
        """Yield what somebody may allow now; with `only` that offer, if it is one."""
        for project_id, integration_id in self._integrations(request):
            if only not in {None, f"{project_id}{integration_id}"}:
                continue
            if offer := self._offer(request, arrival, project_id, integration_id):
                yield offer

    def _integrations(self, request: AuthorizationRequest) -> Sequence[tuple[str, str]]:
        """Return what could be offered: the client's own integration, or all that take any."""
        if oauth_clients.is_of_no_project(request.client_id):
            return self.open_integrations.all()
        named = oauth_clients.registered_integration(request.client_id)
        return () if named is None else (named,)

    def _offer(
        self, request: AuthorizationRequest, arrival: Arrival, project_id: str, integration_id: str
    ) -> Offer | None:
        """Return an offer if everything of it exists and the integration admits the person."""
        plain = sign_ins.member_of(arrival.identity)
        found = self.authority.read(
            Wanted(
                project_id=project_id,
                integration_id=integration_id,
                member_external_id=plain.external_id,
            )
        )
        project, integration, standing = found.project, found.integration, found.member
        if project is None or not project.is_active or integration is None:
            return None
        registered = integration.client
        if registered is None or (standing is not None and standing.is_blocked):
            return None
        is_stranger = oauth_clients.is_of_no_project(request.client_id)
        if is_stranger and not registered.allow_metadata_clients:
            return None
        email = arrival.identity.email
        try:
            membership = self._membership(project_id, arrival)
        except Unauthenticated:
            return None
        if not registered.admission.admits(email, has_role=membership is not None):
            return None
        member = sign_ins.member_of(arrival.identity, _roles(membership))
        epoch = 0 if standing is None else standing.epoch
        return Offer(project=project, integration=integration, member=member, epoch=epoch)

    def _membership(self, project_id: str, arrival: Arrival) -> Membership | None:
        """Return what somebody is in a project; raise `Unauthenticated` for an ended account."""
        if arrival.user_id is None:
            return None
        standing = self.principals.read(Sought(project_id=project_id, user_id=arrival.user_id))
        if standing.person is None or not standing.person.is_active:
            raise Unauthenticated
        return standing.membership


def _roles(membership: Membership | None) -> tuple[str, ...]:
    """Return an operator's roles as a member's: tools name them alike."""
    return () if membership is None else (str(membership.role), *membership.custom_roles)
