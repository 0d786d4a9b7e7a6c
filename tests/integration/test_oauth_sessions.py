"""Codes and refresh tokens on the deployed template: what they give, once, and to whom."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from local.stack import LocalStack
from tests.integration.echo import Echo
from tests.integration.oauth_answers import error
from tests.integration.sign_ins import REDIRECT_URI, SignIns, signed_up
from tests.integration.world import World

pytestmark = pytest.mark.stack


def test_whoever_signs_in_calls_tools_as_that_member(sign_ins: SignIns, echo: Echo) -> None:
    tool = sign_ins.tenant.tool(
        echo.url,
        name="whoami",
        require_member=True,
        inject_member_identity={"id": True, "email": True},
    )
    answer = sign_ins.redeem(sign_ins.code())
    said = sign_ins.noted(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert said.keys() == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert (said["token_type"], said["expires_in"], said["scope"]) == ("Bearer", 900, "mcp")
    called = sign_ins.tenant.call(said["access_token"], tool["name"])
    assert called["result"]["isError"] is False
    assert echo.received[-1].headers["x-tengine-member-id"] == "oidc:test:1"


def test_a_refresh_token_is_good_once_and_its_second_use_ends_everything(
    sign_ins: SignIns,
) -> None:
    first = sign_ins.signed_in()
    second = sign_ins.noted(sign_ins.refresh(first["refresh_token"]))
    assert sign_ins.ping(first["access_token"]) == sign_ins.ping(second["access_token"]) == 200
    assert error(sign_ins.refresh(first["refresh_token"])) == (400, "invalid_grant")
    assert sign_ins.ping(first["access_token"]) == sign_ins.ping(second["access_token"]) == 401
    assert error(sign_ins.refresh(second["refresh_token"])) == (400, "invalid_grant")


def test_of_parallel_refreshes_one_wins_and_the_session_ends(sign_ins: SignIns) -> None:
    token = sign_ins.signed_in()["refresh_token"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: sign_ins.refresh(token), range(8)))
    won = [sign_ins.noted(answer) for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert {error(a) for a in answers if a.status_code != 200} <= {
        (400, "invalid_grant"),
        (503, "temporarily_unavailable"),
    }
    assert error(sign_ins.refresh(token)) == (400, "invalid_grant")
    assert sign_ins.ping(won[0]["access_token"]) == 401
    assert error(sign_ins.refresh(won[0]["refresh_token"])) == (400, "invalid_grant")


def test_of_parallel_uses_of_a_code_one_wins_and_the_session_ends(sign_ins: SignIns) -> None:
    code = sign_ins.code()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: sign_ins.redeem(code), range(8)))
    won = [sign_ins.noted(answer) for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert error(sign_ins.redeem(code)) == (400, "invalid_grant")
    assert sign_ins.ping(won[0]["access_token"]) == 401
    assert error(sign_ins.refresh(won[0]["refresh_token"])) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "x" * 43},
        {"code_verifier": "short"},
        {"redirect_uri": REDIRECT_URI + "/"},
        {"redirect_uri": REDIRECT_URI.upper()},
        {"redirect_uri": REDIRECT_URI + "?"},
        {"client_id": "https://elsewhere.example/client.json"},
        {"code": "gac_unknown"},
    ],
    ids=str,
)
def test_a_code_is_good_for_its_own_request_alone_and_a_wrong_one_leaves_it(
    sign_ins: SignIns, changes: dict[str, str]
) -> None:
    code = sign_ins.code()
    assert error(sign_ins.redeem(code, **changes)) == (400, "invalid_grant")
    sign_ins.noted(right := sign_ins.redeem(code))
    assert right.status_code == 200


@pytest.mark.parametrize("missing", ["code", "redirect_uri", "code_verifier", "grant_type"])
def test_nothing_is_left_out(sign_ins: SignIns, missing: str) -> None:
    assert error(sign_ins.redeem(sign_ins.code(), **{missing: ""})) == (400, "invalid_request")


def test_a_code_is_over_after_its_minute(sign_ins: SignIns) -> None:
    assert error(sign_ins.redeem(sign_ins.code(lifetime=0))) == (400, "invalid_grant")


def test_tokens_are_for_the_resource_that_was_granted(sign_ins: SignIns) -> None:
    target = f"{sign_ins.origin}/api"
    assert error(sign_ins.redeem(sign_ins.code(), resource=target)) == (400, "invalid_target")
    token = sign_ins.signed_in()["refresh_token"]
    assert error(sign_ins.refresh(token, resource=target)) == (400, "invalid_target")
    assert error(sign_ins.refresh(token, scope="mcp manage")) == (400, "invalid_scope")
    elsewhere = sign_ins.grant(resource="https://elsewhere.example/mcp")
    refused = sign_ins.redeem(sign_ins.code(elsewhere), resource="")
    assert error(refused) == (400, "invalid_grant")
    sign_ins.noted(good := sign_ins.refresh(token, scope="mcp", resource=f"{sign_ins.origin}/mcp"))
    assert good.status_code == 200


def test_another_clients_tokens_are_nothing(
    sign_ins: SignIns, stack: LocalStack, world: World
) -> None:
    other = signed_up(stack, world)
    token = sign_ins.signed_in()["refresh_token"]
    code = sign_ins.code()
    assert error(other.refresh(token)) == (400, "invalid_grant")
    taken = other.redeem(code, code_verifier=sign_ins.verifier, resource="")
    assert error(taken) == (400, "invalid_grant")
    revoked = other.token(path="/oauth/revoke", client_id=other.client_id, token=token)
    assert error(revoked) == (400, "invalid_grant")
    sign_ins.noted(good := sign_ins.refresh(token))
    assert good.status_code == 200


def test_tengines_path_is_the_same_endpoint(sign_ins: SignIns) -> None:
    token = sign_ins.signed_in()["refresh_token"]
    sign_ins.noted(answer := sign_ins.refresh(token, path="/api/v1/mcp-oauth/token"))
    assert answer.status_code == 200
