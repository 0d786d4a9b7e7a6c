"""Holes that other systems had (see known_defects.py), tried here where no other test does."""

import ast
import base64
import json
import re
import uuid
from functools import cache
from http.cookies import SimpleCookie

import pytest

from tests.attack.attempts import status
from tests.attack.ground import Ground
from tests.attack.known_defects import DEFECTS, Defect
from tests.attack.test_oauth_tokens import FORM, genuine, sign_ins, tokens
from tests.cloud import ROOT, translated
from tests.events import http_event
from tests.integration.handlers import handler
from tests.integration.world import Json, bearer

pytestmark = pytest.mark.stack


@cache
def named_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text())
    return frozenset(n.name for n in tree.body if isinstance(n, ast.FunctionDef))


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.hole)
def test_each_hole_is_tried_somewhere(defect: Defect) -> None:
    assert defect.proofs
    for proof in defect.proofs:
        file, _, name = proof.partition("::")
        assert name in named_in(file), proof


def test_no_hole_is_listed_twice() -> None:
    assert len({defect.hole for defect in DEFECTS}) == len(DEFECTS)


def authorization(ground: Ground) -> str:
    challenge = base64.urlsafe_b64encode(b"c" * 32).decode().rstrip("=")
    return (
        f"/oauth/authorize?response_type=code&client_id={sign_ins(ground).client_id}"
        f"&redirect_uri=https://client.example/callback&state=the-state"
        f"&code_challenge={challenge}&code_challenge_method=S256"
    )


def test_a_cookie_tells_nothing(ground: Ground) -> None:
    answer = ground.wire.send("GET", authorization(ground))
    cookies = SimpleCookie(answer.headers["set-cookie"])
    assert cookies
    for cookie in cookies.values():
        assert re.fullmatch(r"[0-9A-Za-z_]{20,80}", cookie.value)
        assert b"the-state" not in base64.urlsafe_b64decode(cookie.value + "==")


def test_there_is_no_account_to_begin_with(ground: Ground) -> None:
    for name, word in (("admin", "admin"), ("admin@example.com", "changeme"), ("root", "")):
        basic = base64.b64encode(f"{name}:{word}".encode()).decode()
        answer = ground.wire.send(
            "GET", "/admin/v1/projects", [("Authorization", f"Basic {basic}")]
        )
        status(401)(answer)
    for path in ("/login", "/signin/password", "/auth/login", "/setup", "/admin"):
        assert ground.wire.send("GET", path).status == 404, path


def test_a_code_or_token_in_a_url_is_nothing(ground: Ground) -> None:
    code = sign_ins(ground).code()
    query = f"grant_type=authorization_code&client_id={sign_ins(ground).client_id}&code={code}"
    rest = (
        f"&code_verifier={sign_ins(ground).verifier}&redirect_uri=https://client.example/callback"
    )
    for method in ("GET", "POST"):
        answer = ground.wire.send(method, f"/oauth/token?{query}{rest}", [FORM])
        assert answer.status in {400, 405}, answer
    sign_ins(ground).noted(sign_ins(ground).redeem(code))  # nobody has used it up
    ping = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'
    json_body = [("Content-Type", "application/json")]
    for name in ("access_token", "token", "api_key", "key"):
        secret = f"{name}={ground.attacker.api_key}"
        status(401)(ground.wire.send("POST", f"/mcp?{secret}", json_body, ping))
        status(401)(ground.wire.send("GET", f"/api/v1/project?{secret}"))


def test_no_redirect_carries_a_token(ground: Ground) -> None:
    """Whoever asks for one is refused, at the client's own address where that is known."""
    for kind in ("token", "id_token", "code token", "code id_token", "none"):
        asked = authorization(ground).replace(
            "response_type=code", f"response_type={kind.replace(' ', '%20')}"
        )
        answer = ground.wire.send("GET", asked)
        assert answer.status in {303, 400}, answer
        target = answer.headers.get("location", "")
        assert "#" not in target
        assert "access_token" not in target
        assert answer.status == 400 or "error=unsupported_response_type" in target, answer
    fragment = authorization(ground) + "&response_mode=fragment"
    assert "#" not in ground.wire.send("GET", fragment).headers.get("location", "")


