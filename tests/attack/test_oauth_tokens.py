"""OAuth tokens: forged in every way, put where they do not belong, and taken for other kinds."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from gatehouse.aws.families import DynamoFamilies
from gatehouse.aws.signing_keys import KmsPublishedKeys, KmsTokenSigner
from gatehouse.domain import access_tokens
from gatehouse.domain.access_tokens import AccessToken
from gatehouse.domain.families import FamilyKind, begun
from gatehouse.domain.family_tokens import REFRESH, digest, new_family_id, new_token
from tests.attack.attempts import Attack, Expected, assert_withstood, names, unauthenticated
from tests.attack.ground import Ground
from tests.attack.wire import Answer
from tests.fakes.signing import rsa_key
from tests.integration.sign_ins import REDIRECT_URI, SignIns
from tests.integration.world import Json

pytestmark = pytest.mark.stack

FORM = ("Content-Type", "application/x-www-form-urlencoded")
Token = Callable[[Ground], str]


def sign_ins(ground: Ground) -> SignIns:
    """The attacker's own client, and people who signed in through it."""
    if "sign-ins" not in ground.prepared:
        made = SignIns(stack=ground.stack, tenant=ground.attacker)
        made.register()
        ground.prepared["sign-ins"] = {"made": made}
    found: SignIns = ground.prepared["sign-ins"]["made"]
    return found


def tokens(ground: Ground) -> Json:
    """A session of the attacker's own."""
    return sign_ins(ground).signed_in()


def genuine(ground: Ground) -> str:
    text: str = tokens(ground)["access_token"]
    return text


def decoded(segment: str) -> Json:
    found: Json = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    return found


