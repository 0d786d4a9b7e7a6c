"""What becomes of authorization codes."""

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain.authorization_codes import proves
from gatehouse.domain.errors import Unavailable
from tests.signed_in import (
    FOR_MCP,
    ORIGIN,
)
from tests.unit.oauth.server import (
    CHALLENGE,
    CLIENT,
    OTHER,
    REDIRECT,
    Server,
    refused,
)


def test_a_code_begins_a_session_whose_tokens_hold() -> None:
    server = Server()
    issued = server.signed_in()
    token = server.read(issued.access_token, origin=ORIGIN, scope="mcp")
    assert token.grant == FOR_MCP
    assert token.family_id in server.families.families
    assert issued.refresh_token
    assert issued.refresh_token.startswith("grt_")


def test_a_second_use_ends_what_the_first_began_whoever_comes_second() -> None:
    for second in (CLIENT, OTHER):
        server = Server()
        server.signed_in()
        refused("invalid_grant", lambda s=server, c=second: s.redeem(c))  # type: ignore[misc]
        assert not server.only_family_is_live


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "gac_2"}, "invalid_grant"),
        ({"redirect_uri": REDIRECT + "/"}, "invalid_grant"),
        ({"verifier": "w" * 43}, "invalid_grant"),
        ({"verifier": CHALLENGE}, "invalid_grant"),
        ({"verifier": ""}, "invalid_grant"),
        ({"resource": f"{ORIGIN}/api"}, "invalid_target"),
        ({"client": OTHER}, "invalid_grant"),
    ],
    ids=str,
)
def test_a_code_is_bound_and_what_fails_does_not_use_it(changes: dict[str, Any], code: str) -> None:
    server = Server()
    server.issue()
    refused(code, lambda: server.redeem(**changes))
    assert server.families.families == {}
    assert server.redeem().access_token


def test_a_code_that_was_granted_elsewhere_is_nothing_here() -> None:
    server = Server()
    server.issue(replace(FOR_MCP, resource="https://elsewhere.example/mcp"))
    refused("invalid_grant", server.redeem)


def test_a_code_is_over_after_its_minute() -> None:
    server = Server()
    server.issue()
    server.now += 60
    refused("invalid_grant", server.redeem)


def test_a_silent_kms_uses_nothing_up() -> None:
    server = Server(silent=True)
    server.issue()
    with pytest.raises(Unavailable):
        server.redeem()
    server.silent = False
    token = server.redeem().refresh_token
    server.silent = True
    with pytest.raises(Unavailable):
        server.refresh(token)
    server.silent = False
    assert server.refresh(token).access_token


def test_pkce_is_s256_of_rfc_7636_and_never_plain() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert proves(verifier, challenge)
    assert not proves(challenge, challenge)
    assert not proves(verifier[:42], challenge)
    short = "v" * 42
    made = base64.urlsafe_b64encode(hashlib.sha256(short.encode()).digest()).rstrip(b"=").decode()
    assert not proves(short, made)
