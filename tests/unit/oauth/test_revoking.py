"""Who may end a session."""

import pytest

from gatehouse.domain import family_tokens
from tests.signed_in import FOR_MCP
from tests.unit.oauth.server import OTHER, Server, refused


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoking_ends_the_session_of_its_own_client_alone(kind: str) -> None:
    server = Server()
    token = getattr(server.signed_in(), kind)
    refused("invalid_grant", lambda: server.revoke(token, OTHER))
    assert server.only_family_is_live
    assert server.revoke(token)
    assert not server.only_family_is_live
    assert server.admitted[-2:] == [FOR_MCP, FOR_MCP]


def test_whoever_holds_no_good_token_ends_nothing() -> None:
    server = Server()
    issued = server.signed_in()
    family_id = next(iter(server.families.families))
    guessed = family_tokens.new_token(family_tokens.REFRESH, family_id, server.choose)
    for token in (guessed, issued.access_token[:-8] + "AAAAAAAA", "x"):
        assert not server.revoke(token)
    assert server.admitted == [FOR_MCP]
    assert server.only_family_is_live
