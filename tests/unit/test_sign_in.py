"""Sign-ins, both halves, with providers that say what a test has them say."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gatehouse.aws.jws import PyJWTSignatures
from gatehouse.domain import base64url, sign_ins
from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.authorization_requests import Arrival
from gatehouse.domain.errors import NotFound
from gatehouse.domain.id_tokens import UnverifiedEmail
from gatehouse.domain.people import Identity, Invitation
from gatehouse.domain.roles import Role
from gatehouse.domain.sign_ins import SignInOutcome
from gatehouse.usecases.admit_person import AdmitPerson, NotAdmitted
from gatehouse.usecases.identify import Identify
from gatehouse.usecases.sign_in import (
    ProviderAnswer,
    SignedIn,
    SignIn,
    SignInDenied,
    SignInFailed,
    WayIn,
)
from tests.fakes.authority import MemoryAuthority
from tests.fakes.identity_providers import (
    MemoryJwkSets,
    MemoryProviders,
    MemoryProviderServers,
)
from tests.fakes.sign_ins import (
    MemoryInvitations,
    MemoryPendingAuthorizations,
    MemoryPeople,
    MemorySignInRecords,
    MemorySignInTransactions,
)
from tests.samples import NOW, PROJECT, PROJECT_ID
from tests.unit.test_id_tokens import CLAIMS, COMPANY, GITHUB, PRIMARY

ORIGIN = "https://gate.example.com"
BROWSER = "b" * 43
OTHER = replace(COMPANY, id="partner")
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
JWKS = f"{COMPANY.issuer}/jwks"


def registered(key: Any, algorithm: AssertionAlgorithm, kid: str = "k1") -> AssertionKey:
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return AssertionKey(kid=kid, algorithm=algorithm, public_key_pem=pem.decode(), created_at=0)


@dataclass
class Door:
    now: int = NOW
    servers: MemoryProviderServers = field(default_factory=MemoryProviderServers)
    sets: MemoryJwkSets = field(default_factory=MemoryJwkSets)
    table: MemoryAuthority = field(default_factory=MemoryAuthority)
    invitations: MemoryInvitations = field(default_factory=MemoryInvitations)
    pending: MemoryPendingAuthorizations = field(default_factory=MemoryPendingAuthorizations)
    records: MemorySignInRecords = field(default_factory=MemorySignInRecords)
    transactions: MemorySignInTransactions = field(default_factory=MemorySignInTransactions)
    admins: frozenset[str] = frozenset({"ada@example.com"})

    def __post_init__(self) -> None:
        self.sets.keys[JWKS, "k1"] = registered(KEY, AssertionAlgorithm.RS256)
        clock: Callable[[], int] = lambda: self.now  # noqa: E731
        self.people = MemoryPeople(self.table, self.invitations)
        self.sign_in = SignIn(
            providers=MemoryProviders([COMPANY, OTHER, GITHUB]),
            identify=Identify(
                servers=self.servers, sets=self.sets, signatures=PyJWTSignatures(), clock=clock
            ),
            admit=AdmitPerson(
                people=self.people,
                invitations=self.invitations,
                admin_emails=self.admins,
                clock=clock,
                choose=secrets.randbelow,
            ),
            transactions=self.transactions,
            pending=self.pending,
            records=self.records,
            clock=clock,
            choose=secrets.randbelow,
        )

    def leave(self, provider: str = "company", **way_in: str) -> dict[str, str]:
        """Leave for a provider; what the address asks it."""
        address = self.sign_in.leave(provider, WayIn(**way_in), browser=BROWSER, origin=ORIGIN)
        return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}

    def id_token(
        self, asked: dict[str, str], *, key: Any = KEY, alg: str = "RS256", **said: Any
    ) -> str:
        claims = {**CLAIMS, "nonce": asked["nonce"], **said}
        return jwt.encode(claims, key, alg, headers={"kid": "k1"})

    def come_back(self, asked: dict[str, str], **changes: Any) -> SignedIn:
        answer = {
            "provider_id": "company",
            "browser": BROWSER,
            "state": asked["state"],
            "code": "code",
            "source_ip": "192.0.2.7",
            "request_id": "r1",
            **changes,
        }
        return self.sign_in.come_back(ProviderAnswer(**answer), origin=ORIGIN)

    def outcomes(self) -> list[SignInOutcome]:
        return [record.outcome for record in self.records.kept]


@pytest.fixture
def door() -> Door:
    return Door()


def test_a_departure_asks_with_pkce_state_nonce_and_a_callback_of_its_own(door: Door) -> None:
    asked = door.leave()
    assert asked["redirect_uri"] == f"{ORIGIN}/signin/callback/company"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert "openid" in asked["scope"].split()
    [kept] = door.transactions.kept.values()
    assert kept.nonce == asked["nonce"]
    assert len({asked["state"], asked["nonce"], asked["code_challenge"], kept.verifier}) == 4
    assert asked["state"] not in door.transactions.kept  # only its digest is kept


def test_the_verifier_that_is_handed_in_is_the_departures(door: Door) -> None:
    asked = door.leave()
    [kept] = door.transactions.kept.values()
    door.servers.answers["code"] = {"id_token": door.id_token(asked)}
    door.come_back(asked)
    assert door.servers.exchanged[0].verifier == kept.verifier
    assert door.servers.exchanged[0].redirect_uri == asked["redirect_uri"]


def test_an_administrator_is_made_by_the_first_sign_in_and_not_made_again(door: Door) -> None:
    for _ in range(2):
        asked = door.leave()
        door.servers.answers["code"] = {"id_token": door.id_token(asked)}
        signed_in = door.come_back(asked)
        assert signed_in.person
    [person] = door.table.people.values()
    assert person.is_admin
    door.table.people[person.id] = replace(person, is_admin=False)
    asked = door.leave()
    door.servers.answers["code"] = {"id_token": door.id_token(asked)}
    assert door.come_back(asked).person == replace(person, is_admin=False)


def test_github_says_who_it_is_when_asked(door: Door) -> None:
    asked = door.leave("github")
    assert "nonce" not in asked
    door.servers.answers["code"] = {"access_token": "t"}
    door.servers.documents = {
        "https://api.github.com/user": {"id": 7, "name": "Ada"},
        "https://api.github.com/user/emails": [PRIMARY],
    }
    signed_in = door.come_back(asked, provider_id="github")
    assert (signed_in.identity.subject, signed_in.identity.email) == ("7", "ada@example.com")


@pytest.mark.parametrize("answer", [{"error": "bad_verification_code"}, {"access_token": ""}, []])
def test_github_answers_a_refusal_with_200_and_it_is_one(door: Door, answer: Any) -> None:
    asked = door.leave("github")
    door.servers.answers["code"] = answer
    with pytest.raises(SignInFailed):
        door.come_back(asked, provider_id="github")


STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())


def mac(door: Door, asked: dict[str, str]) -> str:
    """An HS256 token whose secret is the published key: a header must not decide."""
    header = base64url.encode(b'{"alg":"HS256","kid":"k1","typ":"JWT"}')
    signed = f"{header}.{door.id_token(asked).split('.')[1]}"
    secret = door.sets.keys[JWKS, "k1"].public_key_pem.encode()
    return f"{signed}.{base64url.encode(hmac.digest(secret, signed.encode(), 'sha256'))}"


def unsigned(door: Door, asked: dict[str, str]) -> str:
    header = base64url.encode(b'{"alg":"none","kid":"k1","typ":"JWT"}')
    return f"{header}.{door.id_token(asked).split('.')[1]}."


@pytest.mark.parametrize(
    "forge",
    [
        lambda door, asked: door.id_token(asked, key=STRANGER),
        lambda door, asked: door.id_token(asked, key=CURVE, alg="ES256"),
        lambda door, asked: door.id_token(asked)[:-8] + "AAAAAAAA",
        mac,
        unsigned,
        lambda _door, _asked: "a.b",
        lambda _door, _asked: 1,
    ],
    ids=["another key", "another algorithm", "broken", "HS256", "none", "no token", "a number"],
)
def test_a_signature_of_the_published_kind_alone_holds(
    door: Door, forge: Callable[[Door, dict[str, str]], Any]
) -> None:
    asked = door.leave()
    door.servers.answers["code"] = {"id_token": forge(door, asked)}
    with pytest.raises(SignInFailed):
        door.come_back(asked)
    assert door.table.people == {}


def test_es256_is_as_good_where_the_provider_publishes_it(door: Door) -> None:
    curve = CURVE
    door.sets.keys[JWKS, "k1"] = registered(curve, AssertionAlgorithm.ES256)
    asked = door.leave()
    door.servers.answers["code"] = {"id_token": door.id_token(asked, key=curve, alg="ES256")}
    assert door.come_back(asked).person


@pytest.mark.parametrize(
    "changes",
    [
        {"browser": "x" * 43},
        {"provider_id": "partner"},
        {"state": "x" * 43},
        {"issuer": "https://evil.example"},
        {"code": None},
    ],
    ids=str,
)
def test_an_answer_is_one_departures_one_browsers_and_one_providers(
    door: Door, changes: dict[str, Any]
) -> None:
    asked = door.leave()
    door.servers.answers["code"] = {"id_token": door.id_token(asked)}
    with pytest.raises(SignInFailed):
        door.come_back(asked, **changes)
    assert door.table.people == {}


def test_a_departure_is_over_after_ten_minutes(door: Door) -> None:
    asked = door.leave()
    door.now += 600
    with pytest.raises(SignInFailed):
        door.come_back(asked)


def test_a_provider_that_always_names_itself_must_do_so(door: Door) -> None:
    door.servers.says_issuer = True
    asked = door.leave()
    door.servers.answers["code"] = {"id_token": door.id_token(asked)}
    with pytest.raises(SignInFailed):
        door.come_back(asked)
    asked = door.leave()
    door.servers.answers["code"] = {"id_token": door.id_token(asked)}
    assert door.come_back(asked, issuer=COMPANY.issuer).person


def test_who_has_no_account_is_let_in_for_a_waiting_request_alone(door: Door) -> None:
    said = {"sub": "9", "email": "bob@example.com"}
    asked = door.leave()
    door.servers.answers["code"] = {"id_token": door.id_token(asked, **said)}
    with pytest.raises(NotAdmitted):
        door.come_back(asked)
    assert door.table.people == {}
    ticket = "t" * 43
    from tests.contract.test_sign_ins import ASKED  # noqa: PLC0415

    waiting = replace(ASKED, browser=sign_ins.digest(BROWSER))
    door.pending.begin(sign_ins.digest(ticket), waiting)
    asked = door.leave(request=ticket)
    door.servers.answers["code"] = {"id_token": door.id_token(asked, **said)}
    signed_in = door.come_back(asked)
    assert (signed_in.person, signed_in.request) == (None, ticket)
    arrived = door.pending.kept[sign_ins.digest(ticket)].arrival
    assert arrived == Arrival(identity=signed_in.identity)
    assert signed_in.arrival.subject == "user:oidc:company:9"
    assert door.table.people == {}
    assert door.outcomes() == [SignInOutcome.NO_ACCOUNT, SignInOutcome.VISITOR]


def test_a_request_of_another_browser_gets_nobody(door: Door) -> None:
    from tests.contract.test_sign_ins import ASKED  # noqa: PLC0415

    door.pending.begin(sign_ins.digest("t" * 43), ASKED)
    asked = door.leave(request="t" * 43)
    door.servers.answers["code"] = {"id_token": door.id_token(asked)}
    with pytest.raises(SignInFailed):
        door.come_back(asked)
    assert door.pending.kept[sign_ins.digest("t" * 43)].arrival is None


def test_each_way_a_sign_in_ends_is_recorded(door: Door) -> None:
    asked = door.leave()
    with pytest.raises(SignInDenied):
        door.come_back(asked, code=None, error="access_denied")
    asked = door.leave()
    door.servers.answers["code"] = {"id_token": door.id_token(asked, email_verified=False)}
    with pytest.raises(UnverifiedEmail):
        door.come_back(asked)
    asked = door.leave(invitation="0" * 64)
    door.servers.answers["code"] = {"id_token": door.id_token(asked)}
    with pytest.raises(NotAdmitted):
        door.come_back(asked)
    asked = door.leave()
    door.servers.answers["code"] = {"id_token": door.id_token(asked)}
    door.come_back(asked)
    [person] = door.table.people.values()
    asked = door.leave("partner")
    door.servers.answers["code"] = {"id_token": door.id_token(asked, sub="2")}
    with pytest.raises(NotAdmitted):
        door.come_back(asked, provider_id="partner")
    door.table.people[person.id] = replace(person, is_active=False)
    asked = door.leave()
    door.servers.answers["code"] = {"id_token": door.id_token(asked)}
    with pytest.raises(NotAdmitted):
        door.come_back(asked)
    assert door.outcomes() == [
        SignInOutcome.DENIED,
        SignInOutcome.UNVERIFIED_EMAIL,
        SignInOutcome.BAD_INVITATION,
        SignInOutcome.SIGNED_IN,
        SignInOutcome.ANOTHER_PROVIDER,
        SignInOutcome.INACTIVE,
    ]
    assert door.records.kept[1].email is None  # nobody vouched for it


def test_an_invitation_is_used_by_an_account_too(door: Door) -> None:
    identity = Identity(provider="company", subject="1", email="ada@example.com")
    door.admins = frozenset()
    text = sign_ins.new_invitation(secrets.randbelow)
    invitation = Invitation(
        digest=sign_ins.digest(text),
        project_id=None,
        role=None,
        email=identity.email,
        invited_by="admin",
        created_at=NOW,
        expires_at=NOW + 60,
    )
    asked = door.leave()
    door.servers.answers["code"] = {"id_token": door.id_token(asked)}
    first = door.come_back(asked).person
    assert first
    door.table.people[first.id] = replace(first, is_admin=False)
    door.invitations.kept[invitation.digest] = invitation
    asked = door.leave(invitation=invitation.digest)
    door.servers.answers["code"] = {"id_token": door.id_token(asked)}
    again = door.come_back(asked).person
    assert again
    assert (again.is_admin, again.epoch) == (True, first.epoch + 1)


def test_what_somebody_becomes_is_their_own_doing_from_where_they_came(door: Door) -> None:
    """Each thing has its own author, for each has an entry in a chain of its own."""
    to_project = Invitation(
        digest="d" * 64,
        project_id=PROJECT_ID,
        role=Role.EDITOR,
        email=None,
        invited_by="user:u0",
        created_at=NOW,
        expires_at=NOW + 60,
    )
    door.table.projects[PROJECT_ID] = PROJECT
    door.invitations.kept[to_project.digest] = to_project
    asked = door.leave(invitation=to_project.digest)
    door.servers.answers["code"] = {"id_token": door.id_token(asked)}
    ada = door.come_back(asked).person
    assert ada
    assert ada.is_admin
    assert door.table.memberships[PROJECT_ID, ada.id].role is Role.EDITOR
    assert len(door.people.authors) == 2
    for author in door.people.authors:
        assert (author.actor.kind, author.actor.id) == ("user", ada.id)
        assert author.action == "GET /signin/callback/{provider}"
        assert (author.source_ip, author.request_id) == ("192.0.2.7", "r1")


def test_there_is_no_departure_to_a_provider_that_is_not_listed(door: Door) -> None:
    with pytest.raises(NotFound):
        door.leave("nobody")
    assert door.transactions.kept == {}
