"""What service apps learn of tokens."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gatehouse.domain import session_tokens
from gatehouse.domain.errors import InvalidClient
from gatehouse.domain.grants import Grant
from gatehouse.domain.members import MemberIdentity, MemberStanding
from gatehouse.domain.session_tokens import Session
from tests.samples import (
    DEPLOYMENT,
    INTEGRATION_ID,
    NOW,
    PROJECT_ID,
    RING,
    SESSION,
)
from tests.signed_in import FOR_API
from tests.unit.oauth.losses import (
    block,
    change_role,
    deactivate_key,
    delete_integration,
    delete_key,
    delete_project,
    lock_out,
    lose_role,
    managing,
    remove_project,
    sign_out,
)
from tests.unit.oauth.programs import app
from tests.unit.oauth.server import Server

OURS = app(PROJECT_ID)


def test_apps_learn_of_active_tokens_of_their_own_projects_alone() -> None:
    server = Server()
    issued = server.signed_in()
    for token in (issued.access_token, issued.refresh_token):
        assert server.is_active(token, app(PROJECT_ID))
        assert not server.is_active(token, app("Proj0002"))
        assert not server.is_active(token, app())
        with pytest.raises(InvalidClient):
            server.is_active(token, None)
    server.table.members[PROJECT_ID, "ada"] = MemberStanding(external_id="ada", epoch=1)
    assert not server.is_active(issued.access_token, app(PROJECT_ID))
    server.families.end(next(iter(server.families.families)), now=NOW)
    assert not server.is_active(issued.refresh_token, app(PROJECT_ID))


def session_token(session: Session = SESSION, *, deployment: str = DEPLOYMENT) -> str:
    return session_tokens.mint(session, key=RING.current, deployment_id=deployment)


def test_of_a_members_session_apps_of_its_project_learn_what_its_endpoint_needs() -> None:
    server = Server()
    described = server.described(session_token(), OURS)
    assert described is not None
    assert described.grant == Grant(
        subject="member:ada",
        client_id=INTEGRATION_ID,
        scope=frozenset({"mcp"}),
        resource=f"urn:gatehouse:{DEPLOYMENT}",
        project_id=PROJECT_ID,
        integration_id=INTEGRATION_ID,
        member=MemberIdentity(external_id="ada"),
    )
    assert (described.issued_at, described.expires_at) == (NOW, NOW + 900)
    assert (described.token_id, described.family_id) == (SESSION.token_id, None)
    assert described.issuer == described.grant.resource
    assert not server.is_active(session_token(), app("Proj0002"))
    with pytest.raises(InvalidClient):
        server.is_active(session_token(), None)


def test_a_session_token_that_is_forged_or_over_is_not_active() -> None:
    server = Server()
    token = session_token()
    for wrong in (token[:-4] + "AAAA", session_token(deployment="other"), "tng_mst_", "tng_mst_x"):
        assert not server.is_active(wrong, OURS)
    server.now = NOW + 899
    assert server.is_active(token, OURS)
    server.now = NOW + 900
    assert not server.is_active(token, OURS)


@pytest.mark.parametrize(
    "loss",
    [
        deactivate_key,
        delete_key,
        delete_integration,
        delete_project,
        remove_project,
        block,
        sign_out,
    ],
)
def test_a_session_token_is_active_where_mcp_would_admit_it(
    loss: Callable[[Server], None],
) -> None:
    server = Server()
    assert server.is_active(session_token(), OURS)
    loss(server)
    assert not server.is_active(session_token(), OURS)


def test_a_session_of_an_issuer_that_is_trusted_no_more_is_not_active() -> None:
    vouched = replace(SESSION, assertion_kid=None, external_issuer="https://id.example.com")
    assert not Server().is_active(session_token(vouched), OURS)


@pytest.mark.parametrize("loss", [lose_role, change_role, lock_out, delete_project])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_managers_token_is_active_while_they_are_what_they_were(
    kind: str, loss: Callable[[Server], None]
) -> None:
    server = managing()
    token = getattr(server.signed_in(FOR_API), kind)
    assert server.is_active(token, OURS)
    loss(server)
    assert not server.is_active(token, OURS)


def test_an_apps_token_is_active_while_the_app_is_granted_something_there() -> None:
    server = Server()
    grant = replace(FOR_API, subject="app:App000000001", client_id="App000000001", epoch=None)
    token = server.mint(grant, origin="https://gate.example.com", family_id=None, now=NOW)
    server.table.apps["App000000001"] = OURS
    assert server.is_active(token.access_token, OURS)
    for lost in (replace(OURS, is_active=False), app("Proj0002"), app()):
        server.table.apps["App000000001"] = lost
        assert not server.is_active(token.access_token, OURS)
    server.table.apps.clear()
    assert not server.is_active(token.access_token, OURS)
