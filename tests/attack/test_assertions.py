"""Assertions that nobody should believe, at both doors where one can be traded for a session."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from tests.attack.attempts import Attack, Expected, assert_withstood, names
from tests.attack.ground import Ground
from tests.attack.wire import Answer
from tests.integration.world import Json, Tenant

pytestmark = pytest.mark.stack

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT_TYPE = "urn:ietf:params:oauth:token-type:jwt"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256."""
Sign = Callable[[Ground, bytes], bytes]
Make = Callable[[Ground], str]


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def private_key(ground: Ground) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(ground.attacker.private_pem.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def halves(ground: Ground, signed: bytes) -> tuple[int, int]:
    return decode_dss_signature(private_key(ground).sign(signed, ec.ECDSA(SHA256())))


def joined(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def genuinely(ground: Ground, signed: bytes) -> bytes:
    return joined(*halves(ground, signed))


def in_der(ground: Ground, signed: bytes) -> bytes:
    return encode_dss_signature(*halves(ground, signed))


def public(ground: Ground, encoding: Encoding) -> bytes:
    key = private_key(ground).public_key()
    return key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


def by_hmac(secret: Callable[[Ground], bytes]) -> Sign:
    return lambda ground, signed: hmac.digest(secret(ground), signed, hashlib.sha256)


def by_another_curve(_ground: Ground, signed: bytes) -> bytes:
    key = ec.generate_private_key(ec.SECP384R1())
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(SHA384())))
    return r.to_bytes(48, "big") + s.to_bytes(48, "big")


def by_stranger(_ground: Ground, signed: bytes) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return joined(*decode_dss_signature(key.sign(signed, ec.ECDSA(SHA256()))))


def claims_of(tenant: Tenant) -> Json:
    now = int(time.time())
    return {
        "sub": f"mallory-{uuid.uuid4().hex}",
        "aud": f"tengine:project:{tenant.project_id}",
        "iat": now,
        "exp": now + 60,
        "jti": uuid.uuid4().hex,
    }


def made(
    header: Mapping[str, Any] | None = None,
    sign: Sign = genuinely,
    *,
    payload: Callable[[Json], str | None] = lambda _: None,
    **claims: Any,
) -> Make:
    """Write an assertion; what is None is left out, and `payload` may write the claims itself."""

    def make(ground: Ground) -> str:
        head = {"alg": "ES256", "kid": ground.attacker.kid, "typ": "JWT", **(header or {})}
        head = {name: value for name, value in head.items() if value is not None}
        changed = {n: v(ground) if callable(v) else v for n, v in claims.items()}
        said = {**claims_of(ground.attacker), **changed}
        said = {name: value for name, value in said.items() if value is not None}
        text = payload(said) or json.dumps(said)
        signed = f"{encoded(json.dumps(head).encode())}.{encoded(text.encode())}"
        return f"{signed}.{encoded(sign(ground, signed.encode()))}"

    return make


def shifted(**seconds: int) -> Make:
    """An assertion whose times are so many seconds from now."""

    def make(ground: Ground) -> str:
        now = int(time.time())
        times: Any = {name: now + after for name, after in seconds.items()}
        return made(**times)(ground)

    return make


def repeated(name: str) -> Callable[[Json], str]:
    """Say a claim twice, the better one last."""
    return lambda said: json.dumps(said)[:-1] + f', "{name}": {json.dumps(said[name])}}}'


def spelled(name: str, number: str) -> Callable[[Json], str]:
    """Write a claim as JSON would not, or not as a whole number."""
    return lambda said: json.dumps({**said, name: "#"}).replace('"#"', number)


def of_victims_kid(ground: Ground) -> str:
    return made({"kid": ground.victim.kid})(ground)


def deactivated(ground: Ground) -> str:
    """An assertion under a key that was good a moment ago."""
    tenant = ground.attacker
    kid = f"gone-{uuid.uuid4().hex[:8]}"
    body = {
        "kid": kid,
        "public_key_pem": public(ground, Encoding.PEM).decode(),
        "algorithm": "ES256",
    }
    key = tenant.api("POST", "/api/v1/assertion-keys", body).json()
    assert tenant.api("DELETE", f"/api/v1/assertion-keys/{key['id']}").status_code == 204
    return made({"kid": kid})(ground)


def mangled(change: Callable[[str], str]) -> Make:
    return lambda ground: change(made()(ground))


def spare_bit(text: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]


def aud_of(text: str) -> Callable[[Ground], str]:
    return lambda ground: text.format(ground.attacker.project_id)


