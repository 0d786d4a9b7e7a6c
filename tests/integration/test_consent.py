"""The authorization endpoint and consent, on the deployed template: who gives a client what."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from gatehouse.aws.tables import member_key
from gatehouse.domain.roles import Role
from local.stack import LocalStack
from tests.integration.browsing import Browsing, inputs, query_of, text_of
from tests.integration.echo import Echo
from tests.integration.provider import Provider, person, serving
from tests.integration.sign_ins import challenge_of
from tests.integration.test_signin import invite, provider, sign_in, somebody
from tests.integration.world import Json, Tenant, World

__all__ = ["provider"]

pytestmark = pytest.mark.stack

CALLBACK = "https://client.example/callback"


@dataclass(kw_only=True)
class Client:
    """A registered client, as it asks."""

    stack: LocalStack
    id: str
    secret: str | None
    redirect_uri: str = CALLBACK
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def address(self, *, path: str = "/oauth/authorize", **changes: Any) -> str:
        asked = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": self.redirect_uri,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
            "resource": f"{self.stack.api_url}/mcp",
            "scope": "mcp",
            "state": self.state,
            **changes,
        }
        return f"{path}?{urlencode({k: v for k, v in asked.items() if v is not None})}"

    def redeem(self, code: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            "client_id": self.id,
        }
        if self.secret is not None:
            form["client_secret"] = self.secret
        return httpx.post(f"{self.stack.api_url}/oauth/token", data=form)


def register(stack: LocalStack, tenant: Tenant, **fields: object) -> Client:
    body = {"name": "Desk", "kind": "oauth", "redirect_uris": [CALLBACK], **fields}
    made = tenant.api("POST", "/api/v1/integrations", body)
    assert made.status_code == 201, made.text
    answer = made.json()
    assert answer["api_key"] is None
    if secret := answer["client_secret"]:
        tenant.journal.shown_once.add(tenant.journal.note("client secret", secret))
    return Client(stack=stack, id=answer["client"]["client_id"], secret=secret)


@pytest.fixture(scope="module")
def shop(world: World, echo: Echo) -> Tenant:
    """A project with a tool that says who calls."""
    made = world.tenant("Shop & Sons")
    made.tool(
        echo.url,
        name="who_am_i",
        endpoint_path="/text",
        require_member=True,
        inject_member_identity={"id": True, "email": True, "roles": True},
    )
    return made


@pytest.fixture
def browser(stack: LocalStack, provider: Provider) -> Browsing:
    provider.sign_in_next(somebody())
    return Browsing(stack.api_url)


def ask(browser: Browsing, client: Client, **changes: Any) -> httpx.Response:
    """Come to the page of consent, through the provider where that is needed."""
    answer = browser.follow(browser.get(client.address(**changes)))
    if "Continue with" in answer.text:
        request = query_of(str(answer.url))["request"]
        answer = browser.follow(browser.get(f"/signin/company?request={request}"))
    return answer


def allow(browser: Browsing, page: httpx.Response, **changes: str) -> httpx.Response:
    form = {**inputs(page), "decision": "allow", **changes}
    return browser.post("/oauth/consent", form)


def back(answer: httpx.Response) -> Json:
    """What the client is told at its redirect URI."""
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    assert location.startswith(f"{CALLBACK}?"), location
    return query_of(location)


# --- allow and deny -------------------------------------------------------------------------------


def test_who_allows_becomes_the_member_that_calls(
    browser: Browsing, provider: Provider, stack: LocalStack, shop: Tenant, echo: Echo
) -> None:
    client = register(stack, shop, admission="any")
    who = person("visitor-1", "visitor@example.com")
    provider.sign_in_next(who)
    page = ask(browser, client)
    for shown in ("Desk", "Shop & Sons", "who_am_i", "client.example", "visitor@example.com"):
        assert shown in text_of(page)
    answer = back(allow(browser, page))
    assert answer.keys() == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == (client.state, stack.api_url)
    tokens = client.redeem(answer["code"]).json()
    assert tokens["scope"] == "mcp"
    shop.call(tokens["access_token"], "who_am_i")
    headers = echo.last().headers
    assert headers["x-tengine-member-id"] == "oidc:company:visitor-1"
    assert headers["x-tengine-member-email"] == "visitor@example.com"
    item = stack.client("dynamodb").get_item(
        TableName=stack.outputs["AuthorityTable"],
        Key=member_key(shop.project_id, "oidc:company:visitor-1"),
    )
    assert item["Item"]["email"] == {"S": "visitor@example.com"}
    assert "__Host-gatehouse_session" not in browser.cookies  # a visitor is no operator


def test_a_public_client_needs_no_secret(
    browser: Browsing, stack: LocalStack, shop: Tenant
) -> None:
    client = register(stack, shop, admission="any", public=True)
    assert client.secret is None
    answer = back(allow(browser, ask(browser, client)))
    assert client.redeem(answer["code"]).status_code == 200


def test_who_denies_sends_the_client_a_refusal_and_no_code(
    browser: Browsing, stack: LocalStack, shop: Tenant
) -> None:
    client = register(stack, shop, admission="any")
    page = ask(browser, client)
    answer = back(allow(browser, page, decision="deny"))
    assert answer.keys() == {"error", "error_description", "state", "iss"}
    assert answer["error"] == "access_denied"
    assert allow(browser, page).status_code == 403  # it is decided


def test_a_decision_is_taken_once(browser: Browsing, stack: LocalStack, shop: Tenant) -> None:
    client = register(stack, shop, admission="any")
    page = ask(browser, client)
    assert "code" in back(allow(browser, page))
    again = allow(browser, page)
    assert again.status_code == 403
    assert "This request is over" in text_of(again)


def test_who_is_signed_in_is_asked_at_once_and_calls_with_their_roles(
    browser: Browsing, provider: Provider, stack: LocalStack, shop: Tenant, echo: Echo
) -> None:
    client = register(stack, shop)
    invitation = invite(stack, project_id=shop.project_id, role=Role.EDITOR)
    who = somebody()
    sign_in(browser, provider, who, query=f"?invitation={invitation}")
    page = browser.follow(browser.get(client.address()))
    assert "Allow" in page.text
    tokens = client.redeem(back(allow(browser, page))["code"]).json()
    shop.call(tokens["access_token"], "who_am_i")
    assert echo.last().headers["x-tengine-member-roles"] == '["editor"]'
    assert echo.last().headers["x-tengine-member-id"] == f"oidc:company:{who['sub']}"


def test_tengines_path_is_the_same_endpoint(
    browser: Browsing, stack: LocalStack, shop: Tenant
) -> None:
    client = register(stack, shop, admission="any")
    answer = browser.get(client.address(path="/api/v1/mcp-oauth/authorize"))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/signin?request=")


# --- whom an integration admits -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("admission", "email", "admitted"),
    [
        ("invited", "stranger@example.com", False),
        ("any", "stranger@elsewhere.example", True),
        ({"domains": ["example.com"]}, "stranger@EXAMPLE.com", True),
        ({"domains": ["example.com"]}, "stranger@sub.example.com", False),
        ({"domains": ["example.com"]}, "stranger@notexample.com", False),
        ({"domains": ["example.com"]}, "example.com@elsewhere.example", False),
    ],
    ids=str,
)
def test_an_integration_admits_whom_it_says(
    browser: Browsing,
    provider: Provider,
    stack: LocalStack,
    shop: Tenant,
    *,
    admission: object,
    email: str,
    admitted: bool,
) -> None:
    client = register(stack, shop, admission=admission)
    provider.sign_in_next(person(f"s-{secrets.token_hex(4)}", email))
    page = ask(browser, client)
    offers = inputs(page).get("offer")
    assert bool(offers) is admitted
    if not admitted:
        assert "you may not use any project" in text_of(page)
        integration = client.id.removeprefix("goc_")
        assert back(allow(browser, page, offer=integration))["error"] == "access_denied"


def test_a_blocked_member_is_not_admitted_again(
    browser: Browsing, provider: Provider, stack: LocalStack, shop: Tenant
) -> None:
    client = register(stack, shop, admission="any")
    who = somebody()
    provider.sign_in_next(who)
    first = client.redeem(back(allow(browser, ask(browser, client)))["code"]).json()
    blocked = shop.api("POST", f"/api/v1/members/oidc:company:{who['sub']}/block")
    assert blocked.status_code == 204
    assert shop.rpc(first["access_token"], "ping").status_code == 401
    page = ask(browser, client)
    assert "offer" not in inputs(page)
    shop.api("DELETE", f"/api/v1/members/oidc:company:{who['sub']}/block")
    page = ask(browser, client)
    fresh = client.redeem(back(allow(browser, page))["code"]).json()
    assert shop.rpc(fresh["access_token"], "ping").status_code == 200
    assert shop.rpc(first["access_token"], "ping").status_code == 401


def test_who_was_blocked_meanwhile_is_not_admitted_by_an_open_page(
    browser: Browsing, provider: Provider, stack: LocalStack, shop: Tenant
) -> None:
    client = register(stack, shop, admission="any")
    who = somebody()
    provider.sign_in_next(who)
    allow(browser, ask(browser, client))
    page = ask(browser, client)
    assert inputs(page)["offer"]
    shop.api("POST", f"/api/v1/members/oidc:company:{who['sub']}/block")
    assert back(allow(browser, page))["error"] == "access_denied"


def test_a_deleted_integration_is_no_client(
    browser: Browsing, stack: LocalStack, shop: Tenant
) -> None:
    client = register(stack, shop, admission="any")
    page = ask(browser, client)
    shop.api("DELETE", f"/api/v1/integrations/{client.id[-8:]}")
    assert back(allow(browser, page))["error"] == "access_denied"
    assert browser.get(client.address()).status_code == 400


# --- before the redirect URI is known, nobody is sent anywhere ------------------------------------


@pytest.mark.parametrize(
    "redirect_uri",
    [
        f"{CALLBACK}/",
        "https://client.example/Callback",
        "https://CLIENT.example/callback",
        "https://client.example:443/callback",
        "https://client.example:8443/callback",
        "https://user@client.example/callback",
        f"{CALLBACK}?x=1",
        f"{CALLBACK}/sub",
        f"{CALLBACK}#f",
        "https://client.example/callback/../callback",
        "https://client.example/call%62ack",
        "https://client.example.evil.example/callback",
        "https://client.example@evil.example/callback",
        "http://client.example/callback",
        "//client.example/callback",
        "https://client.example\\callback",
        "javascript:alert(1)",
        "/signin",
        "",
    ],
)
def test_a_redirect_uri_is_the_registered_one_to_the_letter(
    browser: Browsing, stack: LocalStack, shop: Tenant, redirect_uri: str
) -> None:
    client = register(stack, shop, admission="any")
    answer = browser.get(client.address(redirect_uri=redirect_uri))
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize("client_id", ["", "goc_Nobody00Nobody00", "goc_x", "../x", "gsa_x" * 9])
def test_an_unknown_client_is_told_on_a_page(
    browser: Browsing, stack: LocalStack, shop: Tenant, client_id: str
) -> None:
    answer = browser.get(register(stack, shop).address(client_id=client_id))
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_an_integration_with_an_api_key_is_no_client(
    browser: Browsing, stack: LocalStack, shop: Tenant
) -> None:
    client_id = f"goc_{shop.project_id}{shop.integration_id}"
    assert browser.get(register(stack, shop).address(client_id=client_id)).status_code == 400


def test_a_parameter_that_comes_twice_is_refused_on_a_page(
    browser: Browsing, stack: LocalStack, shop: Tenant
) -> None:
    address = register(stack, shop).address() + "&redirect_uri=https%3A%2F%2Fevil.example"
    answer = browser.get(address)
    assert answer.status_code == 400
    assert "location" not in answer.headers


# --- afterwards every refusal goes to the client --------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": "s256"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "manage"}, "invalid_scope"),
        ({"scope": "mcp manage"}, "invalid_scope"),
        ({"resource": "https://evil.example/mcp"}, "invalid_target"),
        ({"resource": "https://evil.example"}, "invalid_target"),
        ({"request": "x"}, "request_not_supported"),
        ({"request_uri": "https://evil.example"}, "request_uri_not_supported"),
    ],
    ids=str,
)
def test_what_cannot_be_granted_is_refused_at_the_redirect_uri(
    browser: Browsing, stack: LocalStack, shop: Tenant, changes: dict[str, Any], error: str
) -> None:
    client = register(stack, shop, admission="any")
    answer = back(browser.get(client.address(**changes)))
    assert answer["error"] == error
    assert (answer["state"], answer["iss"]) == (client.state, stack.api_url)
    assert "code" not in answer


def test_without_pkce_no_code_is_ever_redeemed(
    browser: Browsing, stack: LocalStack, shop: Tenant
) -> None:
    client = register(stack, shop, admission="any")
    code = back(allow(browser, ask(browser, client)))["code"]
    client.verifier = secrets.token_urlsafe(48)
    assert client.redeem(code).json()["error"] == "invalid_grant"


# --- the page is nobody else's --------------------------------------------------------------------


@pytest.mark.parametrize("page_of", ["https://evil.example", "null", ""])
def test_no_page_of_another_site_decides(
    browser: Browsing, stack: LocalStack, shop: Tenant, page_of: str
) -> None:
    page = ask(browser, register(stack, shop, admission="any"))
    form = {**inputs(page), "decision": "allow"}
    assert browser.post("/oauth/consent", form, page_of=page_of).status_code == 403
    assert "code" in back(allow(browser, page))


@pytest.mark.parametrize("csrf", ["", "0" * 64])
def test_no_form_without_its_token_decides(
    browser: Browsing, stack: LocalStack, shop: Tenant, csrf: str
) -> None:
    page = ask(browser, register(stack, shop, admission="any"))
    assert allow(browser, page, csrf=csrf).status_code == 403
    assert "code" in back(allow(browser, page))


def test_another_browser_neither_sees_nor_decides(
    browser: Browsing, stack: LocalStack, shop: Tenant
) -> None:
    page = ask(browser, register(stack, shop, admission="any"))
    other = Browsing(stack.api_url, cookies={"__Host-gatehouse_txn": "t" * 43})
    assert other.get(str(page.url)).status_code == 403
    assert allow(other, page).status_code == 403
    assert "code" in back(allow(browser, page))


def test_nobody_decides_before_signing_in(
    browser: Browsing, stack: LocalStack, shop: Tenant
) -> None:
    client = register(stack, shop, admission="any")
    waiting = browser.follow(browser.get(client.address()))
    request = query_of(str(waiting.url))["request"]
    assert (
        browser.get(f"/oauth/consent?request={request}").headers["location"].startswith("/signin")
    )
    form = {"ticket": request, "decision": "allow", "offer": client.id[4:], "csrf": "0" * 64}
    assert browser.post("/oauth/consent", form).status_code == 403


def test_the_page_allows_forms_to_this_client_and_no_other(
    browser: Browsing, stack: LocalStack, shop: Tenant
) -> None:
    page = ask(browser, register(stack, shop, admission="any"))
    policy = page.headers["content-security-policy"]
    assert policy.endswith("form-action 'self' https://client.example")
    assert page.headers["referrer-policy"] == "same-origin"


def test_another_projects_integration_cannot_be_chosen(
    browser: Browsing, stack: LocalStack, shop: Tenant, world: World
) -> None:
    other = register(stack, world.tenant("Other"), admission="any")
    page = ask(browser, register(stack, shop, admission="any"))
    assert back(allow(browser, page, offer=other.id[4:]))["error"] == "access_denied"


def test_what_a_client_calls_itself_is_text(
    browser: Browsing, stack: LocalStack, shop: Tenant
) -> None:
    client = register(stack, shop, admission="any", name='<img src=x> "Desk"')
    page = ask(browser, client)
    assert "<img" not in page.text
    assert '<img src=x> "Desk"' in text_of(page).replace("&#34;", '"')


# --- clients that describe themselves -------------------------------------------------------------


@pytest.fixture
def described() -> Iterator[Json]:
    """A client's document, at the address that is its id."""
    documents: dict[str, Json] = {}
    with serving(documents) as origin:
        client_id = f"{origin}/client.json"
        documents["/client.json"] = {
            "client_id": client_id,
            "client_name": "Travelling Desk",
            "redirect_uris": [CALLBACK],
        }
        yield documents["/client.json"]


