"""Signing in, consent and a whole MCP client, in a real browser with a real provider."""

import json
import re
import secrets
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from gatehouse.domain.roles import Role
from local.aws import free_port
from local.build import ROOT
from local.processes import clean_environment
from local.stack import LocalStack
from tests.browser.chromium import page_of, sign_in_at_company
from tests.integration.browsing import Browsing
from tests.integration.echo import Echo
from tests.integration.test_signin import invite
from tests.integration.world import Json, Tenant

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("providers")]

HERE = Path(__file__).parent
SESSION = "__Host-gatehouse_session"
Arrive = Callable[[str, str], Page]


def login() -> str:
    return f"p{secrets.token_hex(4)}"


@pytest.fixture
def arrive(browser: Browser, stack: LocalStack) -> Arrive:
    """Sign in at the company as `login`, beginning at a path; the page after it is returned."""

    def signed_in(login: str, path: str) -> Page:
        page = page_of(browser)
        page.goto(stack.api_url + path)
        page.get_by_role("link", name="Continue with the company").click()
        sign_in_at_company(page, login)
        page.wait_for_url(f"{stack.api_url}/**")
        return page

    return signed_in


def cookie(page: Page) -> Json | None:
    found = [each for each in page.context.cookies() if each["name"] == SESSION]
    return dict(found[0]) if found else None


def test_an_operator_signs_in_and_out(arrive: Arrive, stack: LocalStack) -> None:
    page = arrive("admin@example.com", "/signin")
    expect(page.get_by_role("heading", name="You are signed in")).to_be_visible()
    expect(page.get_by_text("Administrator of this deployment")).to_be_visible()
    kept = cookie(page)
    assert kept
    assert kept["httpOnly"]
    assert kept["secure"]
    assert (kept["sameSite"], kept["path"], kept["domain"]) == ("Lax", "/", "127.0.0.1")
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{stack.api_url}/signin")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert cookie(page) is None
    kept_by_a_thief = Browsing(stack.api_url, cookies={SESSION: kept["value"]})
    assert kept_by_a_thief.get("/me").status_code == 401


def test_an_invitation_is_accepted_by_its_link(
    arrive: Arrive, stack: LocalStack, tenant: Tenant
) -> None:
    text = invite(stack, project_id=tenant.project_id, role=Role.VIEWER)
    page = arrive(login(), f"/signin?invitation={text}")
    expect(page.get_by_role("heading", name="You are signed in")).to_be_visible()
    other = arrive(login(), f"/signin?invitation={text}")
    expect(other.get_by_text("This invitation cannot be used")).to_be_visible()
    assert cookie(other) is None


def test_an_address_that_nobody_verified_is_refused(arrive: Arrive, stack: LocalStack) -> None:
    text = invite(stack)
    page = arrive("unverified-eve", f"/signin?invitation={text}")
    expect(page.get_by_text("did not confirm an e-mail address")).to_be_visible()
    assert cookie(page) is None


def test_the_same_address_from_another_provider_is_refused(
    browser: Browser, arrive: Arrive, stack: LocalStack
) -> None:
    name = f"{login()}@example.com"
    expect(arrive(name, f"/signin?invitation={invite(stack)}").get_by_text(name)).to_be_visible()
    page = page_of(browser)
    page.goto(f"{stack.api_url}/signin?invitation={invite(stack)}")
    page.get_by_role("link", name="Continue with the partner").click()
    sign_in_at_company(page, name)
    expect(page.get_by_text("Accounts are never joined by address")).to_be_visible()
    assert cookie(page) is None


def test_who_says_no_at_the_provider_can_start_again(browser: Browser, stack: LocalStack) -> None:
    page = page_of(browser)
    page.goto(f"{stack.api_url}/signin")
    page.get_by_role("link", name="Continue with the company").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_text("Your provider did not sign you in")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    expect(page.get_by_role("link", name="Continue with the company")).to_be_visible()


def _keep(complaints: list[str], message: ConsoleMessage) -> None:
    complaints.append(message.text)


def test_pages_obey_their_policy_and_fit_a_phone(browser: Browser, stack: LocalStack) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(
            viewport={"width": 320, "height": 640}, color_scheme=scheme, java_script_enabled=True
        )
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", partial(_keep, complaints))
        page.goto(f"{stack.api_url}/signin")
        expect(page.get_by_role("link", name="Continue with the company")).to_be_visible()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320
        assert page.evaluate("document.styleSheets.length") == 1
        assert not [text for text in complaints if "favicon" not in text]


# --- an MCP client --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shop(world: object, echo: Echo) -> Tenant:
    made: Tenant = world.tenant("Shop")  # type: ignore[attr-defined]
    made.tool(
        echo.url,
        name="who_am_i",
        endpoint_path="/text",
        require_member=True,
        inject_member_identity={"id": True},
    )
    return made