FORGED: dict[str, Make] = {
    **{f"alg {alg}": made({"alg": alg}, lambda *_: b"") for alg in ("none", "None", "nOnE", "")},
    "no alg": made({"alg": None}),
    "HS256 under the public PEM": made(
        {"alg": "HS256"}, by_hmac(lambda g: public(g, Encoding.PEM))
    ),
    "HS256 under the public DER": made(
        {"alg": "HS256"}, by_hmac(lambda g: public(g, Encoding.DER))
    ),
    "HS256 under the public JWK": made(
        {"alg": "HS256"},
        by_hmac(lambda g: jwt.algorithms.ECAlgorithm.to_jwk(private_key(g).public_key()).encode()),
    ),
    "ES256 said, HMAC under the public PEM": made(sign=by_hmac(lambda g: public(g, Encoding.PEM))),
    **{
        f"alg {alg} under a key for ES256": made({"alg": alg})
        for alg in ("ES384", "RS256", "EdDSA", "PS256", "es256")
    },
    "ES256 by a P-384 key": made(sign=by_another_curve),
    "signed by a stranger": made(sign=by_stranger),
    "a signature in DER": made(sign=in_der),
    "a signature of zeros": made(sign=lambda *_: bytes(64)),
    "a signature of the group's order": made(sign=lambda *_: joined(ORDER, ORDER)),
    "a signature too short": made(sign=lambda g, m: genuinely(g, m)[:-1]),
    "a signature too long": made(sign=lambda g, m: genuinely(g, m) + b"\0"),
    "no kid": made({"kid": None}),
    "an unknown kid": made({"kid": "unknown"}),
    "the victim's kid": of_victims_kid,
    "a deactivated key": deactivated,
    "kid as a path": made({"kid": "../../dev/null"}, lambda *_: b""),
    "kid as SQL": made({"kid": "' OR '1'='1"}),
    "kid as JSON": made({"kid": '{"$gt":""}'}),
    "kid as a list": made({"kid": ["a"]}),
    "kid of 10 KB": made({"kid": "k" * 10_000}),
    "jku": made({"jku": "https://evil.example/keys"}),
    "jwk": made({"jwk": {"kty": "EC"}}),
    "x5u": made({"x5u": "https://evil.example/c"}),
    "x5c": made({"x5c": ["AAAA"]}),
    "crit": made({"crit": ["exp"]}),
    "b64 false": made({"b64": False}),
    "zip": made({"zip": "DEF"}),
    "a nested JWT": made({"cty": "JWT"}),
    "typ at+jwt": made({"typ": "at+jwt"}),
    "two segments": mangled(lambda text: text.rpartition(".")[0]),
    "four segments": mangled(lambda text: text + ".x"),
    "five segments": mangled(lambda text: text + ".x.y"),
    "padding": mangled(lambda text: text + "="),
    "spare bits": mangled(spare_bit),
    "white space within": mangled(lambda text: text.replace(".", ". ", 1)),
    "a claim twice": made(payload=repeated("sub")),
    "exp twice": made(payload=repeated("exp")),
    "Exp for exp": made(payload=lambda said: json.dumps(said).replace('"exp"', '"Exp"')),
    "no exp": made(exp=None),
    "no iat": made(iat=None),
    **{
        f"{name} {number}": made(payload=spelled(name, number))
        for name in ("exp", "iat")
        for number in ('"9999999999"', "1.5", "NaN", "-1", "1e400", "true", "[]", "Infinity")
    },
    "ended 31 s ago": shifted(iat=-91, exp=-31),
    "issued 35 s from now": shifted(iat=35, exp=90),
    "not before later": shifted(nbf=60),
    "a life of 121 s": shifted(exp=121),
    "an end before its beginning": shifted(iat=10, exp=5),
    "the victim's audience": made(aud=lambda g: f"tengine:project:{g.victim.project_id}"),
    "the beginning of ours": made(aud=lambda g: f"tengine:project:{g.attacker.project_id[:-1]}"),
    "more than ours": made(aud=aud_of("tengine:project:{}0")),
    "ours and another": made(aud=lambda g: [aud_of("tengine:project:{}")(g), "x"]),
    "no audience": made(aud=None),
    "an empty list for it": made(aud=[]),
    "sub with a line break": made(sub="a\r\nb"),
    "sub with a control character": made(sub="a\x00b"),
    "sub of 1 MB": made(sub="a" * 1_000_000),
    "sub that is a number": made(sub=7),
    "sub of people who sign in here": made(sub="oidc:company:ada"),
    "a payload that is a list": made(payload=lambda _: "[]"),
    "a payload that is no JSON": made(payload=lambda _: "sub=mallory"),
    "invalid UTF-8": mangled(lambda text: text.split(".")[0] + "._w." + text.split(".")[2]),
}
MISSING: dict[str, Make] = {
    "no sub": made(sub=None),
    "an empty sub": made(sub=""),
    "sub of spaces": made(sub="   "),
}
"""Genuine, but they name nobody."""


def refused(*statuses: int) -> Expected:
    def check(answer: Answer) -> None:
        assert answer.status in statuses, answer
        assert "tng_mst_" not in answer.text
        assert '"token"' not in answer.text

    return check


