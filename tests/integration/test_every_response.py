"""Whatever is asked, and whatever goes wrong: every answer carries what keeps browsers safe."""

import re
from collections.abc import Mapping

import pytest

from gatehouse.domain import family_tokens
from gatehouse.edge.console.application import MAX_BODY as FORM_BODY
from gatehouse.edge.console.pages import CONSOLE
from gatehouse.edge.console.render import POLICY
from gatehouse.edge.http import MAX_BODY, SECURITY_HEADERS
from gatehouse.edge.pages.render import style_path
from gatehouse.edge.rest.routes import ROUTES
from gatehouse.edge.rest.routing import Access
from local.stack import LocalStack
from tests.events import http_event
from tests.integration.handlers import handler
from tests.integration.world import Json, Tenant, World, bearer

pytestmark = pytest.mark.stack

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
STRANGER = "https://stranger.example"
HTTP_FUNCTIONS = {
    "mcp": "/mcp",
    "token": "/oauth/token",
    "signin": "/signin",
    "keys": "/api/v1/project",
    "console": "/console",
}
FOR_EVERYONE = re.compile(
    r"/\.well-known/(jwks\.json|openid-configuration|oauth-(authorization-server|protected-resource)(/mcp)?)"
)
"""Documents that are the same for all who ask: any page may read them, any cache keep them."""


def require_safe(path: str, headers: Mapping[str, str]) -> None:
    """Fail unless an answer's headers are those of every answer."""
    assert headers.keys() >= SECURITY_HEADERS.keys(), (path, dict(headers))
    same = set(SECURITY_HEADERS) - {
        "cache-control",
        "content-security-policy",
        "cross-origin-resource-policy",
        "referrer-policy",
    }
    for name in same:
        assert headers[name] == SECURITY_HEADERS[name], (path, name)
    policy = headers["content-security-policy"]
    for directive in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in policy, (path, policy)
    if path.startswith(CONSOLE) and "script-src" in policy:
        assert policy == POLICY  # its pages alone have a script, of their own origin
    else:
        assert not re.search(r"unsafe|\*|script-src|data:", policy), (path, policy)
    assert headers["referrer-policy"] in {"no-referrer", "same-origin"}, path
    assert "access-control-allow-credentials" not in headers, path
    for name in ("server", "x-powered-by", "via"):
        assert name not in headers, (path, name)
    if FOR_EVERYONE.fullmatch(path):
        return
    assert headers.get("access-control-allow-origin") is None, path
    assert headers["cross-origin-resource-policy"] == "same-origin", path
    if path == style_path():
        return
    assert headers["cache-control"] == "no-store", (path, headers["cache-control"])


def every_path(stack: LocalStack) -> set[str]:
    """Give a path of each route that is deployed, and one that nobody has."""
    keys = [route.key.partition(" ")[2] or "/nobody/has/this" for route in stack.front.routes]
    return {key.replace("{proxy+}", "nothing") for key in keys} | {style_path()}


@pytest.mark.parametrize("method", METHODS)
def test_every_route_whatever_the_method(stack: LocalStack, world: World, method: str) -> None:
    paths = every_path(stack)
    assert len(paths) > 20
    for path in sorted(paths):
        answer = world.http.request(method, path, headers={"origin": STRANGER})
        assert answer.status_code < 500, (method, path, answer.text)
        require_safe(path, answer.headers)


@pytest.mark.parametrize("credential", ["none", "wrong", "project's", "administrator's"])
def test_every_route_of_the_management_api_whoever_asks(
    world: World, tenant: Tenant, credential: str
) -> None:
    credentials = {"wrong": "x", "project's": tenant.api_key, "administrator's": world.admin_token}
    found = credentials.get(credential)
    for route in ROUTES:
        if route.access is Access.PUBLIC and "{" not in route.path:
            continue
        path = re.sub(r"\{\w+\}", "nothing", route.path)
        headers = {"origin": STRANGER, **(bearer(found) if found else {})}
        answer = world.http.request(route.method, path, headers=headers)
        assert answer.status_code < 500, (route, answer.text)
        require_safe(path, answer.headers)


def test_health_too(world: World) -> None:
    require_safe("/health", world.http.get("/health").headers)


def event_for(noun: str, credential: str = "") -> Json:
    """An event that the function has to look something up for."""
    method = "GET" if noun in {"keys", "signin", "console"} else "POST"
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    if noun == "token":
        headers["content-type"] = "application/x-www-form-urlencoded"
        credential, body = "Basic YTpi", "grant_type=client_credentials"
    headers["authorization"] = credential
    event = http_event(method, HTTP_FUNCTIONS[noun], headers=headers, body=body)
    cookie = family_tokens.new_token(family_tokens.COOKIE, "F" * 16, lambda bound: bound - 1)
    return {**event, "cookies": [f"__Host-gatehouse_session={cookie}"]}


@pytest.mark.parametrize("noun", HTTP_FUNCTIONS)
def test_what_no_function_reads(stack: LocalStack, noun: str) -> None:
    path = HTTP_FUNCTIONS[noun]
    with handler(stack, noun, ALLOWED_HOSTS="gate.example.com") as one:
        foreign = one.answer(event_for(noun))
        event = event_for(noun)
        event["requestContext"]["domainName"] = "gate.example.com"
        most = FORM_BODY if noun == "console" else MAX_BODY
        large = one.answer({**event, "body": "x" * (most + 1)})
        garbled = one.answer({**event, "body": "?", "isBase64Encoded": True})
        twice = one.answer({**event, "rawQueryString": "a=1&a=2"})
        lost = one.answer({**event, "rawPath": "/nobody/has/this"})
    assert foreign["statusCode"] == 421
    assert [large["statusCode"], garbled["statusCode"], twice["statusCode"]] == [413, 400, 400]
    assert lost["statusCode"] in ({303} if noun == "console" else {404, 401})
    for answer in (foreign, large, garbled, twice, lost):
        require_safe(path, answer["headers"])


@pytest.mark.parametrize("noun", HTTP_FUNCTIONS)
def test_what_no_function_foresaw(stack: LocalStack, tenant: Tenant, noun: str) -> None:
    event = event_for(noun, f"Bearer {tenant.api_key}")
    gone = {"AUTHORITY_TABLE": "no-such-table", "ACTIVITY_TABLE": "no-such-table"}
    with handler(stack, noun, **gone) as one:
        unavailable = one.answer(event)
        surprised = one.answer({**event, "requestContext": {"http": {"method": 7}}})
    assert unavailable["statusCode"] == 503, unavailable
    assert surprised["statusCode"] == 500, surprised
    for answer in (unavailable, surprised):
        require_safe(HTTP_FUNCTIONS[noun], answer["headers"])
        assert not re.search(r"Traceback|no-such-table|botocore|/layers|\.py", answer["body"])