def test_nobody_but_the_administrator_makes_projects(ground: Ground) -> None:
    mine = [ground.attacker.api_key, genuine(ground), ground.attacker.session("mallory"), "x"]
    mine.append(sign_ins(ground).app().key)
    for credential in mine:
        body = {"name": "of my own"}
        answer = ground.api("POST", "/admin/v1/projects", body, key=credential)
        assert answer.status in {401, 403}, answer
    listed = ground.world.admin("GET", "/admin/v1/projects").text
    assert "of my own" not in listed


@pytest.mark.parametrize("path", ["/signout", "/oauth/consent"])
@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
def test_a_header_that_scripts_send_stands_for_no_form_token(
    path: str, origin: str | None, ground: Ground
) -> None:
    headers = [FORM, ("X-Requested-With", "XMLHttpRequest"), ("Sec-Fetch-Site", "same-origin")]
    headers += [("Referer", ground.stack.api_url)]
    headers += [("Cookie", "__Host-gatehouse_session=gcs_" + "A" * 53)]
    if origin is not None:
        headers.append(("Origin", origin))
    status(403)(ground.wire.send("POST", path, headers, b"ticket=" + b"A" * 43))


def test_a_session_that_nobody_remembers_is_over(ground: Ground) -> None:
    """What ends a token is no mark that could be lost: a token needs its session to be there."""
    held = tokens(ground)
    assert sign_ins(ground).ping(held["access_token"]) == 200
    payload = held["access_token"].split(".")[1]
    family = json.loads(base64.urlsafe_b64decode(payload + "=="))["sid"]
    client, table = ground.stack.client("dynamodb"), ground.stack.tables["activity"]
    found = client.query(
        TableName=table,
        KeyConditionExpression="PK = :family",
        ExpressionAttributeValues={":family": {"S": f"FAM#{family}"}},
    )["Items"]
    assert found
    for item in found:
        client.delete_item(TableName=table, Key={"PK": item["PK"], "SK": item["SK"]})
    assert sign_ins(ground).ping(held["access_token"]) == 401
    assert sign_ins(ground).refresh(held["refresh_token"]).status_code == 400


def test_a_key_that_was_taken_away_is_gone_from_every_process(ground: Ground) -> None:
    """Two processes have served the key a moment ago; neither may go on."""
    made = ground.attacker.api("POST", "/api/v1/integrations", {"name": "for a while"}).json()
    journal = ground.world.journal
    journal.shown_once.add(journal.note("API key", made["api_key"]))
    app = registered(ground)
    by_key = http_event("GET", "/api/v1/project", headers=bearer(made["api_key"]))
    by_app = http_event("GET", "/api/v1/custom-tools", headers=bearer(app["key"]))
    with handler(ground.stack, "keys") as one, handler(ground.stack, "keys") as other:
        for process in (one, other):
            assert process.answer(by_key)["statusCode"] == 200
            assert process.answer(by_app)["statusCode"] == 200
        path = f"/api/v1/integrations/{made['id']}"
        assert ground.attacker.api("DELETE", path).status_code == 204
        assert ground.world.admin("DELETE", f"/admin/v1/apps/{app['id']}").status_code == 204
        for process in (one, other):
            assert process.answer(by_key)["statusCode"] == 401
            assert process.answer(by_app)["statusCode"] == 401


