"""The deployed stack that these tests share, and a project to work in."""

import pytest

from local.stack import LocalStack
from tests.deployed import echo, stack, tenant, world
from tests.integration.sign_ins import SignIns, signed_up
from tests.integration.world import World

__all__ = ["echo", "stack", "tenant", "world"]


@pytest.fixture(scope="module")
def sign_ins(stack: LocalStack, world: World) -> SignIns:
    """A project whose integration is a public client."""
    return signed_up(stack, world, name="Signed in")
