"""What clients read of the deployed server, and what it reads of them."""

import jwt
import pytest

from tests.integration.oauth_answers import error
from tests.integration.sign_ins import SignIns
from tests.integration.world import Tenant

pytestmark = pytest.mark.stack


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