def register(shop: Tenant, **fields: object) -> tuple[Json, str]:
    redirect_uri = f"http://127.0.0.1:{free_port()}/callback"
    body = {"name": "Desk", "kind": "oauth", "redirect_uris": [redirect_uri], **fields}
    made = shop.api("POST", "/api/v1/integrations", body)
    assert made.status_code == 201, made.text
    return made.json(), redirect_uri


@pytest.mark.parametrize("sdk", ["mcp1", "mcp2"])
def test_the_official_client_connects_calls_and_refreshes(
    browser: Browser, stack: LocalStack, shop: Tenant, echo: Echo, sdk: str
) -> None:
    registered, redirect_uri = register(shop, admission="any")
    shop.journal.shown_once.add(shop.journal.note("client secret", registered["client_secret"]))
    who = login()
    with subprocess.Popen(
        [ROOT / ".venvs" / sdk / "bin" / "python", HERE / f"oauth_{sdk}.py"],
        env=clean_environment(
            MCP_URL=stack.mcp_url,
            MCP_CLIENT_ID=registered["client"]["client_id"],
            MCP_CLIENT_SECRET=registered["client_secret"],
            MCP_REDIRECT_URI=redirect_uri,
        ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as client:
        assert client.stdin
        assert client.stdout
        try:
            page = page_of(browser)
            page.route(f"{redirect_uri}**", lambda route: route.fulfill(body="back at the client"))
            address = client.stdout.readline().strip()
            assert address.startswith(f"{stack.api_url}/oauth/authorize?")
            page.goto(address)
            page.get_by_role("link", name="Continue with the company").click()
            sign_in_at_company(page, who)
            expect(page.get_by_role("heading", name="Allow")).to_be_visible()
            for shown in ("Desk", "Shop", "who_am_i", f"{who}@example.com"):
                expect(page.get_by_text(shown).first).to_be_visible()
            page.get_by_role("button", name="Allow").click()
            page.wait_for_url(f"{redirect_uri}**")  # past the policy of the form
            client.stdin.write(page.url + "\n")
            client.stdin.flush()
            said = json.loads(client.stdout.readline())
        finally:
            client.kill()
    assert said == {"tools": ["who_am_i"], "errors": [False, False], "refresh_tokens": 2}
    assert echo.last().headers["x-tengine-member-id"] == f"oidc:company:{who}"


def test_who_denies_is_sent_back_without_a_code(arrive: Arrive, shop: Tenant) -> None:
    registered, redirect_uri = register(shop, admission="any")
    query = (
        f"response_type=code&client_id={registered['client']['client_id']}"
        f"&redirect_uri={redirect_uri}&code_challenge={'c' * 43}&code_challenge_method=S256&state=s"
    )
    page = arrive(login(), f"/oauth/authorize?{query}")
    page.route(f"{redirect_uri}**", lambda route: route.fulfill(body="back at the client"))
    page.get_by_role("button", name="Deny").click()
    page.wait_for_url(re.compile(re.escape(redirect_uri)))
    assert "error=access_denied" in page.url
    assert "code=" not in page.url


def test_who_is_not_invited_is_told_so_and_can_go_back(arrive: Arrive, shop: Tenant) -> None:
    registered, redirect_uri = register(shop)
    query = (
        f"response_type=code&client_id={registered['client']['client_id']}"
        f"&redirect_uri={redirect_uri}&code_challenge={'c' * 43}&code_challenge_method=S256&state=s"
    )
    page = arrive(login(), f"/oauth/authorize?{query}")
    expect(page.get_by_text("you may not use any project")).to_be_visible()
    page.route(f"{redirect_uri}**", lambda route: route.fulfill(body="back at the client"))
    page.get_by_role("button", name="Go back").click()
    page.wait_for_url(re.compile(re.escape(redirect_uri)))
    assert "error=access_denied" in page.url


def test_no_frame_shows_the_page_of_consent(
    arrive: Arrive, stack: LocalStack, shop: Tenant
) -> None:
    registered, redirect_uri = register(shop, admission="any")
    query = (
        f"response_type=code&client_id={registered['client']['client_id']}"
        f"&redirect_uri={redirect_uri}&code_challenge={'c' * 43}&code_challenge_method=S256&state=s"
    )
    page = arrive(login(), f"/oauth/authorize?{query}")
    address = page.url
    page.route("**/evil", lambda route: route.fulfill(body=f'<iframe src="{address}"></iframe>'))
    page.goto(f"{stack.api_url}/evil")
    time.sleep(1)
    assert page.frames[1].get_by_role("button", name="Allow").count() == 0
