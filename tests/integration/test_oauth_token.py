"""The OAuth endpoints of the deployed template: what they give, to whom, and for how long."""

import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest

from gatehouse.aws.tables import member_key
from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from local.stack import LocalStack
from tests.integration.echo import Echo
from tests.integration.sign_ins import REDIRECT_URI, SignIns
from tests.integration.world import Json, Tenant, World, bearer, key_pair

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def sign_ins(stack: LocalStack, world: World) -> SignIns:
    """A project whose integration is a public client."""
    made = SignIns(stack=stack, tenant=world.tenant("Signed in"))
    made.register()
    return made


def other_sign_ins(stack: LocalStack, world: World, secret: str | None = None) -> SignIns:
    made = SignIns(stack=stack, tenant=world.tenant("Another"))
    made.register(secret)
    return made


def error(answer: Any) -> tuple[int, str]:
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"error", "error_description"}
    return answer.status_code, answer.json()["error"]


def claims(token: str) -> Json:
    found: Json = json.loads(jwt.utils.base64url_decode(token.split(".")[1]))
    return found


# --- documents ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/mcp",
        "/.well-known/openid-configuration",
    ],
)
def test_clients_find_the_server_from_its_resource(sign_ins: SignIns, path: str) -> None:
    http = sign_ins.tenant.http
    resource = http.get("/.well-known/oauth-protected-resource/mcp").json()
    answer = http.get(path)
    found = answer.json()
    assert resource["authorization_servers"] == [found["issuer"]] == [sign_ins.origin]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["authorization_response_iss_parameter_supported"] is True
    assert "offline_access" not in found["scopes_supported"]
    assert "registration_endpoint" not in found
    for name in ("token", "revocation", "introspection"):
        asked = http.post(found[f"{name}_endpoint"].removeprefix(sign_ins.origin))
        assert asked.status_code == 400, name
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_any_library_verifies_a_token_by_the_published_keys(sign_ins: SignIns) -> None:
    token = sign_ins.signed_in()["access_token"]
    keys = sign_ins.tenant.http.get("/.well-known/jwks.json").json()
    assert len({key["kid"] for key in keys["keys"]}) == 2
    assert all(key.keys() == {"kty", "use", "alg", "kid", "n", "e"} for key in keys["keys"])
    header = jwt.get_unverified_header(token)
    key = next(key for key in jwt.PyJWKSet.from_dict(keys).keys if key.key_id == header["kid"])
    said = jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        audience=f"{sign_ins.origin}/mcp",
        issuer=sign_ins.origin,
        options={"require": ["exp", "iat", "jti", "sub", "client_id"]},
    )
    assert said["exp"] - said["iat"] == 900


# --- a person's session ---------------------------------------------------------------------------


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
    other = other_sign_ins(stack, world)
    token = sign_ins.signed_in()["refresh_token"]
    code = sign_ins.code()
    assert error(other.refresh(token)) == (400, "invalid_grant")
    taken = other.redeem(code, code_verifier=sign_ins.verifier, resource="")
    assert error(taken) == (400, "invalid_grant")
    revoked = other.token(path="/oauth/revoke", client_id=other.client_id, token=token)
    assert error(revoked) == (400, "invalid_grant")
    sign_ins.noted(good := sign_ins.refresh(token))
    assert good.status_code == 200


def test_a_confidential_client_shows_its_secret(stack: LocalStack, world: World) -> None:
    secret = secrets.token_urlsafe(32)
    world.journal.note("client secret", secret)
    ours = other_sign_ins(stack, world, secret)
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


def test_tengines_path_is_the_same_endpoint(sign_ins: SignIns) -> None:
    token = sign_ins.signed_in()["refresh_token"]
    sign_ins.noted(answer := sign_ins.refresh(token, path="/api/v1/mcp-oauth/token"))
    assert answer.status_code == 200


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


# --- service apps ---------------------------------------------------------------------------------


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
    other = other_sign_ins(stack, world).tenant.project_id
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
    for auth in ((app.id, other.key), (other.id, app.key), off.auth, (app.id, app.key[:-1] + "0")):
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


def test_apps_learn_of_tokens_of_their_own_projects_alone(
    sign_ins: SignIns, stack: LocalStack, world: World
) -> None:
    tokens = sign_ins.signed_in()
    ours = sign_ins.app()
    foreign = sign_ins.app(other_sign_ins(stack, world).tenant.project_id)
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


# --- forms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"grant_type":"refresh_token"}', "application/json"),
        ("grant_type=refresh_token", "text/plain"),
        ("grant_type=refresh_token&grant_type=refresh_token", ""),
        ("grant_type=client_credentials&client_id=a&client_id=b", ""),
        ("grant_type", ""),
        ("grant_type=%ff", ""),
        ("", ""),
        ("&".join(f"f{n}=1" for n in range(40)), ""),
    ],
)
def test_what_is_no_form_of_one_reading_is_refused(
    tenant: Tenant, body: str, content_type: str
) -> None:
    kind = content_type or "application/x-www-form-urlencoded"
    answer = tenant.http.post("/oauth/token", content=body, headers={"content-type": kind})
    assert error(answer) == (400, "invalid_request")


def test_an_unknown_grant_type_is_said_to_be_that(sign_ins: SignIns) -> None:
    for grant_type in ("password", "implicit", "urn:ietf:params:oauth:grant-type:device_code"):
        assert error(sign_ins.token(grant_type=grant_type)) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke", "/oauth/introspect"])
def test_only_posts_are_taken(tenant: Tenant, path: str) -> None:
    answer = tenant.http.get(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")
