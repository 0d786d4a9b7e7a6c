"""What becomes of refresh tokens, and of the sessions they belong to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain import access_tokens, family_tokens
from gatehouse.domain.families import DAY, FamilyKind
from gatehouse.domain.members import MemberStanding
from tests.samples import NOW, PROJECT_ID
from tests.signed_in import FAMILY_ID, FOR_API, FOR_MCP, ORIGIN, family
from tests.unit.oauth.losses import (
    block,
    change_role,
    delete_account,
    delete_integration,
    delete_project,
    lock_out,
    lose_role,
    managing,
    remove_project,
    sign_out,
)
from tests.unit.oauth.server import OTHER, Server, refused


def test_a_refresh_token_gives_the_next_one_and_its_reuse_ends_all() -> None:
    server = Server()
    first = server.signed_in().refresh_token
    second = server.refresh(first).refresh_token
    assert second != first
    refused("invalid_grant", lambda: server.refresh(first))
    assert not server.only_family_is_live
    refused("invalid_grant", lambda: server.refresh(second))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"client": OTHER}, "invalid_grant"),
        ({"scope": frozenset({"mcp", "manage"})}, "invalid_scope"),
        ({"scope": frozenset({"manage"})}, "invalid_scope"),
        ({"scope": frozenset()}, "invalid_scope"),
        ({"resource": f"{ORIGIN}/api"}, "invalid_target"),
    ],
    ids=str,
)
def test_a_refresh_never_widens_and_what_fails_does_not_use_the_token(
    asked: dict[str, Any], code: str
) -> None:
    server = Server()
    token = server.signed_in().refresh_token
    refused(code, lambda: server.refresh(token, **asked))
    assert server.refresh(token).access_token


@pytest.mark.parametrize("token", ["", "grt_", "grt_" + "0" * 53, "gcs_" + "0" * 53, "x"])
def test_what_is_no_refresh_token_is_refused(token: str) -> None:
    refused("invalid_grant", lambda: Server().refresh(token))


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": FamilyKind.CONSOLE},
        {"grant": replace(FOR_MCP, resource="https://elsewhere.example/mcp")},
        {"grant": replace(FOR_MCP, resource=None)},
    ],
    ids=str,
)
def test_a_session_of_another_kind_or_origin_is_not_refreshed_here(changes: dict[str, Any]) -> None:
    server = Server()
    token = family_tokens.new_token(family_tokens.REFRESH, FAMILY_ID, server.choose)
    begun = replace(family(), **changes)
    server.families.begin(begun, refresh_digest=family_tokens.digest(token))
    refused("invalid_grant", lambda: server.refresh(token))


def test_a_member_who_was_signed_out_or_blocked_refreshes_no_more() -> None:
    for standing in (
        MemberStanding(external_id="ada", epoch=1),
        MemberStanding(external_id="ada", blocked_at=NOW),
    ):
        server = Server()
        token = server.signed_in().refresh_token
        server.table.members[PROJECT_ID, "ada"] = standing
        refused("invalid_grant", lambda s=server, t=token: s.refresh(t))  # type: ignore[misc]
        assert not server.only_family_is_live


@given(st.lists(st.integers(0, 15 * DAY), max_size=6))
def test_a_session_lasts_while_it_is_used_and_thirty_days_at_most(pauses: list[int]) -> None:
    server = Server()
    token = server.signed_in().refresh_token
    for pause in pauses:
        server.now += pause
        if pause >= 14 * DAY or server.now >= NOW + 30 * DAY:
            refused("invalid_grant", lambda t=token: server.refresh(t))  # type: ignore[misc]
            return
        token = server.refresh(token).refresh_token


def test_a_grant_for_the_api_refreshes_too() -> None:
    server = managing()
    token = server.signed_in(FOR_API).refresh_token
    issued = server.refresh(token)
    said = server.read(issued.access_token, origin=ORIGIN, scope="manage")
    assert said.grant == FOR_API
    assert access_tokens.has_shape(issued.access_token)


@pytest.mark.parametrize(
    "loss", [lose_role, change_role, lock_out, delete_account, delete_project, remove_project]
)
def test_whoever_lost_what_they_were_refreshes_no_more(loss: Callable[[Server], None]) -> None:
    server = managing()
    token = server.signed_in(FOR_API).refresh_token
    token = server.refresh(token).refresh_token
    loss(server)
    refused("invalid_grant", lambda: server.refresh(token))
    assert not server.only_family_is_live


def test_an_administrator_refreshes_while_they_are_one() -> None:
    for_all = replace(FOR_API, project_id=None, epoch=None, is_admin=True)
    server = managing(is_admin=True)
    token = server.refresh(server.signed_in(for_all).refresh_token).refresh_token
    server.table.people["u1"] = replace(server.table.people["u1"], is_admin=False)
    refused("invalid_grant", lambda: server.refresh(token))
    assert not server.only_family_is_live


def test_nothing_is_signed_for_a_token_that_was_used_or_never_given_out() -> None:
    server = Server()
    first = server.signed_in().refresh_token
    family_id = next(iter(server.families.families))
    guessed = family_tokens.new_token(family_tokens.REFRESH, family_id, server.choose)
    before = server.signer.signed
    refused("invalid_grant", lambda: server.refresh(guessed))
    assert server.only_family_is_live
    assert server.signer.signed == before
    assert server.admitted == [FOR_MCP]
    server.refresh(first)
    refused("invalid_grant", lambda: server.refresh(first))
    assert (server.signer.signed, len(server.admitted)) == (before + 1, 2)


@pytest.mark.parametrize(
    "loss", [delete_project, remove_project, delete_integration, block, sign_out]
)
def test_a_member_refreshes_only_what_would_be_admitted(loss: Callable[[Server], None]) -> None:
    server = Server()
    token = server.refresh(server.signed_in().refresh_token).refresh_token
    loss(server)
    refused("invalid_grant", lambda: server.refresh(token))
    assert not server.only_family_is_live
