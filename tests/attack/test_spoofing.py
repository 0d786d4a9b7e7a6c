"""Headers by which a client says where it comes from or where it went: nobody believes them."""

import base64
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.attack.attempts import Attack, Expected, assert_withstood, names, unauthenticated
from tests.attack.ground import Ground
from tests.attack.wire import Answer
from tests.events import http_event
from tests.integration.handlers import Handler, handler
from tests.integration.world import Json

pytestmark = pytest.mark.stack

EVIL = "evil.example"
ADDRESS = "203.0.113.9"
SPOOFED = (
    ("X-Forwarded-Host", EVIL),
    ("X-Forwarded-Server", EVIL),
    ("X-Host", EVIL),
    ("X-Original-Host", EVIL),
    ("X-Forwarded-Proto", "ftp"),
    ("X-Forwarded-Port", "6666"),
    ("X-Forwarded-Prefix", f"/{EVIL}"),
    ("X-Forwarded-For", ADDRESS),
    ("X-Real-IP", ADDRESS),
    ("X-Client-IP", ADDRESS),
    ("True-Client-IP", ADDRESS),
    ("CF-Connecting-IP", ADDRESS),
    ("Forwarded", f"for={ADDRESS};host={EVIL};proto=http"),
    ("X-Original-URL", "/admin/v1/projects"),
    ("X-Rewrite-URL", "/admin/v1/projects"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("X-Amzn-Apigateway-Api-Id", EVIL),
    ("X-Tengine-Project-Id", "victimid"),
    ("X-Tengine-Member-Id", "admin"),
)
DOORS = {
    "MCP": ("POST", "/mcp", "mcp"),
    "its metadata": ("GET", "/.well-known/oauth-protected-resource/mcp", "mcp"),
    "the server's metadata": ("GET", "/.well-known/oauth-authorization-server", "token"),
    "its other metadata": ("GET", "/.well-known/openid-configuration", "token"),
    "the exchange": ("POST", "/api/v1/mcp/session-token", "token"),
    "the token endpoint": ("POST", "/oauth/token", "token"),
    "revocation": ("POST", "/oauth/revoke", "token"),
    "introspection": ("POST", "/oauth/introspect", "token"),
    "signing in": ("GET", "/signin", "signin"),
    "leaving for a provider": ("GET", "/signin/company", "signin"),
    "coming back": ("GET", "/signin/callback/company?state=s&code=c", "signin"),
    "authorization": ("GET", "/oauth/authorize?response_type=code", "signin"),
    "consent": ("GET", "/oauth/consent", "signin"),
    "signing out": ("POST", "/signout", "signin"),
    "who is signed in": ("GET", "/me", "signin"),
    "a project": ("GET", "/api/v1/project", "keys"),
    "the administration": ("GET", "/admin/v1/projects", "keys"),
    "health": ("GET", "/health", "keys"),
}
JSON = ("Content-Type", "application/json")


Processes = Callable[..., Handler]


@pytest.fixture(scope="module")
def processes(ground: Ground) -> Iterator[Processes]:
    """One process for each function and setting, however many events it is sent."""
    with ExitStack() as running:

        @cache
        def started(noun: str, **settings: str) -> Handler:
            return running.enter_context(handler(ground.stack, noun, **settings))

        yield started


def plain(text: str) -> str:
    """An answer without what is another one each time."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>", text)


@pytest.mark.parametrize("door", DOORS)
def test_no_spoofed_header_changes_an_answer(door: str, ground: Ground) -> None:
    method, target, _ = DOORS[door]
    usual = ground.wire.send(method, target, [JSON], b"{}")
    spoofed = ground.wire.send(method, target, [JSON, *SPOOFED], b"{}")
    assert (spoofed.status, plain(spoofed.text)) == (usual.status, plain(usual.text))
    assert spoofed.headers.keys() == usual.headers.keys()
    for value in (EVIL, ADDRESS, "6666"):
        assert value not in plain(f"{spoofed.text}{spoofed.headers}")


@pytest.mark.parametrize("door", DOORS)
def test_a_host_header_is_not_where_anybody_is(door: str, processes: Processes) -> None:
    """Without a public URL it is the domain that the gateway was called under."""
    method, target, noun = DOORS[door]
    path, _, query = target.partition("?")
    headers = {"host": EVIL, "content-type": "application/json", **dict(SPOOFED)}
    body = "{}" if method == "POST" else None
    event = http_event(method, path, query=query, headers=headers, body=body)
    answer = processes(noun, PUBLIC_URL="").answer(event)
    assert answer["statusCode"] < 500
    assert EVIL not in str(answer)
    if "metadata" in door:
        assert "https://api.example.com" in answer["body"]


@pytest.mark.parametrize("door", DOORS)
def test_another_domain_is_misdirected_whatever_its_headers_say(
    door: str, processes: Processes
) -> None:
    method, target, noun = DOORS[door]
    path, _, query = target.partition("?")
    headers = {"host": "gate.example.com", "x-forwarded-host": "gate.example.com"}
    event = http_event(method, path, query=query, headers=headers)
    assert processes(noun, ALLOWED_HOSTS="gate.example.com").answer(event)["statusCode"] == 421


# --- credentials as no header may spell them -----------------------------------------------------


def told(ground: Ground, processes: Processes, authorization: str) -> int:
    """Ask as the gateway would hand a header over that is not trimmed."""
    headers = {
        "authorization": authorization.format(key=ground.attacker.api_key),
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2025-11-25",
    }
    body = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
    event = http_event("POST", "/mcp", headers=headers, body=body)
    return int(processes("mcp", PUBLIC_URL="").answer(event)["statusCode"])


@pytest.mark.parametrize(
    "spelled",
    [
        "Bearer {key} ", "Bearer {key}\t", " Bearer {key}", "Bearer\t{key}", "Bearer {key},",
        "Bearer {key}\r\nX: y", "Bearer {key}\x00", "Bearer  {key} x", 'Bearer "{key}"',
        "Bearer{key}", "Bearer: {key}", "Token {key}", "{key}",
    ],
    ids=repr,
)  # fmt: skip
def test_a_credential_is_spelled_in_one_way(
    spelled: str, ground: Ground, processes: Processes
) -> None:
    assert told(ground, processes, spelled) == 401


def test_spelled_that_way_it_passes(ground: Ground, processes: Processes) -> None:
    assert told(ground, processes, "Bearer {key}") == 200


# --- members without a signature -----------------------------------------------------------------


@pytest.mark.parametrize("stage", ["local", "dev"])
def test_only_a_developers_flag_mints_for_an_unsigned_member(stage: str, ground: Ground) -> None:
    headers = {
        "authorization": f"Bearer {ground.attacker.api_key}",
        "content-type": "application/json",
    }
    event = http_event(
        "POST", "/api/v1/mcp/session-token", headers=headers, body='{"member_external_id":"ada"}'
    )
    flag = "ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING"
    settings = {"STAGE": stage, "ALLOW_INSECURE_UPSTREAMS": "false"}
    with handler(ground.stack, "token", **settings, **{flag: "false"}) as one:
        assert one.answer(event)["statusCode"] == 403
    with handler(ground.stack, "token", **settings, **{flag: "true"}) as one:
        answer: Json = one.answer(event)
    assert answer["statusCode"] == 200


# --- secrets in other places ---------------------------------------------------------------------


def basic(ground: Ground) -> str:
    pair = f"{ground.attacker.integration_id}:{ground.attacker.api_key}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def by(*headers: tuple[str, str]) -> Attack:
    def attempt(ground: Ground) -> Answer:
        key = ground.attacker.api_key
        given = [(n, v.format(key=key, basic=basic(ground))) for n, v in headers]
        return ground.wire.send("GET", "/api/v1/project", given)

    name = " and ".join(f"{header}: {value}" for header, value in headers)
    expected: Expected = unauthenticated()
    return Attack(name, attempt, expected)


@pytest.mark.parametrize(
    "attack",
    [
        by(("Authorization", "{basic}")),
        by(("X-Service-Key", "{key}")),
        by(("X-API-Key", "{key}")),
        by(("Cookie", "__Host-gatehouse_session={key}")),
        by(("Authorization", "Bearer x"), ("X-Service-Key", "{key}")),
        by(("X-Authorization", "Bearer {key}")),
        by(("Sec-WebSocket-Protocol", "bearer, {key}")),
    ],
    ids=names,
)
def test_attack_with_the_key_elsewhere(attack: Attack, ground: Ground) -> None:
    assert_withstood(attack, ground)
