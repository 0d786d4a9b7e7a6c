"""Session tokens: what they say, and what is refused."""

import base64
import json
from dataclasses import replace
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain import session_tokens
from gatehouse.domain.errors import SessionExpired, Unauthenticated
from gatehouse.domain.session_tokens import Session
from tests.samples import DEPLOYMENT, NOW, RING, SESSION

KEY = RING.current


def mint(session: Session = SESSION) -> str:
    return session_tokens.mint(session, key=KEY, deployment_id=DEPLOYMENT)


def read(token: str, *, now: int = NOW) -> Session:
    session_tokens.presented_kid(token)
    return session_tokens.read(token, key=KEY, deployment_id=DEPLOYMENT, now=now)


def signed(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (header, claims)]
    text = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = algorithm.sign(text.encode(), KEY.secret)
    return f"tng_mst_{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def claims_of(token: str) -> dict[str, Any]:
    issuer = f"urn:gatehouse:{DEPLOYMENT}"
    return jwt.decode(
        token.removeprefix("tng_mst_"),
        KEY.secret,
        algorithms=["HS256"],
        audience=issuer,
        issuer=issuer,
        options={"verify_exp": False, "verify_iat": False},
    )


def test_a_token_reads_back_as_its_session() -> None:
    assert read(mint()) == SESSION


def test_any_jwt_library_finds_the_documented_claims() -> None:
    claims = claims_of(mint())
    assert claims["sub"] == "member:ada"
    assert {"iss", "aud", "sub", "exp", "iat", "jti", "kid"} <= claims.keys()
    header = jwt.get_unverified_header(mint().removeprefix("tng_mst_"))
    assert header == {"alg": "HS256", "kid": "k1", "typ": "mst+jwt"}


HEADER = {"alg": "HS256", "kid": "k1", "typ": "mst+jwt"}


@pytest.mark.parametrize(
    "header",
    [
        {**HEADER, "alg": "none"},
        {**HEADER, "typ": "JWT"},
        {**HEADER, "crit": ["exp"]},
        {"kid": "k1", "alg": "HS256", "typ": "mst+jwt"},
        {**HEADER, "kid": ["k1"]},
        {"alg": "HS256"},
    ],
)
def test_only_the_one_header_is_read(header: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        read(signed(header, claims_of(mint())))


@pytest.mark.parametrize("name", sorted(claims_of(mint()).keys() - {"akid", "email", "roles"}))
def test_a_missing_claim_is_refused(name: str) -> None:
    claims = claims_of(mint())
    del claims[name]
    with pytest.raises(Unauthenticated):
        read(signed(HEADER, claims))


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "urn:gatehouse:another"},
        {"aud": "urn:gatehouse:another"},
        {"sub": "member:bob"},
        {"kid": "k2"},
        {"exp": float(SESSION.expires_at)},
        {"exp": True},
        {"exp": SESSION.expires_at + 1},
        {"iat": NOW + 31},
        {"roles": "admin"},
        {"roles": [1]},
        {"epoch": "0"},
        {"email": None},
        {"admin": True},
    ],
)
def test_a_claim_that_mint_does_not_write_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        read(signed(HEADER, {**claims_of(mint()), **change}))


def test_no_character_can_be_changed() -> None:
    token = mint()
    for index in range(len("tng_mst_"), len(token)):
        changed = "A" if token[index] != "A" else "B"
        with pytest.raises(Unauthenticated):
            read(token[:index] + changed + token[index + 1 :])


@given(st.text() | st.text(alphabet="eyJ019-_.=").map("tng_mst_".__add__))
def test_noise_is_refused(noise: str) -> None:
    with pytest.raises(Unauthenticated):
        read(noise)


def test_another_deployments_token_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        session_tokens.read(mint(), key=KEY, deployment_id="another", now=NOW)


def test_a_member_without_extras_has_none() -> None:
    bare = replace(SESSION, member=replace(SESSION.member, email=None, roles=()))
    assert read(mint(bare)) == bare


def test_a_token_that_was_read_before_is_held_to_the_present_moment() -> None:
    token = mint()
    assert read(token) == SESSION
    with pytest.raises(SessionExpired):
        read(token, now=SESSION.expires_at)
    with pytest.raises(Unauthenticated):
        read(token, now=SESSION.issued_at - session_tokens.LEEWAY_SECONDS - 1)


def test_a_token_that_was_read_before_needs_the_key_and_the_deployment_of_now() -> None:
    token = mint()
    assert read(token) == SESSION
    other = replace(KEY, secret=b"other" * 8)
    with pytest.raises(Unauthenticated):
        session_tokens.read(token, key=other, deployment_id=DEPLOYMENT, now=NOW)
    with pytest.raises(Unauthenticated):
        session_tokens.read(token, key=KEY, deployment_id="another", now=NOW)