def test_a_client_that_describes_itself_is_offered_the_projects_that_let_such_in(
    browser: Browsing, stack: LocalStack, shop: Tenant, world: World, described: Json
) -> None:
    open_one = register(stack, shop, admission="any", allow_metadata_clients=True)
    closed = register(stack, world.tenant("Closed"), admission="any")
    uninvited = register(stack, world.tenant("Uninvited"), allow_metadata_clients=True)
    client = Client(stack=stack, id=described["client_id"], secret=None)
    page = ask(browser, client)
    shown = text_of(page)
    assert "Travelling Desk" in shown
    assert "described by 127.0.0.1:" in shown
    assert "Closed" not in shown
    assert "Uninvited" not in shown
    for other in (closed, uninvited):
        refused = allow(browser, ask(browser, client), offer=other.id[4:])
        assert back(refused)["error"] == "access_denied"
    answer = back(allow(browser, ask(browser, client), offer=open_one.id[4:]))
    tokens = client.redeem(answer["code"]).json()
    assert shop.rpc(tokens["access_token"], "ping").status_code == 200
    shop.api("DELETE", f"/api/v1/integrations/{open_one.id[-8:]}")
    assert "Shop & Sons" not in text_of(ask(browser, client))


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "https://another.example/client.json"},
        {"redirect_uris": ["https://evil.example/cb"]},
        {"redirect_uris": []},
        {"client_secret": "x"},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"client_name": "a\u202eb"},
    ],
    ids=str,
)
def test_a_document_that_is_not_the_clients_own_or_says_too_much_makes_no_client(
    browser: Browsing, stack: LocalStack, described: Json, changes: Json
) -> None:
    client = Client(stack=stack, id=described["client_id"], secret=None)
    described.update(changes)
    answer = browser.get(client.address())
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "client_id",
    [
        "https://127.0.0.1/client.json",
        "https://169.254.169.254/latest/meta-data/",
        "https://metadata.google.internal/client.json",
        "https://client.example",
        "https://client.example/",
        "https://user@client.example/client.json",
        "https://client.example/a/../client.json",
        "https://client.example/client.json#f",
        "file:///etc/passwd",
    ],
)
def test_no_client_is_looked_for_where_none_can_be(
    browser: Browsing, stack: LocalStack, client_id: str
) -> None:
    client = Client(stack=stack, id=client_id, secret=None)
    answer = browser.get(client.address())
    assert answer.status_code in {400, 503}
    assert "location" not in answer.headers