def test_an_origin_is_no_credential(ground: Ground) -> None:
    app = sign_ins(ground).app(allowed_origins=("https://app.example.com",))
    named = [
        ("Origin", "https://app.example.com"),
        ("X-Gatehouse-Project", ground.attacker.project_id),
    ]
    for path in ("/api/v1/project", "/api/v1/custom-tools"):
        status(401)(ground.wire.send("GET", path, named))
    form = f"grant_type=client_credentials&client_id={app.id}".encode()
    status(401)(ground.wire.send("POST", "/oauth/token", [*named, FORM], form))
    asked = f"token={genuine(ground)}&client_id={app.id}".encode()
    status(401)(ground.wire.send("POST", "/oauth/introspect", [*named, FORM], asked))


@pytest.mark.parametrize("amount", ["", "unlimited", "0"])
def test_a_door_without_its_amount_lets_nobody_in(amount: str, ground: Ground) -> None:
    with handler(ground.stack, "signin", SIGN_INS_PER_MINUTE=amount) as one:
        found = one.answer(http_event("GET", "/signin"))["statusCode"]
    assert found in {429, 500}


def test_health_is_for_our_hosts_too(ground: Ground) -> None:
    with handler(ground.stack, "keys", ALLOWED_HOSTS="gate.example.com") as one:
        assert one.answer(http_event("GET", "/health"))["statusCode"] == 421


def registered(ground: Ground, **changes: object) -> Json:
    """A service app of the attacker's project, as the administrator registers it."""
    grant = {"project_id": ground.attacker.project_id, "actions": ["tools:read"]}
    body = {"name": f"app-{uuid.uuid4().hex[:8]}", "grants": [grant], **changes}
    answer = ground.world.admin("POST", "/admin/v1/apps", body)
    assert answer.status_code == 201, answer.text
    app: Json = answer.json()
    keyed = ground.world.admin("POST", f"/admin/v1/apps/{app['id']}/keys", {})
    assert keyed.status_code == 201, keyed.text
    journal = ground.world.journal
    journal.shown_once.add(journal.note("app key", keyed.json()["key"]))
    return {**app, "key": keyed.json()["key"]}


def test_an_origin_that_was_registered_holds_whichever_process_is_asked(ground: Ground) -> None:
    origin = f"https://{uuid.uuid4().hex}.example.com"
    event = http_event("OPTIONS", "/api/v1/project", headers={"origin": origin})
    registered(ground, allowed_origins=[origin])
    for noun in ("keys", "token"):
        with handler(ground.stack, noun) as one, handler(ground.stack, noun) as other:
            for process in (one, other):
                told = process.answer(event)["headers"]
                assert told["access-control-allow-origin"] == origin
                assert "access-control-allow-credentials" not in told


def test_nobody_chooses_the_id_of_a_request(ground: Ground) -> None:
    chosen = "01234567-89ab-7def-8123-456789abcdef"
    names = ("X-Request-Id", "X-Amzn-Requestid", "X-Tengine-Request-Id", "Request-Id")
    answer = ground.wire.send("GET", "/api/v1/project", [(name, chosen) for name in names])
    assert chosen not in answer.text
    assert chosen not in str(answer.headers)
    assert not any(chosen in line for line in ground.stack.log_lines("keys"))


def test_there_is_no_debug_switch(ground: Ground) -> None:
    for noun in ("mcp", "token", "signin", "keys"):
        given = translated("prod")[f"{noun.capitalize()}Function"]["Properties"]["Environment"]
        assert not re.search(r"DEBUG|COOKIE|VERBOSE|DISABLE", " ".join(given["Variables"]))
    with handler(ground.stack, "keys", DEBUG="true", POWERTOOLS_DEV="true") as one:
        answer = one.answer(http_event("GET", "/api/v1/project"))
        broken = one.answer({"requestContext": {}, "rawPath": "/"})
    assert (answer["statusCode"], broken["statusCode"]) == (401, 500)
    assert "Traceback" not in broken["body"]
    for path in ("/docs", "/redoc", "/openapi.json", "/debug", "/metrics"):
        assert ground.wire.send("GET", path).status == 404, path
