"""Session tokens and API keys: stolen in part, forged, old, or put where they do not belong."""

import base64
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from gatehouse.domain import api_keys
from tests.attack.attempts import (
    KEY,
    Attack,
    assert_withstood,
    fault,
    names,
    refused,
    status,
    unauthenticated,
)
from tests.attack.ground import META, MODERN, Ground, claims_of, forged
from tests.attack.wire import Answer

pytestmark = pytest.mark.stack

PING = b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
SEEN_WITHIN = 31
STRANGER = b"a key of a stranger, 32 bytes long"


def session(ground: Ground) -> str:
    """A genuine token of the attacker's own project."""
    return ground.attacker.session("mallory")


def victims_session(ground: Ground) -> str:
    return ground.victim.session("victims-member", roles=["admin"])


def with_token(make: Callable[[Ground], str]) -> Callable[[Ground], Answer]:
    """Call the attacker's members-only tool with a token made so."""
    return lambda ground: ground.call(ground.members_tool["name"], credential=make(ground))


def rewritten(**changes: Any) -> Callable[[Ground], str]:
    """Change claims without knowing the key: the old signature stays."""

    def make(ground: Ground) -> str:
        token = session(ground)
        signature = token.rpartition(".")[2]
        unsigned = forged(token, b"", **changes).rpartition(".")[0]
        return f"{unsigned}.{signature}"

    return make


def signed(key: bytes | None = None, **changes: Any) -> Callable[[Ground], str]:
    """Change header or claims and sign, with the deployment's own key where none is given."""

    def make(ground: Ground) -> str:
        secret = ground.signing_key()[1] if key is None else key
        return forged(session(ground), secret, **changes)

    return make


def lasting(start: int, end: int) -> Callable[[Ground], str]:
    """Sign with the deployment's own key; both are seconds from now."""

    def make(ground: Ground) -> str:
        issued = now() + start
        return signed(iat=issued, exp=issued + end - start)(ground)

    return make


def with_key(make: Callable[[str], str]) -> Callable[[Ground], Answer]:
    """List tools with something made of the attacker's API key."""
    return lambda ground: ground.mcp(PING, make(ground.attacker.api_key))


def sent_as(**headers: str) -> Callable[[Ground], Answer]:
    """Send the good key in some other way; `{key}` stands for it."""

    def attempt(ground: Ground) -> Answer:
        key = ground.attacker.api_key
        filled = {name: value.format(key=key) for name, value in headers.items()}
        return ground.mcp(PING, **{"authorization": "", **filled})

    return attempt


def twice(*values: str) -> Callable[[Ground], Answer]:
    """Send several Authorization headers."""

    def attempt(ground: Ground) -> Answer:
        key, victims = ground.attacker.api_key, ground.victim.api_key
        headers = [("Authorization", value.format(key=key, victims=victims)) for value in values]
        return ground.wire.send(
            "POST", "/mcp", [*headers, ("Content-Type", "application/json")], PING
        )

    return attempt


def with_a_retired_key(ground: Ground) -> Answer:
    """Sign with the key before, which is known and ends 20 minutes after it was retired."""
    secrets, name = ground.stack.client("secretsmanager"), ground.stack.outputs["KeyRing"]
    kid, current = ground.signing_key()
    ends = now() + SEEN_WITHIN + 5
    aged = {
        "version": 1,
        "current": {"kid": kid, "secret": text(current), "since": 0},
        "previous": {"kid": "before", "secret": text(STRANGER), "since": ends - 1200},
    }
    ring = secrets.get_secret_value(SecretId=name)["SecretString"]
    ground.prepared["the ring before"] = {"text": ring}
    token = forged(session(ground), STRANGER, header={"kid": "before"}, kid="before")
    secrets.put_secret_value(SecretId=name, SecretString=json.dumps(aged))
    call = partial(ground.call, ground.members_tool["name"], credential=token)
    while call().status != 200:  # instances look for an unknown kid every 30 seconds at most
        assert now() < ends, "the key was never known"
        time.sleep(1)
    time.sleep(max(0, ends - time.time()))
    return call()