# --- management -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"redirect_uris": []}, "redirect_uris"),
        ({"redirect_uris": ["http://client.example/cb"]}, "redirect_uris.0"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "redirect_uris.0"),
        ({"redirect_uris": ["https://u@client.example/cb"]}, "redirect_uris.0"),
        ({"redirect_uris": ["https://client.example/cb#f"]}, "redirect_uris.0"),
        ({"redirect_uris": [CALLBACK, CALLBACK]}, "redirect_uris"),
        ({"admission": {"domains": ["*"]}}, "admission"),
        ({"scopes": ["manage"]}, "scopes"),
        ({"kind": "api_key"}, "redirect_uris"),
    ],
    ids=str,
)
def test_a_client_that_could_not_be_safe_is_not_registered(
    shop: Tenant, fields: Json, field: str
) -> None:
    body = {"name": "Desk", "kind": "oauth", "redirect_uris": [CALLBACK], **fields}
    answer = shop.api("POST", "/api/v1/integrations", body)
    assert answer.status_code == 422, answer.text
    assert field in {each["field"] for each in answer.json()["errors"]}


def test_a_clients_secret_is_shown_once_and_its_integration_has_no_key(
    stack: LocalStack, shop: Tenant
) -> None:
    client = register(stack, shop)
    listed = shop.api("GET", "/api/v1/integrations?limit=100").json()["items"]
    [mine] = [each for each in listed if each["id"] == client.id[-8:]]
    assert (mine["kind"], mine["scopes"]) == ("oauth", ["mcp"])
    assert mine["client"]["admission"] == "invited"
    assert client.secret
    assert client.secret not in str(listed)
    assert urlsplit(mine["client"]["redirect_uris"][0]).netloc == "client.example"
