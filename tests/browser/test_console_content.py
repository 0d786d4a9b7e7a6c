"""Pages where a project is made: tools, prompts, resources, keys; each form once, refused too."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, Page, expect

from local.stack import LocalStack
from tests.browser.console import ADMIN, faults, panel, refused, said, signed_in
from tests.integration.echo import Echo
from tests.integration.world import Tenant, World

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("providers")]

MESSAGES = '[{"role": "user", "content": {"type": "text", "text": "Hi"}}]'


@pytest.fixture(scope="module")
def shop(world: World) -> Tenant:
    return world.tenant("Content")


@pytest.fixture(scope="module")
def base(stack: LocalStack, shop: Tenant) -> str:
    return f"{stack.api_url}/console/p/{shop.project_id}"


@pytest.fixture(scope="module")
def page(browser: Browser, stack: LocalStack) -> Page:
    return signed_in(browser, stack, ADMIN)


def pressed(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def removed(page: Page, button: str, name: str) -> None:
    """Remove something for good, by typing its name."""
    page.get_by_text(f"{button}…").click()
    page.get_by_label(f"Type {name} to confirm").fill(name)
    pressed(page, button)


def test_a_tool_is_made_switched_and_deleted(page: Page, base: str, echo: Echo) -> None:
    page.goto(f"{base}/tools/new")
    page.get_by_label("Name", exact=True).fill("say")
    page.get_by_label("Description").fill("Say something.")
    page.get_by_label("Origin").fill("ftp://files.example.com")
    page.get_by_label("Path").fill("/text")
    page.get_by_label("The request is proven by").select_option("none")
    pressed(page, "Create the tool")
    refused(page.get_by_label("Origin"), "https")
    assert faults(page) == []
    page.get_by_label("Origin").fill(echo.url)
    pressed(page, "Create the tool")
    said(page, "The tool is there.")
    pressed(page, "Disable")
    expect(page.get_by_role("button", name="Enable")).to_be_visible()
    removed(page, "Delete the tool", "say")
    expect(page.get_by_text("No tools yet")).to_be_visible()


def test_a_prompt_is_made_changed_switched_and_deleted(page: Page, base: str) -> None:
    page.goto(f"{base}/prompts")
    page.get_by_label("Name", exact=True).fill("greet")
    page.get_by_label("Messages").fill("[]")
    pressed(page, "Create the prompt")
    refused(page.get_by_label("Messages"), "must be 1 to 50 messages")
    assert faults(page) == []
    page.get_by_label("Messages").fill(MESSAGES)
    pressed(page, "Create the prompt")
    said(page, "The prompt is there.")
    page.get_by_label("Title").fill("Greeting")
    pressed(page, "Save")
    said(page, "Saved.")
    expect(page.get_by_label("Title")).to_have_value("Greeting")
    pressed(page, "Disable")
    said(page, "The prompt is switched.")
    removed(page, "Delete the prompt", "greet")
    said(page, "The prompt is gone.")


def test_a_resource_is_made_changed_approved_switched_and_deleted(page: Page, base: str) -> None:
    page.goto(f"{base}/resources")
    page.get_by_label("Name", exact=True).fill("handbook")
    page.get_by_label("Address").fill("no address")
    page.get_by_label("Text", exact=False).first.fill("Be kind.")
    pressed(page, "Create the resource")
    refused(page.get_by_label("Address"), "must be a URI")
    assert faults(page) == []
    page.get_by_label("Address").fill("docs://handbook")
    pressed(page, "Create the resource")
    said(page, "The resource is there.")
    page.get_by_label("Title").fill("Handbook")
    pressed(page, "Save")
    said(page, "Saved.")
    pressed(page, "Approve this definition")
    said(page, "This definition is approved.")
    pressed(page, "Disable")
    said(page, "The resource is switched.")
    assert faults(page) == []
    removed(page, "Delete the resource", "handbook")
    said(page, "The resource is gone.")


def test_a_key_that_vouches_for_members_is_registered_and_ended(page: Page, base: str) -> None:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    page.goto(f"{base}/assertion-keys")
    page.get_by_label("Key id").fill("2026-01")
    page.get_by_label("Algorithm").select_option("ES256")
    page.get_by_label("Public key").fill("no key")
    pressed(page, "Register the key")
    refused(page.get_by_label("Public key"), "must be a public key in PEM")
    assert faults(page) == []
    page.get_by_label("Public key").fill(pem)
    pressed(page, "Register the key")
    said(page, "The key is registered.")
    row = page.get_by_role("row", name="2026-01")
    row.get_by_text("Deactivate…").click()
    row.get_by_label("Type 2026-01 to confirm").fill("2026-01")
    row.get_by_role("button", name="Deactivate").click()
    said(page, "Deactivated.")
    expect(page.get_by_role("row", name="2026-01")).to_contain_text("Ended")


def test_a_sign_in_client_is_made_and_its_secret_shown_once(
    page: Page, base: str, shop: Tenant
) -> None:
    page.goto(f"{base}/integrations")
    form = panel(page, "New sign-in client")
    form.get_by_label("Name").fill("Chat")
    form.get_by_label("Redirect addresses").fill("http://chat.example.com/back")
    form.get_by_role("button", name="Create the client").click()
    refused(panel(page, "New sign-in client").get_by_label("Redirect addresses"), "must be https")
    assert faults(page) == []
    form.get_by_label("Redirect addresses").fill("https://chat.example.com/back")
    form.get_by_role("button", name="Create the client").click()
    expect(page.get_by_role("heading", name="Chat is ready")).to_be_visible()
    secret: str = page.locator("[data-copied]").inner_text()
    shop.journal.shown_once.add(shop.journal.note("client secret", secret))
    assert faults(page) == []
    page.goto(page.url)
    assert secret not in page.content()
