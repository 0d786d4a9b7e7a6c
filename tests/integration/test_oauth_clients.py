"""Clients on the deployed template: those with a secret, and service apps."""

import secrets
import time
from typing import Any

import jwt
import pytest

from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from local.stack import LocalStack
from tests.integration.oauth_answers import claims, error
from tests.integration.sign_ins import REDIRECT_URI, SignIns, signed_up
from tests.integration.world import Json, World, key_pair
from tests.samples import mistyped

pytestmark = pytest.mark.stack


def test_a_confidential_client_shows_its_secret(stack: LocalStack, world: World) -> None:
    secret = secrets.token_urlsafe(32)
    world.journal.note("client secret", secret)
    ours = signed_up(stack, world, secret)
    for wrong in ({}, {"client_secret": "wrong"}):
        assert error(ours.redeem(ours.code(), **wrong)) == (401, "invalid_client")
    ours.noted(posted := ours.redeem(ours.code(), client_secret=secret))
    assert posted.status_code == 200
    form = {
        "grant_type": "authorization_code",
        "code": ours.code(),
        "redirect_uri": REDIRECT_URI,
        "code_verifier": ours.verifier,
    }
    refused = ours.post(form, path="/oauth/token", auth=(ours.client_id, "wrong"))
    assert error(refused) == (401, "invalid_client")
    assert refused.headers["www-authenticate"].startswith("Basic ")
    ours.noted(basic := ours.post(form, path="/oauth/token", auth=(ours.client_id, secret)))
    assert basic.status_code == 200
    both = {**form, "client_secret": secret}
    twice = ours.post(both, path="/oauth/token", auth=(ours.client_id, secret))
    assert error(twice) == (400, "invalid_request")


def app_token(sign_ins: SignIns, auth: tuple[str, str], **form: str) -> Any:
    return sign_ins.token(auth=auth, grant_type="client_credentials", **form)


def test_an_app_gets_a_token_for_a_project_of_its_own(
    sign_ins: SignIns, stack: LocalStack, world: World
) -> None:
    app = sign_ins.app()
    said = sign_ins.noted(app_token(sign_ins, app.auth))
    assert said.keys() == {"access_token", "token_type", "expires_in", "scope"}
    shown = claims(said["access_token"])
    assert shown["sub"] == f"app:{app.id}"
    assert shown["aud"] == f"{sign_ins.origin}/api"
    assert shown["project_id"] == sign_ins.tenant.project_id
    assert "sid" not in shown
    assert sign_ins.ping(said["access_token"]) == 401
    other = signed_up(stack, world).tenant.project_id
    refused = app_token(sign_ins, app.auth, project_id=other)
    assert error(refused) == (400, "unauthorized_client")
    both = sign_ins.app(sign_ins.tenant.project_id, other)
    assert error(app_token(sign_ins, both.auth)) == (400, "invalid_request")
    chosen = sign_ins.noted(app_token(sign_ins, both.auth, project_id=other))
    assert claims(chosen["access_token"])["project_id"] == other


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"scope": "mcp"}, "invalid_scope"),
        ({"scope": "manage admin"}, "invalid_scope"),
        ({"resource": "https://elsewhere.example/api"}, "invalid_target"),
    ],
    ids=str,
)
def test_an_app_gets_no_more_than_it_may(
    sign_ins: SignIns, form: dict[str, str], code: str
) -> None:
    assert error(app_token(sign_ins, sign_ins.app().auth, **form)) == (400, code)


def test_an_app_that_is_off_or_has_another_key_gets_nothing(sign_ins: SignIns) -> None:
    app, other = sign_ins.app(), sign_ins.app()
    off = sign_ins.app(is_active=False)
    wrong = ((app.id, other.key), (other.id, app.key), (app.id, mistyped(app.key)))
    for auth in (*wrong, off.auth):
        refused = app_token(sign_ins, auth)
        assert error(refused) == (401, "invalid_client")
    assert error(sign_ins.token(grant_type="client_credentials")) == (401, "invalid_client")
    person = sign_ins.token(grant_type="client_credentials", client_id=sign_ins.client_id)
    assert error(person) == (400, "unauthorized_client")


def test_an_app_signs_instead_once_and_for_this_server(sign_ins: SignIns) -> None:
    private, public = key_pair()
    registered = AssertionKey(
        kid="app-1", algorithm=AssertionAlgorithm.ES256, public_key_pem=public, created_at=1
    )
    app = sign_ins.app(public_keys=(registered,))

    def ask(**changes: Any) -> Any:
        now = int(time.time())
        said = {
            "iss": app.id,
            "sub": app.id,
            "aud": f"{sign_ins.origin}/oauth/token",
            "exp": now + 60,
            "jti": secrets.token_hex(8),
            **changes,
        }
        text = jwt.encode(said, private, algorithm="ES256", headers={"kid": "app-1"})
        sign_ins.tenant.journal.note("client assertion", text)
        return sign_ins.token(
            grant_type="client_credentials",
            client_assertion=text,
            client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        )

    sign_ins.noted(good := ask(jti="once"))
    assert good.status_code == 200
    wrong: list[Json] = [
        {"jti": "once"},
        {"aud": "https://elsewhere.example"},
        {"aud": [sign_ins.origin, "https://elsewhere.example"]},
        {"iss": "x" * 12},
        {"sub": "x" * 12},
        {"exp": int(time.time()) - 31},
        {"exp": int(time.time()) + 400},
        {"jti": ""},
    ]
    for changes in wrong:
        assert error(ask(**changes)) == (401, "invalid_client"), changes
