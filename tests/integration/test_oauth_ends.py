"""What ends a session on the deployed template, and who learns of it."""

import time
from typing import Any

import pytest

from gatehouse.aws.tables import member_key
from local.stack import LocalStack
from tests.integration.oauth_answers import claims, error
from tests.integration.sign_ins import SignIns, signed_up
from tests.integration.world import World, bearer

pytestmark = pytest.mark.stack


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_the_session_at_once(sign_ins: SignIns, kind: str) -> None:
    tokens = sign_ins.signed_in()
    form = {"client_id": sign_ins.client_id, "token": tokens[kind]}
    assert sign_ins.post(form, path="/oauth/revoke").status_code == 200
    assert sign_ins.ping(tokens["access_token"]) == 401
    assert error(sign_ins.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert sign_ins.post(form, path="/oauth/revoke").status_code == 200
    for nothing in ("grt_x", "eyJ.a.b", "x"):
        again = {"client_id": sign_ins.client_id, "token": nothing}
        assert sign_ins.post(again, path="/oauth/revoke").status_code == 200


def test_signing_a_member_out_ends_their_oauth_sessions_too(sign_ins: SignIns) -> None:
    tokens = sign_ins.signed_in(sign_ins.grant("oidc:test:2"))
    assert sign_ins.ping(tokens["access_token"]) == 200
    key = member_key(sign_ins.tenant.project_id, "oidc:test:2")
    item: Any = {**key, "epoch": {"N": "1"}}
    sign_ins.dynamodb.put_item(TableName=sign_ins.authority, Item=item)
    assert sign_ins.ping(tokens["access_token"]) == 401
    assert error(sign_ins.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_apps_learn_of_tokens_of_their_own_projects_alone(
    sign_ins: SignIns, stack: LocalStack, world: World
) -> None:
    tokens = sign_ins.signed_in()
    ours = sign_ins.app()
    foreign = sign_ins.app(signed_up(stack, world).tenant.project_id)
    said = sign_ins.introspect(ours, tokens["access_token"]).json()
    assert said["active"] is True
    assert said["sub"] == "user:" + "u" * 16
    assert said["member_external_id"] == "oidc:test:1"
    assert sign_ins.introspect(ours, tokens["refresh_token"]).json()["active"] is True
    for app, token in (
        (foreign, tokens["access_token"]),
        (foreign, tokens["refresh_token"]),
        (ours, tokens["access_token"][:-4] + "AAAA"),
        (ours, sign_ins.tenant.api_key),
        (ours, "x"),
    ):
        assert sign_ins.introspect(app, token).json() == {"active": False}
    sign_ins.noted(sign_ins.refresh(tokens["refresh_token"]))
    assert sign_ins.introspect(ours, tokens["refresh_token"]).json() == {"active": False}
    sign_ins.families.end(claims(tokens["access_token"])["sid"], now=int(time.time()))
    assert sign_ins.introspect(ours, tokens["access_token"]).json() == {"active": False}


def test_nobody_but_an_app_introspects(sign_ins: SignIns) -> None:
    token = sign_ins.signed_in()["access_token"]
    nobody = sign_ins.token(path="/oauth/introspect", token=token)
    assert error(nobody) == (401, "invalid_client")
    public = sign_ins.token(path="/oauth/introspect", token=token, client_id=sign_ins.client_id)
    assert error(public) == (401, "invalid_client")
    with_token = sign_ins.tenant.http.post(
        "/oauth/introspect", data={"token": token}, headers=bearer(token)
    )
    assert error(with_token) == (401, "invalid_client")
