"""Whoever looks at the console, and what they look at."""

from typing import TYPE_CHECKING

import pytest

from gatehouse.domain.roles import Role
from tests.contract.console.house import Console, House, house

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def gate(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> House:
    """The function as deployed."""
    return house(dynamodb, monkeypatch)


@pytest.fixture
def project(gate: House) -> str:
    """A project, by its id."""
    return gate.project()


@pytest.fixture
def owner(gate: House, project: str) -> Console:
    """The browser of the project's owner."""
    return gate.signed_in(project, Role.OWNER)