def encoded(document: Any) -> str:
    text = json.dumps(document, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def kms_signature(ground: Ground, signed: str) -> bytes:
    """The deployment's own signature: what is refused is refused for what it says."""
    arn = ground.stack.function("token")["Environment"]["Variables"]["SIGNING_KEY"]
    kms = ground.stack.client("kms")
    return KmsTokenSigner(lambda: kms, arn, KmsPublishedKeys(lambda: kms, [arn])).sign(signed)


def rewritten(
    sign: Callable[[Ground, str], bytes] = kms_signature, header: Json | None = None, **said: Any
) -> Token:
    """A genuine token with other header or claims, signed anew; None leaves one out."""

    def make(ground: Ground) -> str:
        head, payload, _ = genuine(ground).split(".")
        heads = {n: v for n, v in {**decoded(head), **(header or {})}.items() if v is not None}
        claims = {n: v for n, v in {**decoded(payload), **said}.items() if v is not None}
        signed = f"{encoded(heads)}.{encoded(claims)}"
        return access_tokens.compact(signed, sign(ground, signed))

    return make


def lasting(start: int, end: int) -> Token:
    """Signed by the deployment's own key; both are seconds from now."""

    def make(ground: Ground) -> str:
        now = int(time.time())
        return rewritten(iat=now + start, exp=now + end)(ground)

    return make


def by_stranger(_ground: Ground, signed: str) -> bytes:
    return rsa_key("stranger").sign(signed.encode(), PKCS1v15(), SHA256())


def by_pss(_ground: Ground, signed: str) -> bytes:
    padding = PSS(mgf=MGF1(SHA256()), salt_length=32)
    return rsa_key("stranger").sign(signed.encode(), padding, SHA256())


def by_public_key(ground: Ground, signed: str) -> bytes:
    keys = ground.world.http.get("/.well-known/jwks.json").json()["keys"]
    return hmac.digest(keys[0]["n"].encode(), signed.encode(), hashlib.sha256)


def nothing(_ground: Ground, _signed: str) -> bytes:
    return b""


def at_mcp(make: Token) -> Callable[[Ground], Answer]:
    return lambda ground: ground.call(ground.members_tool["name"], credential=make(ground))


FORGED: dict[str, Token] = {
    "signed by a stranger": rewritten(by_stranger),
    "unsigned": rewritten(nothing),
    "alg none": rewritten(nothing, {"alg": "none"}),
    "alg None": rewritten(nothing, {"alg": "None"}),
    "HS256 under the public key": rewritten(by_public_key, {"alg": "HS256"}),
    "RS256 said, HMAC under the public key": rewritten(by_public_key),
    "PS256": rewritten(by_pss, {"alg": "PS256"}),
    "alg HS256 under our key": rewritten(header={"alg": "HS256"}),
    "typ JWT under our key": rewritten(header={"typ": "JWT"}),
    "typ mst+jwt under our key": rewritten(header={"typ": "mst+jwt"}),
    "no typ": rewritten(header={"typ": None}),
    "no kid": rewritten(header={"kid": None}),
    "an unknown kid": rewritten(by_stranger, {"kid": "unknown"}),
    "kid as a path": rewritten(nothing, {"kid": "../../dev/null"}),
    "kid as SQL": rewritten(by_stranger, {"kid": "x' OR '1'='1"}),
    "kid as a list": rewritten(header={"kid": ["a"]}),
    "kid of 10 KB": rewritten(header={"kid": "k" * 5_000}),
    "jku": rewritten(by_stranger, {"jku": "https://evil.example/keys"}),
    "jwk": rewritten(by_stranger, {"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}}),
    "x5u": rewritten(by_stranger, {"x5u": "https://evil.example/c"}),
    "x5c": rewritten(by_stranger, {"x5c": ["AAAA"]}),
    "crit": rewritten(header={"crit": ["exp"]}),
    "b64 false": rewritten(header={"b64": False}),
    "zip": rewritten(header={"zip": "DEF"}),
    "another issuer": rewritten(iss="https://evil.example"),
    "no issuer": rewritten(iss=None),
    "another audience": rewritten(aud="https://evil.example/mcp"),
    "the API's audience": lambda g: rewritten(aud=f"{g.stack.api_url}/api")(g),
    "an audience that begins like ours": lambda g: rewritten(aud=f"{g.stack.api_url}/mcp2")(g),
    "several audiences": lambda g: rewritten(aud=[f"{g.stack.api_url}/mcp", "x"])(g),
    "no audience": rewritten(aud=None),
    "another session": rewritten(sid="0" * 16),
    "no session": rewritten(sid=None),
    "another person": rewritten(sub="user:" + "v" * 16),
    "an app's subject": rewritten(sub="app:App000000001"),
    "another client": rewritten(client_id="goc_other"),
    "another epoch": rewritten(epoch=9),
    "another project": lambda g: rewritten(project_id=g.victim.project_id)(g),
    "another project and its integration": lambda g: rewritten(
        project_id=g.victim.project_id, integration_id=g.victim.integration_id
    )(g),
    "no end": rewritten(exp=None),
    "an end as text": rewritten(exp="9999999999"),
    "an end in a year": lasting(0, 31_536_000),
    "issued in the future": lasting(100, 200),
    "not before later": rewritten(nbf=9_999_999_999),
    "admin besides": rewritten(admin=True),
    "a claim more": rewritten(Admin=True),
    "two segments": lambda g: genuine(g).rpartition(".")[0],
    "four segments": lambda g: genuine(g) + ".x",
    "padding": lambda g: genuine(g) + "=",
    "its own signature twice as long": lambda g: genuine(g) + genuine(g).rpartition(".")[2],
}
ATTACKS = [Attack(name, at_mcp(make), unauthenticated()) for name, make in FORGED.items()]
ENDED = Attack(
    "ended one second ago",
    at_mcp(lasting(-601, -1)),
    unauthenticated("Member JWT has expired"),
)


@pytest.mark.parametrize("attack", [*ATTACKS, ENDED], ids=names)
def test_attack_is_refused(attack: Attack, ground: Ground) -> None:
    assert_withstood(attack, ground)


def test_the_good_token_passes_and_so_does_one_that_is_signed_as_ours(ground: Ground) -> None:
    for make in (genuine, rewritten()):
        answer = ground.call(ground.members_tool["name"], credential=make(ground))
        assert answer.json["result"]["isError"] is False


# --- no kind of token is another kind ------------------------------------------------------------


def api_token(ground: Ground) -> str:
    """A token for the API, of a session that goes on."""
    ours = sign_ins(ground)
    grant = replace(
        ours.grant(),
        scope=frozenset({"manage"}),
        resource=f"{ours.origin}/api",
        integration_id=None,
        member=None,
        epoch=0,
    )
    family = begun(
        new_family_id(lambda below: time.time_ns() % below),
        FamilyKind.OAUTH,
        grant,
        device="",
        now=int(time.time()),
    )
    DynamoFamilies(ours.dynamodb, ours.activity).begin(family)
    said = AccessToken(
        issuer=ours.origin,
        grant=grant,
        family_id=family.id,
        token_id="t",
        issued_at=family.created_at,
        expires_at=family.created_at + 900,
    )
    kid = decoded(genuine(ground).split(".")[0])["kid"]
    signed = access_tokens.signed_text(said, kid=kid)
    return access_tokens.compact(signed, kms_signature(ground, signed))


def cookie(ground: Ground) -> str:
    """A console session's cookie, kept by its digest."""
    ours = sign_ins(ground)
    text = new_token("gcs_", new_family_id(lambda below: time.time_ns() % below), lambda _: 7)
    family = begun(
        text[4:20],
        FamilyKind.CONSOLE,
        replace(ours.grant(), client_id=None, scope=frozenset(), resource=None, member=None),
        device="",
        now=int(time.time()),
        token_digest=digest(text),
    )
    DynamoFamilies(ours.dynamodb, ours.activity).begin(family)
    return ground.world.journal.note("cookie", text)


KINDS: dict[str, Token] = {
    "API key": lambda g: g.attacker.api_key,
    "session token": lambda g: g.attacker.session("mallory"),
    "access token": genuine,
    "API access token": api_token,
    "refresh token": lambda g: str(tokens(g)["refresh_token"]),
    "code": lambda g: sign_ins(g).code(),
    "app key": lambda g: sign_ins(g).app().key,
    "assertion": lambda g: g.attacker.assertion("mallory"),
    "cookie": cookie,
    "cookie as a refresh token": lambda g: REFRESH + cookie(g)[4:],
}


def form(ground: Ground, path: str, **fields: str) -> Answer:
    return ground.wire.send("POST", path, [FORM], urlencode(fields).encode())


def as_client(ground: Ground, **fields: str) -> Answer:
    return form(ground, "/oauth/token", client_id=sign_ins(ground).client_id, **fields)


PLACES: dict[str, tuple[set[str], Callable[[Ground, str], Answer]]] = {
    "at MCP": (
        {"API key", "session token", "access token"},
        lambda g, t: g.rpc(t, "ping"),
    ),
    "at the exchange, as its key": (
        {"API key"},
        lambda g, t: g.api(
            "POST",
            "/api/v1/mcp/session-token",
            {"member_assertion": g.attacker.assertion("m")},
            key=t,
        ),
    ),
    "as an assertion": (
        {"assertion"},
        lambda g, t: g.api("POST", "/api/v1/mcp/session-token", {"member_assertion": t}),
    ),
    "as a refresh token": (
        {"refresh token"},
        lambda g, t: as_client(g, grant_type="refresh_token", refresh_token=t),
    ),
    "as a code": (
        {"code"},
        lambda g, t: as_client(
            g,
            grant_type="authorization_code",
            code=t,
            redirect_uri=REDIRECT_URI,
            code_verifier=sign_ins(g).verifier,
        ),
    ),
    "as an app's secret": (
        set(),
        lambda g, t: form(
            g,
            "/oauth/token",
            grant_type="client_credentials",
            client_id=sign_ins(g).app().id,
            client_secret=t,
        ),
    ),
    "as a client assertion": (
        set(),
        lambda g, t: form(
            g,
            "/oauth/token",
            grant_type="client_credentials",
            client_assertion=t,
            client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
    ),
    "as the subject of an exchange": (
        {"assertion"},
        lambda g, t: form(
            g,
            "/oauth/token",
            grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
            subject_token=t,
            subject_token_type="urn:ietf:params:oauth:token-type:jwt",
            client_id=g.attacker.integration_id,
            client_secret=g.attacker.api_key,
        ),
    ),
    "as the exchange's key": (
        {"API key"},
        lambda g, t: form(
            g,
            "/oauth/token",
            grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
            subject_token=g.attacker.assertion("m"),
            subject_token_type="urn:ietf:params:oauth:token-type:jwt",
            client_id=g.attacker.integration_id,
            client_secret=t,
        ),
    ),
    "as the administrator's": (set(), lambda g, t: g.api("GET", "/admin/v1/projects", key=t)),
}
REFUSED = {400, 401, 403}


def refusal() -> Expected:
    def check(answer: Answer) -> None:
        assert answer.status in REFUSED, answer

    return check


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", KINDS)
def test_attack_by_another_kind_of_token(kind: str, place: str, ground: Ground) -> None:
    home, attempt = PLACES[place]
    make = KINDS[kind]
    if kind not in home:
        assert_withstood(Attack(kind, lambda g: attempt(g, make(g)), refusal()), ground)
    else:
        answer = attempt(ground, make(ground))
        assert answer.status == 200, answer
        remember(ground, answer)


def remember(ground: Ground, answer: Answer) -> None:
    """What was given out just now is no leak."""
    for name in ("access_token", "refresh_token", "token"):
        if isinstance(answer.json, dict) and name in answer.json:
            journal = ground.world.journal
            journal.shown_once.add(journal.note(name, answer.json[name]))
