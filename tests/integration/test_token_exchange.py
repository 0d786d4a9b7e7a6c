"""RFC 8693 on the deployed template: assertions and issuers' tokens become sessions, never more."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from gatehouse.domain.jwks import jwk, read_public_key
from tests.fakes.signing import public_der, rsa_key
from tests.integration.world import Json, Tenant, World
from tests.samples import mistyped

pytestmark = pytest.mark.stack

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT = "urn:ietf:params:oauth:token-type:jwt"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
ISSUER = "https://id.example.com"


@pytest.fixture(scope="module")
def keys_url() -> Iterator[str]:
    """An issuer's key set, on this machine."""
    document = json.dumps({"keys": [jwk(read_public_key(public_der(rsa_key("issuer"))))]})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(document.encode())

        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/keys"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def trusting(world: World, keys_url: str) -> Tenant:
    """A project that trusts the issuer."""
    tenant = world.tenant("Trusting")
    issuers = [
        {"issuer": ISSUER, "jwks_url": keys_url, "audience": "gate", "member_claim": "employee"}
    ]
    set_issuers(world, tenant, issuers)
    return tenant


def set_issuers(world: World, tenant: Tenant, issuers: list[Json]) -> None:
    path = f"/admin/v1/projects/{tenant.project_id}"
    version = world.admin("GET", path).json()["version"]
    body = {"settings": {"external_issuers": issuers}, "version": version}
    answer = world.admin("PATCH", path, body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["settings"]["external_issuers"] == issuers


def external(key: rsa.RSAPrivateKey | None = None, headers: Json | None = None, **said: Any) -> str:
    """A token of the issuer's."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": ["gate", "other"],
        "sub": "idp|1",
        "employee": "e-1",
        "iat": now,
        "exp": now + 3600,
        **said,
    }
    kid = read_public_key(public_der(rsa_key("issuer"))).kid
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(
        kept, key or rsa_key("issuer"), algorithm="RS256", headers={"kid": kid, **(headers or {})}
    )


def exchange(tenant: Tenant, token: str, *, secret: str | None = None, **form: str) -> Any:
    """Trade a token, the integration authenticated by its key."""
    asked = {
        "grant_type": GRANT,
        "subject_token": token,
        "subject_token_type": JWT,
        **form,
    }
    auth = (tenant.integration_id, tenant.api_key if secret is None else secret)
    answer = tenant.http.post("/oauth/token", data=asked, auth=auth)
    if answer.status_code == 200:
        found = tenant.journal.note("session token", answer.json()["access_token"])
        tenant.journal.shown_once.add(found)
    return answer


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def claims(answer: Any) -> Json:
    payload = answer.json()["access_token"].removeprefix("tng_mst_").split(".")[1]
    found: Json = json.loads(jwt.utils.base64url_decode(payload))
    return found


def test_an_assertion_becomes_a_session_token_once(tenant: Tenant) -> None:
    assertion = tenant.assertion("user-1")
    answer = exchange(tenant, assertion)
    body = answer.json()
    assert body.keys() == {
        "access_token", "issued_token_type", "token_type", "expires_in", "scope",
    }  # fmt: skip
    assert (body["issued_token_type"], body["token_type"]) == (ACCESS_TOKEN, "Bearer")
    assert (body["expires_in"], body["scope"]) == (900, "mcp")
    assert claims(answer)["member_external_id"] == "user-1"
    assert tenant.rpc(body["access_token"], "ping").status_code == 200
    assert error(exchange(tenant, assertion)) == (400, "invalid_grant")


def test_a_configured_issuers_token_becomes_a_session_of_whom_it_names(trusting: Tenant) -> None:
    answer = exchange(trusting, external(), subject_token_type=ACCESS_TOKEN)
    assert answer.status_code == 200, answer.text
    said = claims(answer)
    assert (said["member_external_id"], said["xiss"]) == ("e-1", ISSUER)
    assert said["project_id"] == trusting.project_id
    assert trusting.rpc(answer.json()["access_token"], "ping").status_code == 200


def test_a_session_never_outlives_the_token_it_was_made_of(trusting: Tenant) -> None:
    ends = int(time.time()) + 120
    answer = exchange(trusting, external(exp=ends))
    assert claims(answer)["exp"] == ends
    assert 0 < answer.json()["expires_in"] <= 120


def test_taking_an_issuer_off_the_list_ends_its_sessions_at_once(
    world: World, keys_url: str
) -> None:
    tenant = world.tenant("Mistrusting")
    issuer = {"issuer": ISSUER, "jwks_url": keys_url, "audience": "gate", "member_claim": "sub"}
    set_issuers(world, tenant, [issuer])
    token = exchange(tenant, external()).json()["access_token"]
    assert tenant.rpc(token, "ping").status_code == 200
    set_issuers(world, tenant, [])
    assert tenant.rpc(token, "ping").status_code == 401
    assert error(exchange(tenant, external())) == (400, "invalid_grant")


def test_a_blocked_member_gets_no_session(trusting: Tenant) -> None:
    exchange(trusting, external(employee="e-9"))
    assert trusting.api("POST", "/api/v1/members/e-9/block").status_code in {200, 204}
    assert error(exchange(trusting, external(employee="e-9"))) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "said",
    [
        {"aud": "other"},
        {"aud": []},
        {"aud": "gateway"},
        {"iss": ISSUER + "/"},
        {"exp": 1},
        {"exp": None},
        {"exp": "9999999999"},
        {"nbf": 9999999999},
        {"iat": 9999999999},
        {"employee": None},
        {"employee": ""},
        {"employee": 1},
        {"employee": "oidc:google:1"},
        {"employee": "a\nb"},
    ],
    ids=str,
)
def test_an_issuers_token_for_somebody_else_is_refused(trusting: Tenant, said: Json) -> None:
    assert error(exchange(trusting, external(**said))) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "headers",
    [{"kid": "unknown"}, {"jku": "https://evil.example/k"}, {"crit": ["x"]}, {"typ": "JWE"}],
    ids=str,
)
def test_another_header_is_refused(trusting: Tenant, headers: Json) -> None:
    assert error(exchange(trusting, external(headers=headers))) == (400, "invalid_grant")


def test_another_key_and_other_algorithms_are_refused(trusting: Tenant, keys_url: str) -> None:
    del keys_url
    kid = read_public_key(public_der(rsa_key("issuer"))).kid
    said = jwt.decode(external(), options={"verify_signature": False})
    forged = [
        external(rsa_key("stranger")),
        jwt.encode(said, "k" * 64, algorithm="HS256", headers={"kid": kid}),
        jwt.encode(said, "", algorithm="none", headers={"kid": kid}),
        jwt.encode(said, rsa_key("issuer"), algorithm="PS256", headers={"kid": kid}),
    ]
    for token in forged:
        assert error(exchange(trusting, token)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ({"scope": "manage"}, (400, "invalid_scope")),
        ({"scope": "mcp manage"}, (400, "invalid_scope")),
        ({"resource": "https://elsewhere.example/mcp"}, (400, "invalid_target")),
        ({"audience": "tengine:project:other"}, (400, "invalid_target")),
        ({"requested_token_type": JWT}, (400, "invalid_request")),
        (
            {"subject_token_type": "urn:ietf:params:oauth:token-type:saml2"},
            (400, "invalid_request"),
        ),
        ({"subject_token_type": ""}, (400, "invalid_request")),
        ({"actor_token": "x"}, (400, "invalid_request")),
        ({"subject_token": "x"}, (400, "invalid_grant")),
    ],
    ids=str,
)
def test_an_exchange_never_widens(
    tenant: Tenant, form: dict[str, str], refusal: tuple[int, str]
) -> None:
    assert error(exchange(tenant, tenant.assertion("user-1"), **form)) == refusal


def test_only_an_integrations_key_may_exchange_and_only_with_the_scope(
    world: World, tenant: Tenant, trusting: Tenant
) -> None:
    for secret in ("", "x", mistyped(tenant.api_key), trusting.api_key):
        refused = exchange(tenant, tenant.assertion("user-1"), secret=secret)
        assert error(refused) == (401, "invalid_client")
    lister = world.tenant(scopes=["mcp"])
    assert error(exchange(lister, "x")) == (400, "unauthorized_client")
    foreign = exchange(tenant, trusting.assertion("user-1"))
    assert error(foreign) == (400, "invalid_grant")
    untrusting = exchange(tenant, external())
    assert error(untrusting) == (400, "invalid_grant")


def test_only_the_administrator_names_issuers_and_only_good_ones(
    world: World, trusting: Tenant
) -> None:
    path = f"/admin/v1/projects/{trusting.project_id}"
    good = {"issuer": "i", "jwks_url": "https://id.example.com/k", "audience": "a"}
    bad = [
        {**good, "member_claim": ""},
        {**good, "member_claim": "sub", "jwks_url": "https://id.example.com"},
        {**good, "member_claim": "sub", "jwks_url": "http://id.example.com/k"},
        {**good, "member_claim": "sub", "jwks_url": "https://169.254.169.254/k"},
        {**good, "member_claim": "sub", "jwks_url": "https://user@id.example.com/k"},
        {
            **good,
            "member_claim": "sub",
            "jwks_url": "https://id.example.com/k#" + secrets.token_hex(2),
        },
        {**good, "member_claim": "sub", "more": "x"},
        good,
    ]
    version = world.admin("GET", path).json()["version"]
    for issuer in bad:
        body = {"settings": {"external_issuers": [issuer]}, "version": version}
        assert world.admin("PATCH", path, body).status_code == 422, issuer
        assert trusting.api("PATCH", path, body).status_code == 401
