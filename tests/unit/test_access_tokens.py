"""Access tokens: one spelling, one audience, one algorithm, and nothing else holds."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain import access_tokens, jwks
from gatehouse.domain.access_tokens import AccessToken
from gatehouse.domain.errors import SessionExpired, Unauthenticated
from gatehouse.domain.grants import MANAGE, MCP, Grant
from tests.fakes.signing import MemorySigner, MemorySigningKeys, public_der, rsa_key
from tests.samples import ADA, INTEGRATION_ID, NOW, PROJECT_ID
from tests.signing import segment

ORIGIN = "https://gate.example.com"
KEYS = MemorySigningKeys()
SIGNER = MemorySigner(KEYS)
KEY = KEYS.published()[0]
FOR_MCP = AccessToken(
    issuer=ORIGIN,
    grant=Grant(
        subject="user:u1",
        client_id="goc_1",
        scope=frozenset({MCP}),
        resource=f"{ORIGIN}/mcp",
        project_id=PROJECT_ID,
        integration_id=INTEGRATION_ID,
        member=ADA,
        epoch=3,
    ),
    family_id="F" * 16,
    token_id="t1",
    issued_at=NOW,
    expires_at=NOW + 900,
)
FOR_ROLE = replace(
    FOR_MCP,
    grant=Grant(
        subject="user:u1",
        client_id="goc_1",
        scope=frozenset({MANAGE}),
        resource=f"{ORIGIN}/api",
        project_id=PROJECT_ID,
        epoch=7,
    ),
)
FOR_ADMIN = replace(
    FOR_ROLE, grant=replace(FOR_ROLE.grant, project_id=None, epoch=None, is_admin=True)
)
FOR_APP = replace(
    FOR_ROLE, grant=replace(FOR_ROLE.grant, subject="app:a1", epoch=None), family_id=None
)
ALL = [(FOR_MCP, MCP), (FOR_ROLE, MANAGE), (FOR_ADMIN, MANAGE), (FOR_APP, MANAGE)]


def mint(token: AccessToken) -> str:
    signed = access_tokens.signed_text(token, kid=SIGNER.kid())
    return access_tokens.compact(signed, SIGNER.sign(signed))


def sign(header: Any, claims: Any) -> str:
    signed = f"{segment(header)}.{segment(claims)}"
    return access_tokens.compact(signed, SIGNER.sign(signed))


def compact_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def header(**changes: Any) -> bytes:
    made = {"alg": "RS256", "kid": KEY.kid, "typ": "at+jwt", **changes}
    return compact_json({name: value for name, value in made.items() if value is not None})


def claims(token: AccessToken = FOR_MCP, **changes: Any) -> dict[str, Any]:
    payload = mint(token).split(".")[1]
    found: dict[str, Any] = json.loads(jwt.utils.base64url_decode(payload))
    return {name: v for name, v in (found | changes).items() if v is not None}


def read(token: str, *, scope: str = MCP, now: int = NOW, origin: str = ORIGIN) -> AccessToken:
    assert access_tokens.presented_kid(token)
    return access_tokens.read(token, key=KEY, origin=origin, scope=scope, now=now)


@pytest.mark.parametrize(("token", "scope"), ALL)
def test_what_is_minted_is_read_as_it_was(token: AccessToken, scope: str) -> None:
    assert read(mint(token), scope=scope) == token


def test_any_library_that_knows_rfc_9068_reads_it_too() -> None:
    decoded = jwt.decode_complete(
        mint(replace(FOR_MCP, issued_at=2_000_000_000 - 900, expires_at=4_000_000_000)),
        jwt.PyJWK(jwks.jwk(KEY)),
        algorithms=["RS256"],
        audience=f"{ORIGIN}/mcp",
        issuer=ORIGIN,
        options={"verify_iat": False},
    )
    assert decoded["header"] == {"alg": "RS256", "kid": KEY.kid, "typ": "at+jwt"}
    assert decoded["payload"]["sub"] == "user:u1"


@pytest.mark.parametrize(("token", "scope"), ALL)
def test_a_token_ends_at_its_expiry_second_and_says_so(token: AccessToken, scope: str) -> None:
    assert read(mint(token), scope=scope, now=NOW + 899) == token
    with pytest.raises(SessionExpired):
        read(mint(token), scope=scope, now=NOW + 900)


def test_an_expired_forgery_does_not_learn_that_it_expired() -> None:
    forged = mint(FOR_MCP)[:-8] + "AAAAAAAA"
    with pytest.raises(Unauthenticated) as refusal:
        read(forged, now=NOW + 900)
    assert not isinstance(refusal.value, SessionExpired)


@given(issued=st.integers(-100, 100), lifetime=st.integers(-5, 1000))
def test_iat_and_exp_hold_within_the_leeway_and_the_lifetime_alone(
    issued: int, lifetime: int
) -> None:
    token = replace(FOR_MCP, issued_at=NOW + issued, expires_at=NOW + issued + lifetime)
    genuine = issued <= 30 and 0 < lifetime <= 900
    if genuine and issued + lifetime > 0:
        assert read(mint(token)) == token
    else:
        with pytest.raises(SessionExpired if genuine else Unauthenticated):
            read(mint(token))


@pytest.mark.parametrize(("token", "scope"), ALL)
def test_a_token_for_one_resource_is_none_at_the_other(token: AccessToken, scope: str) -> None:
    with pytest.raises(Unauthenticated):
        read(mint(token), scope=MANAGE if scope == MCP else MCP)


@pytest.mark.parametrize(
    "origin", ["https://gate.example.com.evil", "http://gate.example.com", "https://other"]
)
def test_another_deployments_token_is_refused(origin: str) -> None:
    with pytest.raises(Unauthenticated):
        read(mint(FOR_MCP), origin=origin)


def test_the_other_key_does_not_stand_in_for_the_one_that_is_named() -> None:
    with pytest.raises(Unauthenticated):
        access_tokens.read(
            mint(FOR_MCP), key=KEYS.published()[1], origin=ORIGIN, scope=MCP, now=NOW
        )


def test_a_key_of_another_name_does_not_either() -> None:
    renamed = replace(KEY, kid="another")
    with pytest.raises(Unauthenticated):
        access_tokens.read(mint(FOR_MCP), key=renamed, origin=ORIGIN, scope=MCP, now=NOW)


def test_a_token_longer_than_a_header_may_be_is_refused_although_genuine() -> None:
    roles = ["r" * 60] * 30
    assert read(sign(header(), claims(roles=roles))).expires_at
    with pytest.raises(Unauthenticated):
        read(sign(header(), claims(roles=roles * 3)))


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "none"},
        {"alg": "None"},
        {"alg": "HS256"},
        {"alg": "PS256"},
        {"alg": "RS512"},
        {"alg": ["RS256"]},
        {"alg": None},
        {"typ": "JWT"},
        {"typ": "mst+jwt"},
        {"typ": "AT+JWT"},
        {"typ": "application/at+jwt"},
        {"typ": None},
        {"kid": None},
        {"kid": ["a"]},
        {"kid": 1},
        {"crit": ["exp"]},
        {"jku": "https://evil.example/jwks.json"},
        {"jwk": {"kty": "RSA"}},
        {"x5u": "https://evil.example/c.pem"},
        {"x5c": ["AAAA"]},
        {"b64": False},
        {"zip": "DEF"},
        {"cty": "JWT"},
    ],
    ids=str,
)
def test_a_header_of_any_other_spelling_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        read(sign(header(**changes), claims()))


@pytest.mark.parametrize(
    "spelled",
    [
        json.dumps({"alg": "RS256", "kid": KEY.kid, "typ": "at+jwt"}).encode(),
        compact_json({"typ": "at+jwt", "alg": "RS256", "kid": KEY.kid}),
        header()[:-1] + b',"alg":"none"}',
        header()[:-1] + f',"kid":"{KEY.kid}"}}'.encode(),
        b"[]",
        b"null",
        b"{",
        b"[" * 5000,
    ],
)
def test_the_same_header_written_otherwise_is_refused(spelled: bytes) -> None:
    with pytest.raises(Unauthenticated):
        read(sign(spelled, claims()))


def hs256(secret: bytes) -> str:
    """A token whose HMAC is made with what everyone can know."""
    signed = f"{segment(header(alg='HS256'))}.{segment(claims())}"
    return access_tokens.compact(signed, hmac.digest(secret, signed.encode(), hashlib.sha256))


def test_hmac_under_the_public_key_is_refused() -> None:
    public = rsa_key("A").public_key()
    forms = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public_der(rsa_key("A")),
        KEY.n.encode(),
    ]
    for form in forms:
        with pytest.raises(Unauthenticated):
            read(hs256(form))
        as_rs256 = f"{segment(header())}.{segment(claims())}"
        signature = hmac.digest(form, as_rs256.encode(), hashlib.sha256)
        with pytest.raises(Unauthenticated):
            read(access_tokens.compact(as_rs256, signature))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": [f"{ORIGIN}/mcp"]},
        {"aud": f"{ORIGIN}/mcp/"},
        {"aud": ORIGIN},
        {"aud": None},
        {"sub": "member:ada"},
        {"sub": "app:a1"},
        {"sub": "u1"},
        {"sub": None},
        {"client_id": None},
        {"exp": NOW + 901},
        {"exp": str(NOW + 900)},
        {"exp": NOW + 900.0},
        {"exp": None},
        {"iat": NOW + 31},
        {"iat": True},
        {"iat": None},
        {"jti": None},
        {"sid": None},
        {"scope": None},
        {"scope": ""},
        {"scope": "mcp  manage"},
        {"scope": "admin"},
        {"project_id": None},
        {"integration_id": None},
        {"member_external_id": None},
        {"epoch": None},
        {"epoch": "3"},
        {"roles": "admin"},
        {"roles": [1]},
        {"role_epoch": 1},
        {"admin": True},
        {"admin": False},
        {"nbf": NOW},
        {"Exp": NOW},
    ],
    ids=str,
)
def test_claims_of_any_other_shape_are_refused_although_signed(changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        read(sign(header(), claims(**changes)))


@pytest.mark.parametrize(
    ("token", "changes"),
    [
        (FOR_ROLE, {"role_epoch": None}),
        (FOR_ROLE, {"sid": None}),
        (FOR_ROLE, {"admin": True}),
        (FOR_ROLE, {"email": "a@b.c"}),
        (FOR_ADMIN, {"project_id": PROJECT_ID}),
        (FOR_ADMIN, {"admin": None}),
        (FOR_ADMIN, {"admin": False}),
        (FOR_ADMIN, {"sid": None}),
        (FOR_APP, {"sub": "user:u1"}),
        (FOR_APP, {"role_epoch": 0}),
        (FOR_APP, {"admin": True}),
        (FOR_APP, {"project_id": None}),
    ],
    ids=str,
)
def test_for_the_api_a_token_is_a_roles_an_apps_or_an_administrators(
    token: AccessToken, changes: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        read(sign(header(), claims(token, **changes)), scope=MANAGE)


@pytest.mark.parametrize(
    "damage",
    [
        lambda t: t + "=",
        lambda t: t + ".",
        lambda t: t + ".AAAA",
        lambda t: t.rpartition(".")[0],
        lambda t: t.rpartition(".")[0] + ".",
        lambda t: t.replace(".", "..", 1),
        lambda t: t[:-1] + ("x" if t[-1] != "x" else "y"),
        lambda t: " " + t,
        lambda t: t.replace(t[200], "\u00e9", 1),
        lambda t: t.rpartition(".")[0] + "." + segment(b"\0" * 256),
        lambda t: t.rpartition(".")[0] + "." + segment(b"\1" + b"\0" * 256),
        lambda t: "tng_mst_" + t,
        lambda t: t + "A" * 6000,
    ],
)
def test_a_damaged_token_is_refused(damage: Callable[[str], str]) -> None:
    with pytest.raises(Unauthenticated):
        read(damage(mint(FOR_MCP)))


@given(st.text() | st.binary().map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_whatever_comes_is_refused_as_unauthenticated(text: str) -> None:
    for token in (text, f"{text}.{text}.{text}", f"{segment(header())}.{text}.{text}"):
        with pytest.raises(Unauthenticated):
            read(token)


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    """Section 3.1's own example."""
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJE"
        "CPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2Q"
        "vzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6"
        "WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    assert jwks.thumbprint(n, "AQAB") == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_a_key_is_read_from_der_and_pem_alike_and_shown_without_its_private_half() -> None:
    pem = rsa_key("A").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert jwks.read_public_key(pem) == jwks.read_public_key(public_der(rsa_key("A"))) == KEY
    assert jwks.jwk(KEY).keys() == {"kty", "use", "alg", "kid", "n", "e"}


def test_a_short_key_and_what_is_no_rsa_key_are_refused() -> None:
    short = public_der(rsa_key("short", 1024))
    for data in (short, b"", b"-----BEGIN PUBLIC KEY-----", b"\x30\x00"):
        with pytest.raises(ValueError):  # noqa: PT011 - of cryptography or of ours
            jwks.read_public_key(data)
