"""The deployed stack that whole suites share, and projects to work in, as fixtures.

A suite takes them by importing them into its `conftest.py`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.aws import free_port
from local.stack import LocalStack
from tests.integration.echo import Echo, echoing
from tests.integration.world import Tenant, World


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The built template on an AWS of its own, role policies enforced, on free ports.

    `stack.api_url`, `.mcp_url` and `.admin_token` are for clients; `stack.client("dynamodb")` has
    all rights, `stack.as_role("mcp", "dynamodb")` those of a function; `stack.log_lines("mcp")`.
    """
    home: Path = tmp_path_factory.mktemp("aws")
    # Suites send more bad credentials from one address than anybody may in a minute.
    parameters = {
        "FailuresPerMinute": "30000",
        "SignInsPerMinute": "30000",
        "AdminEmails": "admin@example.com",
    }
    with LocalStack(home=home, aws_port=free_port(), parameters=parameters) as deployed:
        yield deployed


@pytest.fixture(scope="session")
def world(stack: LocalStack) -> Iterator[World]:
    """Whoever administers the stack, and a journal of all that was secret and answered."""
    administrator = World(stack.api_url, stack.admin_token)
    with administrator.http:
        yield administrator


@pytest.fixture(scope="session")
def tenant(world: World) -> Tenant:
    """A project that tests share; one that they end should be their own."""
    return world.tenant("Shared")


@pytest.fixture(scope="session")
def echo() -> Iterator[Echo]:
    """An upstream that remembers what it was sent."""
    with echoing() as serving:
        yield serving
