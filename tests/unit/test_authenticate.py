"""Which credentials are admitted, and as whom."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from gatehouse.domain import api_keys, projects, session_tokens
from gatehouse.domain.errors import SessionExpired, Unauthenticated
from gatehouse.domain.key_ring import KeyRing, SessionKey
from gatehouse.domain.members import MemberStanding
from gatehouse.domain.session_tokens import Session
from gatehouse.usecases.authenticate import Authenticate
from tests.fakes.authority import MemoryAuthority
from tests.fakes.credentials import FixedKeyRings
from tests.samples import (
    ADA,
    API_KEY,
    ASSERTION_KEY,
    DEPLOYMENT,
    INTEGRATION_ID,
    KID,
    LOOKUP,
    NOW,
    PROJECT,
    PROJECT_ID,
    RING,
    SESSION,
    authority,
)


def authenticate(
    table: MemoryAuthority, rings: FixedKeyRings | None = None, *, now: int = NOW
) -> Authenticate:
    return Authenticate(
        authority=table,
        rings=rings or FixedKeyRings(RING),
        deployment_id=DEPLOYMENT,
        clock=lambda: now,
    )


def token(session: Session = SESSION, key: SessionKey = RING.current) -> str:
    return session_tokens.mint(session, key=key, deployment_id=DEPLOYMENT)


def test_an_api_key_is_admitted_as_its_integration_in_one_read() -> None:
    table = authority()
    admitted = authenticate(table)(API_KEY, tool_name=LOOKUP.name)
    assert admitted.caller.project.id == PROJECT_ID
    assert admitted.caller.member is None
    assert admitted.tool is not None
    assert table.reads == 1


def test_a_session_token_is_admitted_as_its_member_in_one_read() -> None:
    table = authority()
    assert authenticate(table)(token()).caller.member == ADA
    assert table.reads == 1


def test_a_key_with_another_secret_is_refused() -> None:
    other = api_keys.compose(PROJECT_ID, INTEGRATION_ID, "x" * 24)
    with pytest.raises(Unauthenticated):
        authenticate(authority())(other)


@pytest.mark.parametrize(
    ("project_id", "integration_id"),
    [(PROJECT_ID, INTEGRATION_ID), (PROJECT_ID, "zzzzzzzz"), ("zzzzzzzz", "zzzzzzzz")],
)
def test_wrong_and_unknown_keys_cost_the_one_read_that_a_good_one_does(
    project_id: str, integration_id: str
) -> None:
    """A round trip is what a stranger could measure; the time of comparing is none of it."""
    table = authority()
    with pytest.raises(Unauthenticated) as refusal:
        authenticate(table)(api_keys.compose(project_id, integration_id, "x" * 24))
    assert table.reads == 1
    assert str(refusal.value) == "Invalid or inactive API key"


def test_a_key_s_digest_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[set[object]] = []

    def compare(one: str, other: str) -> bool:
        compared.append({one, other})
        return one == other

    monkeypatch.setattr(projects, "hmac", SimpleNamespace(compare_digest=compare))
    wrong = api_keys.compose(PROJECT_ID, INTEGRATION_ID, "x" * 24)
    with pytest.raises(Unauthenticated):
        authenticate(authority())(wrong)
    assert compared == [{api_keys.digest(wrong), api_keys.digest(API_KEY)}]


def test_a_key_of_a_deleted_integration_is_refused() -> None:
    table = authority()
    table.integrations.clear()
    with pytest.raises(Unauthenticated):
        authenticate(table)(API_KEY)


def test_a_session_dies_with_its_integration() -> None:
    table = authority()
    table.integrations.clear()
    with pytest.raises(Unauthenticated):
        authenticate(table)(token())


@pytest.mark.parametrize("credential", [API_KEY, token()])
def test_a_deleted_project_admits_nobody(credential: str) -> None:
    table = authority()
    table.projects[PROJECT_ID] = replace(PROJECT, deleted_at=NOW)
    with pytest.raises(Unauthenticated):
        authenticate(table)(credential)


def test_a_session_dies_with_its_assertion_key() -> None:
    table = authority()
    table.assertion_keys[PROJECT_ID, KID] = replace(ASSERTION_KEY, deactivated_at=NOW)
    with pytest.raises(Unauthenticated):
        authenticate(table)(token())
    table.assertion_keys.clear()
    with pytest.raises(Unauthenticated):
        authenticate(table)(token())


def test_a_blocked_member_is_refused() -> None:
    table = authority()
    table.members[PROJECT_ID, "ada"] = MemberStanding(external_id="ada", blocked_at=NOW)
    with pytest.raises(Unauthenticated):
        authenticate(table)(token())


@pytest.mark.parametrize(("minted", "stands"), [(0, 1), (1, 2), (2, 1)])
def test_a_session_of_another_epoch_is_refused(minted: int, stands: int) -> None:
    table = authority()
    table.members[PROJECT_ID, "ada"] = MemberStanding(external_id="ada", epoch=stands)
    with pytest.raises(Unauthenticated):
        authenticate(table)(token(replace(SESSION, epoch=minted)))


def test_a_session_of_an_epoch_that_nobody_knows_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        authenticate(authority())(token(replace(SESSION, epoch=3)))


def test_a_session_ends_at_its_expiry_second_and_says_so() -> None:
    assert authenticate(authority(), now=SESSION.expires_at - 1)(token()).caller.member == ADA
    with pytest.raises(SessionExpired):
        authenticate(authority(), now=SESSION.expires_at)(token())


def test_an_expired_forgery_does_not_learn_that_it_expired() -> None:
    forged = token(key=replace(RING.current, secret=b"2" * 32))
    with pytest.raises(Unauthenticated) as refusal:
        authenticate(authority(), now=SESSION.expires_at)(forged)
    assert not isinstance(refusal.value, SessionExpired)


def test_a_token_of_a_newer_ring_is_admitted_after_one_refetch() -> None:
    newer = SessionKey(kid="k9", secret=b"9" * 32, since=NOW)
    rings = FixedKeyRings(RING, fresh=KeyRing(current=newer))
    assert authenticate(authority(), rings)(token(key=newer)).caller.member == ADA
    assert rings.refetches == 1


def test_a_retired_key_verifies_for_twenty_minutes() -> None:
    retired = replace(RING.current, since=NOW - 1199)
    ring = KeyRing(current=SessionKey(kid="k2", secret=b"2" * 32, since=NOW), previous=retired)
    assert authenticate(authority(), FixedKeyRings(ring))(token()).caller.member == ADA
    with pytest.raises(Unauthenticated):
        authenticate(authority(), FixedKeyRings(ring), now=NOW + 1)(token())


@pytest.mark.parametrize("credential", ["", "tengine_", "tng_mst_", "tng_mst_a.b.c", "x" * 9000])
def test_what_is_no_credential_is_refused_without_a_read(credential: str) -> None:
    table = authority()
    with pytest.raises(Unauthenticated):
        authenticate(table)(credential)
    assert table.reads == 0