def text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode()


def now() -> int:
    return int(time.time())


def flipped(text: str, index: int) -> str:
    """Change one character, to another of the alphabet."""
    characters = list(text)
    characters[index] = "A" if characters[index] != "A" else "B"
    return "".join(characters)


def spare_bits(token: str) -> str:
    """Change the two bits of the last character that base64url of 32 bytes does not use."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


def guessed(key: str) -> str:
    return api_keys.compose(key[8:16], key[16:24], "s" * 24)


def limited_key(ground: Ground, scope: str) -> str:
    """A key of the attacker's project that may do one thing."""
    name = f"limited to {scope}"
    if name not in ground.prepared:
        made = ground.attacker.api(
            "POST", "/api/v1/integrations", {"name": name, "scopes": [scope]}
        ).json()
        ground.world.journal.shown_once.add(ground.world.journal.note("API key", made["api_key"]))
        ground.prepared[name] = made
    return str(ground.prepared[name]["api_key"])


def deleted_key(ground: Ground) -> str:
    """A key that was good until a moment ago."""
    made = ground.attacker.api("POST", "/api/v1/integrations", {"name": "leaving"}).json()
    ground.world.journal.shown_once.add(ground.world.journal.note("API key", made["api_key"]))
    path = f"/api/v1/integrations/{made['id']}"
    assert ground.attacker.api("DELETE", path).status_code == 204
    return str(made["api_key"])


def replayed(ground: Ground) -> Answer:
    assertion = {"member_assertion": ground.attacker.assertion("mallory")}
    first = ground.api("POST", "/api/v1/mcp/session-token", assertion)
    assert first.status == 200, first
    return ground.api("POST", "/api/v1/mcp/session-token", assertion)


