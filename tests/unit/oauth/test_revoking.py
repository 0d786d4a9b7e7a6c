"""Who may end a session, and who learns of one."""

import pytest

from gatehouse.domain import family_tokens
from gatehouse.domain.errors import InvalidClient
from gatehouse.domain.members import MemberStanding
from tests.samples import NOW, PROJECT_ID
from tests.unit.oauth.server import OTHER, Server, app, refused


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoking_ends_the_session_of_its_own_client_alone(kind: str) -> None:
    server = Server()
    token = getattr(server.signed_in(), kind)
    refused("invalid_grant", lambda: server.revoke(token, OTHER))
    assert server.only_family_is_live
    server.revoke(token)
    assert not server.only_family_is_live


def test_whoever_holds_no_good_token_ends_nothing() -> None:
    server = Server()
    issued = server.signed_in()
    family_id = next(iter(server.families.families))
    guessed = family_tokens.new_token(family_tokens.REFRESH, family_id, server.choose)
    for token in (guessed, issued.access_token[:-8] + "AAAAAAAA", "x"):
        server.revoke(token)
    assert server.only_family_is_live


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
