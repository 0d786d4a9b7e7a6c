"""A browser, the deployed stack and a company's provider for the tests of pages."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from local.stack import LocalStack
from tests.browser.chromium import chromium
from tests.browser.company import CLIENT_ID, CLIENT_SECRET, Company, company
from tests.browser.story.shop import Shop, open_shop
from tests.deployed import echo, stack, tenant, world
from tests.integration.world import World

__all__ = ["echo", "stack", "tenant", "world"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser that all tests share; each opens pages of its own."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def providers(stack: LocalStack) -> Iterator[tuple[Company, Company]]:
    """Two companies' providers, `company` and `partner`, the second with lean id tokens."""
    back = f"{stack.api_url}/signin/callback"
    with (
        company([f"{back}/company"]) as first,
        company([f"{back}/partner"], is_lean=True) as second,
    ):
        listed = [
            {
                "id": provider_id,
                "kind": "oidc",
                "name": f"the {provider_id}",
                "issuer": serving.issuer,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
            }
            for provider_id, serving in (("company", first), ("partner", second))
        ]
        stack.client("secretsmanager").put_secret_value(
            SecretId=stack.outputs["OidcProvidersSecret"],
            SecretString=json.dumps({"providers": listed}),
        )
        yield first, second


@pytest.fixture(scope="session")
def story(stack: LocalStack, world: World) -> Shop:
    """A project that looks lived in."""
    return open_shop(stack, world)