TOKENS = (
    Attack(
        "a rewritten member", with_token(rewritten(member_external_id="admin")), unauthenticated()
    ),
    Attack("rewritten roles", with_token(rewritten(roles=["admin"])), unauthenticated()),
    Attack("a rewritten end", with_token(rewritten(exp=9_999_999_999)), unauthenticated()),
    Attack(
        "one character of the signature changed",
        with_token(lambda g: flipped(session(g), -5)),
        unauthenticated(),
    ),
    Attack(
        "the spare bits of the last character changed",
        with_token(lambda g: spare_bits(session(g))),
        unauthenticated(),
    ),
    Attack("padding", with_token(lambda g: session(g) + "="), unauthenticated()),
    Attack(
        "no signature", with_token(lambda g: session(g).rpartition(".")[0] + "."), unauthenticated()
    ),
    Attack("two segments", with_token(lambda g: session(g).rpartition(".")[0]), unauthenticated()),
    Attack("four segments", with_token(lambda g: session(g) + ".x"), unauthenticated()),
    Attack(
        "without its prefix",
        with_token(lambda g: session(g).removeprefix("tng_mst_")),
        unauthenticated(),
    ),
    Attack("its prefix twice", with_token(lambda g: "tng_mst_" + session(g)), unauthenticated()),
    Attack("20 KB of token", with_token(lambda _: "tng_mst_" + "a" * 9_000), unauthenticated()),
    Attack("alg none", with_token(signed(b"", header={"alg": "none"})), unauthenticated()),
    Attack("alg nOnE", with_token(signed(b"", header={"alg": "nOnE"})), unauthenticated()),
    Attack(
        "alg HS512 under our key", with_token(signed(header={"alg": "HS512"})), unauthenticated()
    ),
    Attack("alg RS256", with_token(signed(header={"alg": "RS256"})), unauthenticated()),
    Attack("typ JWT under our key", with_token(signed(header={"typ": "JWT"})), unauthenticated()),
    Attack(
        "a jwk of one's own",
        with_token(signed(STRANGER, header={"jwk": {"kty": "oct"}})),
        unauthenticated(),
    ),
    Attack(
        "jku", with_token(signed(header={"jku": "https://evil.example/keys"})), unauthenticated()
    ),
    Attack("crit", with_token(signed(header={"crit": ["exp"]})), unauthenticated()),
    Attack(
        "kid as a path",
        with_token(signed(b"", header={"kid": "../../dev/null"})),
        unauthenticated(),
    ),
    Attack(
        "kid as SQL",
        with_token(signed(STRANGER, header={"kid": "x' OR '1'='1"})),
        unauthenticated(),
    ),
    Attack("an unknown kid", with_token(signed(STRANGER, header={"kid": "k9"})), unauthenticated()),
    Attack("signed by a stranger", with_token(signed(STRANGER)), unauthenticated()),
    Attack("signed with nothing", with_token(signed(b"")), unauthenticated()),
    Attack("signed with the kid", with_token(signed(b"initial")), unauthenticated()),
    Attack("a key retired 20 minutes ago", with_a_retired_key, unauthenticated(), reaches=True),
    Attack(
        "ended one second ago",
        with_token(lasting(-901, -1)),
        unauthenticated("Member JWT has expired"),
    ),
    Attack("a life of 16 minutes", with_token(signed(exp=9_999_999_999)), unauthenticated()),
    Attack(
        "issued in the future",
        with_token(lasting(100, 900)),
        unauthenticated(),
    ),
    Attack("an end as text", with_token(signed(exp="9999999999")), unauthenticated()),
    Attack("without an end", with_token(signed(exp=None)), unauthenticated()),
    Attack("another claim", with_token(signed(admin=True)), unauthenticated()),
    Attack(
        "another deployment's",
        with_token(signed(iss="urn:gatehouse:other", aud="urn:gatehouse:other")),
        unauthenticated(),
    ),
    Attack("another audience", with_token(signed(aud="urn:gatehouse:other")), unauthenticated()),
    Attack("another epoch", with_token(signed(epoch=7)), unauthenticated()),
    Attack(
        "an assertion key that is not there", with_token(signed(akid="nobodys")), unauthenticated()
    ),
    Attack(
        "another project's integration",
        with_token(lambda g: signed(project_id=g.victim.project_id)(g)),
        unauthenticated(),
    ),
    Attack(
        "a genuine token of another project",
        lambda g: g.call(g.own["name"], {"contact_id": "1"}, victims_session(g)),
        fault(-32602, message="Unknown tool"),
    ),
    Attack(
        "a token where an assertion belongs",
        lambda g: g.api("POST", "/api/v1/mcp/session-token", {"member_assertion": session(g)}),
        unauthenticated("Invalid member assertion"),
    ),
    Attack(
        "an assertion where a token belongs",
        with_token(lambda g: g.attacker.assertion("mallory")),
        unauthenticated(),
    ),
    Attack(
        "an assertion dressed as a token",
        with_token(lambda g: "tng_mst_" + g.attacker.assertion("mallory")),
        unauthenticated(),
    ),
    Attack(
        "a token where an API key belongs",
        lambda g: g.api("GET", "/api/v1/project", key=session(g)),
        unauthenticated(),
    ),
    Attack(
        "a token that exchanges itself",
        lambda g: g.api(
            "POST",
            "/api/v1/mcp/session-token",
            {"member_assertion": g.attacker.assertion("mallory")},
            key=session(g),
        ),
        unauthenticated(),
    ),
    Attack(
        "a token that administers",
        lambda g: g.api("GET", "/admin/v1/projects", key=session(g)),
        unauthenticated("Invalid admin token"),
    ),
)