def at_session_token(make: Make) -> Callable[[Ground], Answer]:
    def attempt(ground: Ground) -> Answer:
        return ground.api("POST", "/api/v1/mcp/session-token", {"member_assertion": make(ground)})

    return attempt


def at_token_exchange(make: Make) -> Callable[[Ground], Answer]:
    def attempt(ground: Ground) -> Answer:
        form = {
            "grant_type": EXCHANGE,
            "subject_token": make(ground),
            "subject_token_type": JWT_TYPE,
            "client_id": ground.attacker.integration_id,
            "client_secret": ground.attacker.api_key,
        }
        kind = ("Content-Type", "application/x-www-form-urlencoded")
        return ground.wire.send("POST", "/oauth/token", [kind], urlencode(form).encode())

    return attempt


DOORS = {"session-token": at_session_token, "token exchange": at_token_exchange}
ATTACKS = [
    Attack(f"{name}, at {door}", through(make), refused(400, 401, 413, 422))
    for door, through in DOORS.items()
    for name, make in {**FORGED, **MISSING}.items()
]


@pytest.mark.parametrize("attack", ATTACKS, ids=names)
def test_attack_is_refused(attack: Attack, ground: Ground) -> None:
    assert_withstood(attack, ground)


# --- what is refused above is refused for what is wrong with it ----------------------------------


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "good",
    [
        made(),
        made({"typ": None}),
        shifted(iat=-89, exp=-28),
        shifted(iat=25, exp=85),
        shifted(exp=118),
        made(aud=lambda g: [aud_of("tengine:project:{}")(g)]),
        made(sub="müller@example.com"),
        made(jti=None),
    ],
    ids=["plain", "no typ", "just over", "soon", "nearly too long", "a list", "unicode", "no jti"],
)
def test_a_good_one_passes(good: Make, door: str, ground: Ground) -> None:
    answer = DOORS[door](good)(ground)
    assert answer.status == 200, answer
    remember(ground, answer)


def remember(ground: Ground, answer: Answer) -> None:
    for name in ("token", "access_token"):
        if name in answer.json:
            journal = ground.world.journal
            journal.shown_once.add(journal.note("session token", answer.json[name]))


# --- once, whatever it is called and wherever it goes --------------------------------------------


def assert_good_once(ground: Ground, first: Answer, second: Answer) -> None:
    assert first.status == 200, first
    remember(ground, first)
    refused(400, 401)(second)


def test_one_assertion_is_good_at_one_door_alone(ground: Ground) -> None:
    once = made()(ground)
    assert_good_once(
        ground,
        at_session_token(lambda _: once)(ground),
        at_token_exchange(lambda _: once)(ground),
    )


@pytest.mark.parametrize("jti", ["the-same", None])
def test_another_signature_of_the_same_is_the_same(jti: str | None, ground: Ground) -> None:
    """Of an ECDSA signature anybody can make a second one that holds as well."""
    text = made(jti=jti and f"{jti}-{uuid.uuid4().hex}")(ground)
    signed, _, signature = text.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    high = joined(int.from_bytes(raw[:32], "big"), ORDER - int.from_bytes(raw[32:], "big"))
    again = f"{signed}.{encoded(high)}"
    assert again != text
    assert_good_once(
        ground, at_session_token(lambda _: text)(ground), at_session_token(lambda _: again)(ground)
    )


def test_of_parallel_uses_at_both_doors_one_wins(ground: Ground) -> None:
    once = made()(ground)
    doors = [at_session_token, at_token_exchange] * 4
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda door: door(lambda _: once)(ground), doors))
    won = [answer for answer in answers if answer.status == 200]
    assert len(won) == 1, [str(answer) for answer in answers]
    remember(ground, won[0])


def test_the_victims_use_of_a_name_does_not_use_up_ours(ground: Ground) -> None:
    jti = uuid.uuid4().hex
    body = {"member_assertion": ground.victim.assertion("ada", jti=jti)}
    theirs = ground.api("POST", "/api/v1/mcp/session-token", body, key=ground.victim.api_key)
    ours = at_session_token(made(jti=jti))(ground)
    assert theirs.status == ours.status == 200
    remember(ground, theirs)
    remember(ground, ours)


@pytest.mark.parametrize("door", DOORS)
def test_our_key_with_the_victims_assertion(door: str, ground: Ground) -> None:
    assert_withstood(
        Attack("foreign", DOORS[door](lambda g: g.victim.assertion("ada")), refused(400, 401)),
        ground,
    )


def test_a_deleted_projects_key_exchanges_nothing(ground: Ground) -> None:
    tenant = ground.world.tenant("Ending")
    body = {"member_assertion": tenant.assertion("ada")}
    path = f"/admin/v1/projects/{tenant.project_id}?confirm=Ending"
    assert ground.world.admin("DELETE", path).status_code == 204
    answer = ground.api("POST", "/api/v1/mcp/session-token", body, key=tenant.api_key)
    refused(401)(answer)
