"""The deployed stack that these tests share, and a project to work in."""

from tests.deployed import echo, stack, tenant, world

__all__ = ["echo", "stack", "tenant", "world"]
