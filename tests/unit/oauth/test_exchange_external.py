"""Sessions in exchange for tokens of issuers that a project trusts."""

from dataclasses import dataclass, field, replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.aws.jws import PyJWTSignatures
from gatehouse.domain import session_tokens
from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.caller import Caller
from gatehouse.domain.errors import (
    InvalidAssertion,
    MissingScope,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from gatehouse.domain.external_issuers import ExternalIssuer
from gatehouse.domain.limits import Limits
from gatehouse.domain.members import MemberIdentity, MemberStanding
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.projects import Scope
from gatehouse.domain.session_tokens import Session
from gatehouse.usecases.authenticate import Authenticate
from gatehouse.usecases.exchange_external import ExchangeExternal
from gatehouse.usecases.exchange_session import Granted
from gatehouse.usecases.limit_requests import LimitRequests
from tests.fakes.authority import MemoryAuthority
from tests.fakes.calls import MemoryCallRecords
from tests.fakes.credentials import FixedKeyRings, NotedMembers
from tests.fakes.limits import MemoryLimits
from tests.fakes.signing import rsa_key
from tests.samples import (
    API_KEY,
    DEPLOYMENT,
    INTEGRATION,
    INTEGRATION_ID,
    NOW,
    PROJECT,
    PROJECT_ID,
    RING,
    authority,
)
from tests.unit.oauth.test_external_issuers import CLAIMS, ISSUER


@dataclass
class OneKey:
    """Keeps `JwkSets`: the issuer's one key; `asked` is for which address and kid."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    fails: bool = False

    def key(self, url: str, kid: str, *, now: int) -> AssertionKey | None:
        """See `JwkSets.key`."""
        self.asked.append((url, kid))
        if self.fails:
            raise Unavailable
        pem = rsa_key("issuer").public_key()
        text = pem.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        known = AssertionKey(
            kid="k1", algorithm=AssertionAlgorithm.RS256, public_key_pem=text, created_at=now
        )
        return known if kid == "k1" else None


@dataclass
class Exchange:
    """The use case around one project that trusts the issuer."""

    table: MemoryAuthority = field(default_factory=authority)
    sets: OneKey = field(default_factory=OneKey)
    members: NotedMembers = field(default_factory=NotedMembers)
    limits: MemoryLimits = field(default_factory=MemoryLimits)
    admitted: list[Caller] = field(default_factory=list)
    now: int = NOW

    def __post_init__(self) -> None:
        self.trust(ISSUER)

    def trust(self, *issuers: ExternalIssuer, **settings: Any) -> None:
        made = ProjectSettings(external_issuers=issuers, **settings)
        self.table.projects[PROJECT_ID] = replace(PROJECT, settings=made)

    def __call__(self, token: str, credential: str = API_KEY) -> Granted | None:
        use = ExchangeExternal(
            authority=self.table,
            rings=FixedKeyRings(RING),
            sets=self.sets,
            signatures=PyJWTSignatures(),
            members=self.members,
            limit=LimitRequests(
                counters=self.limits,
                records=MemoryCallRecords(),
                clock_ms=lambda: self.now * 1000,
            ),
            deployment_id=DEPLOYMENT,
            clock=lambda: self.now,
            new_token_id=lambda: "t1",
        )
        return use(credential, token, request_id="r1", admitted=self.admitted.append)

    def session(self, token: str) -> Session:
        granted = self(token)
        assert granted is not None
        session = session_tokens.read(
            granted.token, key=RING.current, deployment_id=DEPLOYMENT, now=self.now
        )
        assert session.expires_at - session.issued_at == granted.lifetime
        return session


def token(key: str = "issuer", kid: str = "k1", **changes: Any) -> str:
    said = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return jwt.encode(said, rsa_key(key), algorithm="RS256", headers={"kid": kid})


def test_a_session_is_of_whom_the_token_names_and_says_who_vouched() -> None:
    exchange = Exchange()
    member = MemberIdentity(external_id="e-1", email="ada@example.com")
    assert exchange.session(token()) == Session(
        project_id=PROJECT_ID,
        integration_id=INTEGRATION_ID,
        member=member,
        epoch=0,
        assertion_kid=None,
        external_issuer=ISSUER.issuer,
        token_id="t1",
        issued_at=NOW,
        expires_at=NOW + 900,
    )
    assert exchange.sets.asked == [(ISSUER.jwks_url, "k1")]
    assert exchange.members.seen[PROJECT_ID, "e-1"] == (member, NOW)
    assert [caller.integration.id for caller in exchange.admitted] == [INTEGRATION_ID]


@given(st.integers(1, 4000))
def test_no_session_outlives_its_token_or_its_own_fifteen_minutes(left: int) -> None:
    session = Exchange().session(token(exp=NOW + left))
    assert session.expires_at == NOW + min(left, 900)


def test_a_session_ends_with_its_issuer_and_its_members_epoch() -> None:
    exchange = Exchange()
    exchange.table.members[PROJECT_ID, "e-1"] = MemberStanding(external_id="e-1", epoch=3)
    session = exchange.session(token())
    assert session.epoch == 3
    text = session_tokens.mint(session, key=RING.current, deployment_id=DEPLOYMENT)
    authenticate = Authenticate(
        authority=exchange.table,
        rings=FixedKeyRings(RING),
        deployment_id=DEPLOYMENT,
        clock=lambda: NOW,
    )
    assert authenticate(text).caller.member == session.member
    exchange.trust(replace(ISSUER, issuer="https://other.example.com"))
    with pytest.raises(Unauthenticated):
        authenticate(text)


@pytest.mark.parametrize(
    "refused",
    [
        token(key="stranger"),
        token(kid="k2"),
        token(aud="other"),
        token(exp=NOW),
        token()[:-8] + "AAAAAAAA",
    ],
    ids=["another's key", "unknown key", "for others", "expired", "forged"],
)
def test_what_the_issuer_did_not_say_of_us_mints_nothing(refused: str) -> None:
    exchange = Exchange()
    with pytest.raises(InvalidAssertion):
        exchange(refused)
    assert exchange.members.seen == {}


def test_a_blocked_member_is_refused_and_not_noted() -> None:
    exchange = Exchange()
    blocked = MemberStanding(external_id="e-1", blocked_at=NOW)
    exchange.table.members[PROJECT_ID, "e-1"] = blocked
    with pytest.raises(InvalidAssertion):
        exchange(token())
    assert exchange.members.seen == {}


@pytest.mark.parametrize("other", ["x", token(iss="https://other.example.com"), token(iss=None)])
def test_a_token_of_nobody_that_the_project_trusts_is_left_to_others(other: str) -> None:
    exchange = Exchange()
    assert exchange(other) is None
    assert (exchange.sets.asked, exchange.admitted) == ([], [])


def test_what_names_no_issuer_costs_no_read() -> None:
    exchange = Exchange()
    assert exchange("x") is None
    assert exchange.table.reads == 0


def test_without_a_good_key_no_issuer_is_asked() -> None:
    exchange = Exchange()
    with pytest.raises(Unauthenticated):
        exchange(token(), API_KEY[:-1] + ("0" if API_KEY[-1] != "0" else "1"))
    assert exchange.sets.asked == []


def test_a_key_without_the_scope_exchanges_nothing_and_no_issuer_is_asked() -> None:
    exchange = Exchange()
    held = replace(INTEGRATION, scopes=frozenset({Scope.MCP, Scope.MANAGE}))
    exchange.table.integrations[PROJECT_ID, INTEGRATION_ID] = held
    with pytest.raises(MissingScope):
        exchange(token())
    assert exchange.sets.asked == []


def test_an_exchange_counts_against_the_projects_limits_and_says_where_it_stands() -> None:
    exchange = Exchange()
    exchange.trust(ISSUER, limits=Limits(per_day=1))
    granted = exchange(token())
    assert granted is not None
    assert [standing.remaining for standing in granted.standings] == [0]
    with pytest.raises(TooManyRequests):
        exchange(token())


def test_an_issuer_that_does_not_answer_is_no_refusal_of_the_token() -> None:
    exchange = Exchange(sets=OneKey(fails=True))
    with pytest.raises(Unavailable):
        exchange(token())
