"""Who gets a session token, for whom, and how often."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Barrier
from typing import Any

import pytest

from gatehouse.aws.jws import PyJWTSignatures
from gatehouse.domain import api_keys, session_tokens
from gatehouse.domain.caller import Caller
from gatehouse.domain.errors import (
    Forbidden,
    InvalidAssertion,
    InvalidRequest,
    MissingScope,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from gatehouse.domain.key_ring import KeyRing
from gatehouse.domain.limits import Limits
from gatehouse.domain.long_assertions import long_assertion_mark
from gatehouse.domain.members import MemberIdentity, MemberStanding
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.projects import Scope
from gatehouse.domain.session_tokens import Session
from gatehouse.ports.authority import Authority, Wanted
from gatehouse.usecases.authenticate import Authenticate
from gatehouse.usecases.exchange_session import ExchangeSession, Granted, SessionRequest
from gatehouse.usecases.limit_requests import LimitRequests
from tests.fakes.authority import MemoryAuthority
from tests.fakes.calls import MemoryCallRecords
from tests.fakes.credentials import FixedKeyRings, MemoryMarks, NotedMembers
from tests.fakes.limits import MemoryLimits
from tests.samples import (
    API_KEY,
    ASSERTION_KEY,
    DEPLOYMENT,
    INTEGRATION,
    INTEGRATION_ID,
    KID,
    NOW,
    PROJECT,
    PROJECT_ID,
    RING,
    authority,
)
from tests.signing import BACKEND, Signer, private_key, with_high_s

OTHER_ID = "Other001"
OTHER_KEY = api_keys.compose(OTHER_ID, INTEGRATION_ID, "o" * 24)


@dataclass
class World:
    """The exchange with all that stands around it."""

    table: MemoryAuthority = field(default_factory=authority)
    rings: FixedKeyRings = field(default_factory=lambda: FixedKeyRings(RING))
    marks: MemoryMarks = field(default_factory=MemoryMarks)
    members: NotedMembers = field(default_factory=NotedMembers)
    limits: MemoryLimits = field(default_factory=MemoryLimits)
    numbers: "count[int]" = field(default_factory=count)
    unverified: bool = False
    now: int = NOW
    callers: list[Caller] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.table.assertion_keys[PROJECT_ID, KID] = BACKEND.registered

    def exchange(
        self,
        assertion: str | None = None,
        external_id: str | None = None,
        *,
        key: str = API_KEY,
    ) -> Granted:
        run = ExchangeSession(
            authority=self.table,
            rings=self.rings,
            signatures=PyJWTSignatures(),
            marks=self.marks,
            members=self.members,
            limit=LimitRequests(
                counters=self.limits,
                records=MemoryCallRecords(),
                clock_ms=lambda: self.now * 1000,
            ),
            deployment_id=DEPLOYMENT,
            allow_unverified_minting=self.unverified,
            clock=lambda: self.now,
            new_token_id=lambda: "t1",
        )
        request = SessionRequest(member_assertion=assertion, member_external_id=external_id)
        return run(key, request, request_id=f"r{next(self.numbers)}", admitted=self.callers.append)

    def session(self, granted: Granted) -> Session:
        return session_tokens.read(
            granted.token, key=self.rings.known.current, deployment_id=DEPLOYMENT, now=self.now
        )

    def refused(self, *args: Any, **keywords: Any) -> str:
        with pytest.raises(InvalidAssertion) as refusal:
            self.exchange(*args, **keywords)
        return refusal.value.reason

    def add_other_project(self) -> None:
        self.table.projects[OTHER_ID] = replace(PROJECT, id=OTHER_ID)
        self.table.integrations[OTHER_ID, INTEGRATION_ID] = replace(
            INTEGRATION, project_id=OTHER_ID, key_digest=api_keys.digest(OTHER_KEY)
        )


@pytest.fixture
def world() -> World:
    return World()


# --- what is noted ---------------------------------------------------------------------------


@pytest.mark.parametrize(("lifetime", "is_noted"), [(60, False), (61, True), (120, True)])
def test_a_long_assertion_leaves_a_mark_of_its_week(
    world: World, lifetime: int, *, is_noted: bool
) -> None:
    world.exchange(BACKEND.assertion(iat=NOW, exp=NOW + lifetime))
    mark = long_assertion_mark(PROJECT_ID, NOW)
    assert world.marks.is_claimed(mark, now=NOW) is is_noted
    assert not world.marks.is_claimed(long_assertion_mark(OTHER_ID, NOW), now=NOW)


# --- what is granted --------------------------------------------------------------------------


def test_an_assertion_becomes_a_session_of_its_member(world: World) -> None:
    granted = world.exchange(BACKEND.assertion(email="ada@example.com", roles=["admin"]))
    session = world.session(granted)
    assert session == Session(
        project_id=PROJECT_ID,
        integration_id=INTEGRATION_ID,
        member=MemberIdentity(external_id="ada", email="ada@example.com", roles=("admin",)),
        epoch=0,
        assertion_kid=KID,
        token_id="t1",
        issued_at=NOW,
        expires_at=NOW + 900,
    )
    assert (granted.lifetime, granted.assertion_lifetime) == (900, 60)
    assert [caller.project.id for caller in world.callers] == [PROJECT_ID]


def test_the_token_is_admitted_where_it_is_to_be_used(world: World) -> None:
    granted = world.exchange(BACKEND.assertion())
    admitted = Authenticate(
        authority=world.table, rings=world.rings, deployment_id=DEPLOYMENT, clock=lambda: NOW
    )(granted.token)
    assert admitted.caller.member == MemberIdentity(external_id="ada")


def test_an_exchange_reads_authority_once(world: World) -> None:
    world.exchange(BACKEND.assertion())
    assert world.table.reads == 1


def test_a_session_carries_the_member_s_present_epoch(world: World) -> None:
    world.table.members[PROJECT_ID, "ada"] = MemberStanding(external_id="ada", epoch=3)
    assert world.session(world.exchange(BACKEND.assertion())).epoch == 3


def test_the_member_is_noted(world: World) -> None:
    world.exchange(BACKEND.assertion(email="ada@example.com"))
    noted = MemberIdentity(external_id="ada", email="ada@example.com")
    assert world.members.seen == {(PROJECT_ID, "ada"): (noted, NOW)}


def test_the_current_key_signs_and_not_the_published_one(world: World) -> None:
    following = replace(RING.current, kid="k2", secret=b"2" * 32)
    world.rings = FixedKeyRings(KeyRing(current=RING.current, next=following))
    assert session_tokens.presented_kid(world.exchange(BACKEND.assertion()).token) == "k1"


# --- the API key ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [
        "",
        "tengine_",
        API_KEY[:-1],
        API_KEY + "x",
        api_keys.compose(PROJECT_ID, INTEGRATION_ID, "x" * 24),
        api_keys.compose(PROJECT_ID, "Integ002", "s" * 24),
        api_keys.compose("Proj0002", INTEGRATION_ID, "s" * 24),
    ],
)
@pytest.mark.parametrize("assertion", ["", "x.y.z", BACKEND.assertion()])
def test_a_wrong_key_is_refused_as_such_whatever_comes_with_it(
    world: World, key: str, assertion: str
) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        world.exchange(assertion, key=key)
    assert str(refusal.value) == "Invalid or inactive API key"
    assert not world.marks.until
    assert not world.callers


def test_a_session_token_is_no_api_key(world: World) -> None:
    token = world.exchange(BACKEND.assertion()).token
    with pytest.raises(Unauthenticated, match="API key"):
        world.exchange(BACKEND.assertion(jti="2"), key=token)


def test_an_api_key_is_no_assertion(world: World) -> None:
    world.refused(API_KEY)


def test_a_session_token_is_no_assertion(world: World) -> None:
    token = world.exchange(BACKEND.assertion()).token
    world.refused(token)
    world.refused(token.removeprefix("tng_mst_"))


def test_a_revoked_key_and_a_deleted_project_are_refused(world: World) -> None:
    world.table.projects[PROJECT_ID] = replace(PROJECT, deleted_at=NOW)
    with pytest.raises(Unauthenticated, match="API key"):
        world.exchange(BACKEND.assertion())
    revoked = World()
    revoked.table.integrations.clear()
    with pytest.raises(Unauthenticated, match="API key"):
        revoked.exchange(BACKEND.assertion())


@pytest.mark.parametrize("scopes", [frozenset(), frozenset({Scope.MCP, Scope.MANAGE})])
def test_a_key_needs_the_scope(world: World, scopes: frozenset[Scope]) -> None:
    world.table.integrations[PROJECT_ID, INTEGRATION_ID] = replace(INTEGRATION, scopes=scopes)
    with pytest.raises(MissingScope, match="exchange"):
        world.exchange(BACKEND.assertion())
    assert not world.marks.until


# --- the assertion ----------------------------------------------------------------------------


def test_an_assertion_of_another_project_is_refused(world: World) -> None:
    world.add_other_project()
    foreign = Signer(project_id=OTHER_ID)
    assert world.refused(foreign.assertion()) == "aud is not this project"
    assert world.refused(BACKEND.assertion(), key=OTHER_KEY) == "unknown kid"
    # Both projects may have registered the same public key; the audience still tells them apart.
    world.table.assertion_keys[OTHER_ID, KID] = BACKEND.registered
    assert world.refused(BACKEND.assertion(), key=OTHER_KEY) == "aud is not this project"


def test_an_unknown_and_a_deactivated_key_are_refused(world: World) -> None:
    world.table.assertion_keys[PROJECT_ID, KID] = replace(BACKEND.registered, deactivated_at=NOW)
    assert world.refused(BACKEND.assertion()) == "deactivated key"
    world.table.assertion_keys.clear()
    assert world.refused(BACKEND.assertion()) == "unknown kid"


def test_an_assertion_of_a_stranger_is_refused(world: World) -> None:
    stranger = Signer(key=private_key("ES256 of a stranger"))
    assert world.refused(stranger.assertion()) == "signature does not hold"


def test_any_active_key_of_the_project_vouches(world: World) -> None:
    second = Signer(kid="backend-v2", key=private_key("ES256 second"))
    world.table.assertion_keys[PROJECT_ID, "backend-v2"] = second.registered
    assert world.session(world.exchange(second.assertion())).assertion_kid == "backend-v2"


def test_a_blocked_member_gets_no_session(world: World) -> None:
    world.table.members[PROJECT_ID, "ada"] = MemberStanding(external_id="ada", blocked_at=NOW)
    assert world.refused(BACKEND.assertion()) == "blocked member"
    assert not world.members.seen


def test_the_member_who_is_judged_is_the_one_who_is_vouched_for(world: World) -> None:
    """The read happens before the proof, so it must have been about the same member."""
    world.table.members[PROJECT_ID, "eve"] = MemberStanding(external_id="eve", blocked_at=NOW)
    assert world.refused(BACKEND.assertion(sub="eve")) == "blocked member"
    assert world.session(world.exchange(BACKEND.assertion())).member.external_id == "ada"


def test_a_token_too_long_to_be_read_is_not_minted(world: World) -> None:
    with pytest.raises(InvalidRequest, match="do not fit"):
        world.exchange(BACKEND.assertion(roles=[f"{n:02}" + "é" * 14 for n in range(50)]))
    assert not world.marks.until


# --- once -------------------------------------------------------------------------------------


@pytest.mark.parametrize("jti", [None, "1"])
def test_an_assertion_is_good_once(world: World, jti: str | None) -> None:
    assertion = BACKEND.assertion(jti=jti)
    world.exchange(assertion)
    assert world.refused(assertion) == "replayed"


@pytest.mark.parametrize("jti", [None, "1"])
def test_an_assertion_is_not_good_again_under_its_second_signature(
    world: World, jti: str | None
) -> None:
    assertion = BACKEND.assertion(jti=jti)
    world.exchange(assertion)
    assert world.refused(with_high_s(assertion)) == "replayed"


def test_the_second_signature_may_come_first_but_then_the_first_is_not_good(world: World) -> None:
    assertion = BACKEND.assertion()
    world.exchange(with_high_s(assertion))
    assert world.refused(assertion) == "replayed"


def test_a_jti_is_good_once_however_often_it_is_signed(world: World) -> None:
    world.exchange(BACKEND.assertion(jti="1"))
    assert world.refused(BACKEND.assertion(jti="1", exp=NOW + 61)) == "replayed"


def test_an_assertion_whose_jti_is_taken_away_is_a_forgery(world: World) -> None:
    head, _, signature = BACKEND.assertion(jti="1").split(".")
    payload = BACKEND.assertion().split(".")[1]
    assert world.refused(f"{head}.{payload}.{signature}") == "signature does not hold"


def test_two_projects_do_not_spend_each_other_s_jti(world: World) -> None:
    world.add_other_project()
    other = Signer(project_id=OTHER_ID)
    world.table.assertion_keys[OTHER_ID, KID] = other.registered
    world.exchange(BACKEND.assertion(jti="1"))
    granted = world.exchange(other.assertion(jti="1"), key=OTHER_KEY)
    assert world.session(granted).project_id == OTHER_ID


def test_a_replay_is_refused_to_the_assertion_s_last_second(world: World) -> None:
    assertion = BACKEND.assertion()
    world.exchange(assertion)
    world.now = NOW + 60 + 29
    assert world.refused(assertion) == "replayed"
    world.now += 1
    assert world.refused(assertion) == "expired"


@pytest.mark.parametrize("jti", [None, "1"])
def test_of_racing_replays_exactly_one_wins(world: World, jti: str | None) -> None:
    assertion, start = BACKEND.assertion(jti=jti), Barrier(8)

    def race(_: int) -> bool:
        start.wait()
        try:
            world.exchange(assertion)
        except InvalidAssertion:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(race, range(8))) == 1


def failing_ring(world: World) -> None:
    class Down(FixedKeyRings):
        def ring(self, *, now: int) -> KeyRing:
            raise Unavailable(str(now))

    world.rings = Down(RING)


def failing_read(world: World) -> None:
    class Down(MemoryAuthority):
        def read(self, wanted: Wanted) -> Authority:
            raise Unavailable(wanted.project_id)

    world.table = Down()


def failing_members(world: World) -> None:
    world.members.fails = True


@pytest.mark.parametrize("fail", [failing_ring, failing_read, failing_members])
def test_what_fails_leaves_the_assertion_usable(fail: Callable[[World], None]) -> None:
    assertion, broken, sound = BACKEND.assertion(), World(), World()
    fail(broken)
    with pytest.raises(Unavailable):
        broken.exchange(assertion)
    sound.marks = broken.marks
    assert world_is_served(sound, assertion)


def world_is_served(world: World, assertion: str) -> bool:
    return world.session(world.exchange(assertion)).member.external_id == "ada"


def test_a_refused_assertion_is_not_spent(world: World) -> None:
    assertion = BACKEND.assertion()
    world.table.assertion_keys[PROJECT_ID, KID] = ASSERTION_KEY_ENDED
    world.refused(assertion)
    world.table.assertion_keys[PROJECT_ID, KID] = BACKEND.registered
    assert world_is_served(world, assertion)


ASSERTION_KEY_ENDED = replace(ASSERTION_KEY, deactivated_at=NOW)


# --- without an assertion ---------------------------------------------------------------------


def test_a_bare_member_is_refused_unless_the_deployment_allows_it(world: World) -> None:
    with pytest.raises(Forbidden) as refusal:
        world.exchange(external_id="ada")
    assert str(refusal.value) == "member_external_id mode disabled in production"
    world.unverified = True
    session = world.session(world.exchange(external_id="ada"))
    assert (session.member.external_id, session.assertion_kid) == ("ada", None)


def test_a_bare_member_is_still_judged(world: World) -> None:
    world.unverified = True
    world.table.members[PROJECT_ID, "ada"] = MemberStanding(external_id="ada", epoch=2)
    granted = world.exchange(external_id="ada")
    assert (world.session(granted).epoch, granted.assertion_lifetime) == (2, None)
    world.table.members[PROJECT_ID, "ada"] = MemberStanding(external_id="ada", blocked_at=NOW)
    assert world.refused(external_id="ada") == "blocked member"


@pytest.mark.parametrize("external_id", ["", " ", "a\nb", "oidc:ada", "a" * 257])
def test_a_bare_member_who_cannot_be_is_a_bad_request(world: World, external_id: str) -> None:
    world.unverified = True
    with pytest.raises(InvalidRequest, match="Could not resolve member_external_id"):
        world.exchange(external_id=external_id)


@pytest.mark.parametrize("unverified", [True, False])
def test_neither_and_both_are_bad_requests(world: World, unverified: bool) -> None:  # noqa: FBT001
    world.unverified = unverified
    with pytest.raises(InvalidRequest) as refusal:
        world.exchange()
    assert str(refusal.value) == "Provide member_assertion or member_external_id"
    with pytest.raises(InvalidRequest, match="not both"):
        world.exchange(BACKEND.assertion(), "ada")
    assert not world.marks.until


def test_an_unverified_member_does_not_stand_in_for_a_bad_assertion(world: World) -> None:
    world.unverified = True
    with pytest.raises(InvalidRequest):
        world.exchange("x.y.z", "ada")
    world.refused("")


def test_the_token_and_the_assertion_are_in_no_repr(world: World) -> None:
    assertion = BACKEND.assertion()
    granted = world.exchange(assertion)
    assert granted.token not in repr(granted)
    assert assertion not in repr(SessionRequest(member_assertion=assertion))


# --- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["project", "integration"])
def test_an_exchange_counts_for_its_project_and_its_integration(world: World, whose: str) -> None:
    limits = Limits(per_minute=1)
    if whose == "project":
        settings = ProjectSettings(limits=limits)
        world.table.projects[PROJECT_ID] = replace(PROJECT, settings=settings)
    else:
        limited = replace(INTEGRATION, limits=limits)
        world.table.integrations[PROJECT_ID, INTEGRATION_ID] = limited
    [standing] = world.exchange(BACKEND.assertion()).standings
    assert (standing.limit.name, standing.remaining) == (f"{whose}-minute", 0)
    assertion = BACKEND.assertion(jti="second")
    with pytest.raises(TooManyRequests, match=f"for this {whose}") as refusal:
        world.exchange(assertion)
    assert refusal.value.standings[0].remaining == 0
    assert len(world.marks.until) == 1  # what a limit refused was not spent
    world.now += 40
    assert world.exchange(assertion).token


def test_an_assertion_that_does_not_hold_counts_too_and_a_key_that_does_not_is_not(
    world: World,
) -> None:
    settings = ProjectSettings(limits=Limits(per_minute=2))
    world.table.projects[PROJECT_ID] = replace(PROJECT, settings=settings)
    with pytest.raises(InvalidAssertion) as refusal:
        world.exchange("a.b.c")
    assert refusal.value.standings[0].remaining == 1
    wrong = api_keys.compose(PROJECT_ID, INTEGRATION_ID, "w" * 24)
    with pytest.raises(Unauthenticated) as unknown:
        world.exchange(BACKEND.assertion(), key=wrong)
    assert not unknown.value.standings
    assert world.exchange(BACKEND.assertion()).standings[0].remaining == 0


def test_a_place_is_given_back_after_an_exchange_whatever_came_of_it(world: World) -> None:
    settings = ProjectSettings(limits=Limits(concurrent=1))
    world.table.projects[PROJECT_ID] = replace(PROJECT, settings=settings)
    for number in range(2):
        world.refused("a.b.c")
        assert world.exchange(BACKEND.assertion(jti=f"j{number}")).token


def test_an_exchange_that_cannot_be_counted_is_not_made(world: World) -> None:
    settings = ProjectSettings(limits=Limits(per_minute=2))
    world.table.projects[PROJECT_ID] = replace(PROJECT, settings=settings)
    world.limits.fails = True
    with pytest.raises(Unavailable):
        world.exchange(BACKEND.assertion())
    assert not world.marks.until