KEYS = (
    Attack(
        "an API key where a member is needed",
        lambda g: g.call(g.members_tool["name"]),
        refused("Member context required"),
    ),
    Attack("the prefix alone", with_key(lambda _: "tengine_"), unauthenticated()),
    Attack("all but the last character", with_key(lambda key: key[:-1]), unauthenticated()),
    Attack("one character more", with_key(lambda key: key + "0"), unauthenticated()),
    Attack("another checksum", with_key(lambda key: flipped(key, -1)), unauthenticated()),
    Attack("upper case", with_key(str.upper), unauthenticated()),
    Attack(
        "a character that looks alike",
        with_key(lambda key: key.replace("_", "\uff3f")),
        unauthenticated(),
    ),
    Attack("another secret, checksum right", with_key(guessed), unauthenticated()),
    Attack(
        "an unknown integration, checksum right",
        with_key(lambda key: api_keys.compose(key[8:16], "zzzzzzzz", "s" * 24)),
        unauthenticated(),
    ),
    Attack(
        "an unknown project, checksum right",
        with_key(lambda key: api_keys.compose("zzzzzzzz", key[16:24], "s" * 24)),
        unauthenticated(),
    ),
    Attack(
        "the victim's project with one's own secret",
        lambda g: g.mcp(
            PING,
            api_keys.compose(
                g.victim.project_id, g.attacker.integration_id, g.attacker.api_key[24:48]
            ),
        ),
        unauthenticated(),
    ),
    Attack(
        "an API key that administers",
        lambda g: g.api("GET", "/admin/v1/projects"),
        unauthenticated("Invalid admin token"),
    ),
    Attack(
        "an admin token where a key belongs",
        lambda g: g.api("GET", "/api/v1/project", key=g.world.admin_token),
        unauthenticated(),
    ),
    Attack("no scheme", sent_as(authorization="{key}"), unauthenticated()),
    Attack("Basic", sent_as(authorization="Basic {key}"), unauthenticated()),
    Attack("the scheme twice", sent_as(authorization="Bearer Bearer {key}"), unauthenticated()),
    Attack(
        "two keys in one header", sent_as(authorization="Bearer {key} {key}"), unauthenticated()
    ),
    Attack("two keys with a comma", sent_as(authorization="Bearer {key},{key}"), unauthenticated()),
    Attack("X-Api-Key", sent_as(x_api_key="{key}"), unauthenticated()),
    Attack("Proxy-Authorization", sent_as(proxy_authorization="Bearer {key}"), unauthenticated()),
    Attack(
        "X-Forwarded-Authorization",
        sent_as(x_forwarded_authorization="Bearer {key}"),
        unauthenticated(),
    ),
    Attack("a cookie", sent_as(cookie="authorization=Bearer {key}"), unauthenticated()),
    Attack("two headers alike", twice("Bearer {key}", "Bearer {key}"), unauthenticated()),
    Attack("two headers, the good one last", twice("Bearer x", "Bearer {key}"), unauthenticated()),
    Attack(
        "two headers of two projects", twice("Bearer {victims}", "Bearer {key}"), unauthenticated()
    ),
    Attack(
        "in the query",
        lambda g: g.wire.send(
            "POST",
            f"/mcp?access_token={g.attacker.api_key}&api_key={g.attacker.api_key}",
            [("Content-Type", "application/json")],
            PING,
        ),
        unauthenticated(),
    ),
    Attack(
        "in the body",
        lambda g: g.mcp(
            json.dumps(
                {
                    "jsonrpc": "2.0",
                    "id": 1,
                    "method": "tools/list",
                    "params": {"_meta": {"authorization": f"Bearer {g.attacker.api_key}"}},
                }
            ).encode(),
            authorization="",
        ),
        unauthenticated(),
    ),
    Attack(
        "in the path",
        lambda g: g.wire.send("POST", f"/mcp/{g.attacker.api_key}", [], PING),
        status(404),
    ),
    Attack(
        "a deleted integration's key",
        lambda g: g.mcp(PING, deleted_key(g)),
        unauthenticated(),
    ),
    Attack(
        "a deleted integration's key, for management",
        lambda g: g.api("GET", "/api/v1/project", key=deleted_key(g)),
        unauthenticated(),
    ),
    Attack(
        "a key without the scope, at MCP",
        lambda g: g.mcp(PING, limited_key(g, "exchange")),
        fault(403, 403, "lacks the scope 'mcp'"),
    ),
    Attack(
        "a key without the scope, at management",
        lambda g: g.api("GET", "/api/v1/custom-tools", key=limited_key(g, "mcp")),
        status(403, "lacks the scope 'manage'"),
    ),
    Attack(
        "a key without the scope, at the exchange",
        lambda g: g.api(
            "POST",
            "/api/v1/mcp/session-token",
            {"member_assertion": g.attacker.assertion("mallory")},
            key=limited_key(g, "mcp"),
        ),
        status(403, "lacks the scope 'exchange'"),
    ),
    Attack(
        "an unsigned member",
        lambda g: g.api("POST", "/api/v1/mcp/session-token", {"member_external_id": "admin"}),
        status(403, "member_external_id mode disabled in production"),
    ),
    Attack(
        "another project's assertion",
        lambda g: g.api(
            "POST", "/api/v1/mcp/session-token", {"member_assertion": g.victim.assertion("ada")}
        ),
        unauthenticated("Invalid member assertion"),
    ),
    Attack("a replayed assertion", replayed, unauthenticated("Invalid member assertion")),
)


