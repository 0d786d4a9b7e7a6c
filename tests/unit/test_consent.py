"""What somebody may allow, whatever the list of integrations says."""

import secrets
from dataclasses import dataclass, replace

import pytest

from gatehouse.domain import sign_ins
from gatehouse.domain.admissions import Admission, AdmissionRule
from gatehouse.domain.authorization_requests import (
    Arrival,
    AuthorizationRequest,
    PendingAuthorization,
)
from gatehouse.domain.members import MemberStanding
from gatehouse.domain.oauth_clients import RegisteredClient, registered_id
from gatehouse.domain.people import Identity, Membership, Person
from gatehouse.domain.roles import Role
from gatehouse.ports.pages import Page
from gatehouse.usecases.consent import Consent, Decision, NothingWaits
from tests.fakes.authority import MemoryAuthority
from tests.fakes.principals import MemoryPrincipals
from tests.fakes.sessions import MemoryCodes, MemoryFamilies
from tests.fakes.sign_ins import MemoryPendingAuthorizations
from tests.fakes.stores import MemoryMembers
from tests.samples import INTEGRATION, INTEGRATION_ID, NOW, PROJECT, PROJECT_ID, authority

BROWSER, TICKET = "b" * 43, "t" * 43
ORIGIN = "https://gate.example.com"
ANY = Admission(rule=AdmissionRule.ANY)
OPEN = RegisteredClient(redirect_uris=(), admission=ANY, allow_metadata_clients=True)
CLOSED = replace(OPEN, allow_metadata_clients=False)
VISITOR = Arrival(identity=Identity(provider="company", subject="1", email="ada@example.com"))
ADA = replace(VISITOR, user_id="A" * 16)
REQUEST = AuthorizationRequest(
    client_id=registered_id(PROJECT_ID, INTEGRATION_ID),
    client_name="Desk",
    redirect_uri="https://client.example/cb",
    state="s",
    challenge="c" * 43,
    resource=f"{ORIGIN}/mcp",
    scope=frozenset({"mcp"}),
)
STRANGER = replace(REQUEST, client_id="https://client.example/client.json")


@dataclass
class AllListed:
    """Lists every integration, also those that let nobody in."""

    table: MemoryAuthority

    def all(self) -> tuple[tuple[str, str], ...]:
        return tuple(self.table.integrations)


class NoTools:
    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[str]:
        del project_id, after, limit
        return Page(items=())


class Desk:
    def __init__(self, client: RegisteredClient | None, arrival: Arrival = VISITOR) -> None:
        self.table = authority()
        self.table.integrations[PROJECT_ID, INTEGRATION_ID] = replace(INTEGRATION, client=client)
        self.table.people[ADA.user_id or ""] = Person(
            id=ADA.user_id or "",
            email="ada@example.com",
            name=None,
            is_active=True,
            is_admin=False,
            epoch=0,
            created_at=NOW,
        )
        self.arrival = arrival
        self.codes = MemoryCodes(MemoryFamilies())
        self.pending = MemoryPendingAuthorizations()
        self.consent = Consent(
            pending=self.pending,
            authority=self.table,
            principals=MemoryPrincipals(self.table),
            open_integrations=AllListed(self.table),
            descriptors=NoTools(),
            approved=NoTools(),
            members=MemoryMembers(self.table),
            codes=self.codes,
            clock=lambda: NOW,
            choose=secrets.randbelow,
        )

    def decide(self, request: AuthorizationRequest, **changes: str | None) -> str:
        """Allow; return where the browser is sent."""
        waiting = PendingAuthorization(
            request=request,
            browser=sign_ins.digest(BROWSER),
            expires_at=NOW + 600,
            arrival=self.arrival,
        )
        self.pending.begin(sign_ins.digest(TICKET), waiting)
        asked = {
            "ticket": TICKET,
            "browser": BROWSER,
            "offer_id": f"{PROJECT_ID}{INTEGRATION_ID}",
            "device": "",
        }
        decision = Decision(**{**asked, **changes})  # type: ignore[arg-type]
        return self.consent.decide(decision, origin=ORIGIN)


def invited(desk: Desk) -> None:
    desk.table.memberships[PROJECT_ID, ADA.user_id or ""] = Membership(
        project_id=PROJECT_ID,
        user_id=ADA.user_id or "",
        email="ada@example.com",
        name=None,
        role=Role.EDITOR,
        custom_roles=("buyers",),
        epoch=3,
        granted_by="admin",
        granted_at=NOW,
    )


@pytest.mark.parametrize(
    ("client", "request_of", "allowed"),
    [
        (OPEN, REQUEST, True),
        (OPEN, STRANGER, True),
        (CLOSED, REQUEST, True),
        (CLOSED, STRANGER, False),
        (None, REQUEST, False),
        (None, STRANGER, False),
    ],
)
def test_an_integration_lets_in_its_own_client_and_others_where_it_says_so(
    client: RegisteredClient | None, request_of: AuthorizationRequest, *, allowed: bool
) -> None:
    address = Desk(client).decide(request_of)
    assert ("code=" in address) is allowed
    assert ("error=access_denied" in address) is not allowed


def test_a_code_is_for_what_was_asked_and_for_who_allowed_it() -> None:
    desk = Desk(replace(OPEN, admission=Admission()), ADA)
    invited(desk)
    desk.table.members[PROJECT_ID, "oidc:company:1"] = MemberStanding(
        external_id="oidc:company:1", epoch=4
    )
    assert "code=" in desk.decide(REQUEST)
    [code] = desk.codes.codes.values()
    grant = code.grant
    assert (grant.subject, grant.client_id) == (f"user:{ADA.user_id}", REQUEST.client_id)
    assert (grant.project_id, grant.integration_id) == (PROJECT_ID, INTEGRATION_ID)
    assert (grant.resource, grant.scope) == (REQUEST.resource, frozenset({"mcp"}))
    assert grant.member
    assert (grant.member.external_id, grant.epoch) == ("oidc:company:1", 4)
    assert grant.member.roles == ("editor", "buyers")
    assert (code.redirect_uri, code.challenge) == (REQUEST.redirect_uri, REQUEST.challenge)
    assert code.expires_at == NOW + 60


def test_who_was_deactivated_meanwhile_allows_nothing() -> None:
    desk = Desk(OPEN, ADA)
    ada = desk.table.people[ADA.user_id or ""]
    desk.table.people[ada.id] = replace(ada, is_active=False)
    assert "error=access_denied" in desk.decide(REQUEST)
    assert desk.codes.codes == {}


def test_who_lost_their_role_meanwhile_is_not_invited_any_more() -> None:
    desk = Desk(replace(OPEN, admission=Admission()), ADA)
    assert "error=access_denied" in desk.decide(REQUEST)


def test_a_deleted_project_admits_nobody() -> None:
    desk = Desk(OPEN)
    desk.table.projects[PROJECT_ID] = replace(PROJECT, deleted_at=NOW)
    assert "error=access_denied" in desk.decide(REQUEST)


def test_a_blocked_member_gets_no_code() -> None:
    desk = Desk(OPEN)
    desk.table.members[PROJECT_ID, "oidc:company:1"] = MemberStanding(
        external_id="oidc:company:1", blocked_at=NOW
    )
    assert "error=access_denied" in desk.decide(REQUEST)


def test_a_request_of_another_browser_is_not_decided() -> None:
    with pytest.raises(NothingWaits):
        Desk(OPEN).decide(REQUEST, browser="x" * 43)