@pytest.fixture(autouse=True)
def _ring_as_it_was(ground: Ground) -> object:
    """Put the key ring back that an attack has aged."""
    yield
    if before := ground.prepared.pop("the ring before", None):
        ground.stack.client("secretsmanager").put_secret_value(
            SecretId=ground.stack.outputs["KeyRing"], SecretString=before["text"]
        )


@pytest.mark.parametrize("attack", [*TOKENS, *KEYS], ids=names)
def test_attack_is_refused(attack: Attack, ground: Ground) -> None:
    assert_withstood(attack, ground)


# --- and the honest request passes, so that the refusals above mean something ---------------------


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_good_key_passes_in_any_case_of_its_scheme(scheme: str, ground: Ground) -> None:
    answer = ground.mcp(PING, authorization=f"{scheme} {ground.attacker.api_key}")
    assert answer.status == 200, answer


def test_the_good_session_passes(ground: Ground) -> None:
    answer = ground.call(ground.members_tool["name"], credential=session(ground))
    assert answer.json["result"]["isError"] is False


def test_a_token_signed_as_ours_is_ours(ground: Ground) -> None:
    """The forgeries above fail for what they change, not for how they are made."""
    token = session(ground)
    again = forged(token, ground.signing_key()[1])
    assert claims_of(again) == claims_of(token)
    assert ground.call(ground.members_tool["name"], credential=again).status == 200


def test_whatever_is_wrong_with_a_key_the_answer_is_the_same(ground: Ground) -> None:
    key = ground.attacker.api_key
    wrong = [key[:-1], guessed(key), api_keys.compose("zzzzzzzz", "zzzzzzzz", "s" * 24), "x"]
    wrong.append(deleted_key(ground))
    answers = {ground.mcp(PING, each).text for each in wrong}
    assert len(answers) == 1
    assert KEY in answers.pop()
    problems = [ground.api("GET", "/api/v1/project", key=each).json for each in wrong]
    for problem in problems:
        problem.pop("request_id")
    assert all(problem == problems[0] for problem in problems)


def test_a_modern_request_is_held_to_the_same_credentials(ground: Ground) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": META}}
    for credential in ("x", guessed(ground.attacker.api_key)):
        answer = ground.mcp(
            json.dumps(message).encode(),
            credential,
            mcp_protocol_version=MODERN,
            mcp_method="tools/list",
        )
        assert answer.status == 401
