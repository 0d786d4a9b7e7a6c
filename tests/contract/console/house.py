"""functions/console as deployed, on moto, and a browser of somebody who is signed in."""

import importlib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import boto3
import pytest

from gatehouse.aws.families import DynamoFamilies
from gatehouse.aws.granting import becoming
from gatehouse.aws.people_items import person_item
from gatehouse.aws.projects import DynamoProjects
from gatehouse.domain.families import FamilyKind
from gatehouse.domain.people import Identity, Membership, Person
from gatehouse.domain.roles import Role
from gatehouse.wiring import clients
from tests.contract.conftest import REGION, TABLE
from tests.events import http_event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COOKIE = "__Host-gatehouse_session"
ORIGIN = "https://api.example.com"
TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})">\s*<input type="hidden" name="action"')


@dataclass
class Shown:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass
class Console:
    """The function, and the cookie of whoever uses it; without one nobody is signed in."""

    handler: Any
    cookies: list[str] = field(default_factory=list)

    def get(self, path: str, query: str = "") -> Shown:
        return self._send(http_event("GET", path, query=query))

    def post(
        self, path: str, *, origin: str = ORIGIN, csrf: str | None = None, **form: str
    ) -> Shown:
        """Send a form as a page without scripts does, with the token that the page holds."""
        token = self.token() if csrf is None else csrf
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": origin}
        body = urlencode({"csrf": token, **form})
        return self._send(http_event("POST", path, headers=headers, body=body))

    def token(self) -> str:
        from gatehouse.domain.sign_ins import form_token  # noqa: PLC0415 - as a page writes it

        return form_token(self.cookies[0].partition("=")[2], "console") if self.cookies else "none"

    def _send(self, event: dict[str, Any]) -> Shown:
        answer = self.handler({**event, "cookies": self.cookies}, None)
        return Shown(answer["statusCode"], answer["headers"], answer["body"])


@dataclass
class House:
    """The deployment: makes projects and people as management and sign-in do."""

    dynamodb: "DynamoDBClient"
    handler: Any
    wiring: Any
    people: int = 0

    def project(self, name: str = "Shop") -> str:
        management = self.wiring.management(_author())
        return str(management.projects.create(name).id)

    def person(self, *, is_admin: bool = False) -> Person:
        self.people += 1
        made = Person(
            id=f"user{self.people:012d}",
            email=f"ada{self.people}@example.com",
            name="Ada",
            is_active=True,
            is_admin=is_admin,
            epoch=0,
            created_at=1,
        )
        self.dynamodb.put_item(TableName=TABLE, Item=person_item(made))
        return made

    def signed_in(self, project_id: str, role: Role) -> Console:
        person = self.person()
        place = Membership(
            project_id=project_id,
            user_id=person.id,
            email=person.email,
            name=person.name,
            role=role,
            custom_roles=(),
            epoch=0,
            granted_by="admin",
            granted_at=1,
        )
        self.dynamodb.transact_write_items(TransactItems=becoming(TABLE, place))
        return self.console(person)

    def console(self, person: Person) -> Console:
        session = self.wiring.console_sessions().begin(
            person,
            Identity(provider="company", subject=person.id, email=person.email),
            device="test",
            before=None,
        )
        return Console(self.handler, [f"{COOKIE}={session.cookie}"])


def _author() -> Any:
    from gatehouse.domain.audit import Author  # noqa: PLC0415
    from gatehouse.domain.principals import BOOTSTRAP  # noqa: PLC0415

    return Author(
        actor=BOOTSTRAP, action="test", source_ip="192.0.2.7", request_id="r", at=1_700_000_000
    )


def house(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> House:
    """Start the function as Lambda does."""
    kms = boto3.client("kms", region_name=REGION)
    for name, value in {
        "STAGE": "dev",
        "PUBLIC_URL": "",
        "DEPLOYMENT_ID": "d",
        "AUTHORITY_TABLE": TABLE,
        "ACTIVITY_TABLE": TABLE,
        "FAILURES_PER_MINUTE": "5",
        "AUDIT_KEY_ARN": kms.create_key()["KeyMetadata"]["Arn"],
        "SECRETS_KEY_ARN": kms.create_key()["KeyMetadata"]["Arn"],
        "RECEIPT_KEY_ARN": "none",
        "DISPATCH_FUNCTION": "dispatch",
        "ALLOWED_PRIVATE_CIDRS": "",
    }.items():
        monkeypatch.setenv(name, value)
    for client in (clients.dynamodb, clients.secretsmanager, clients.kms, clients.functions):
        client.cache_clear()
    for module in ("limits", "keys", "console"):
        sys.modules.pop(f"gatehouse.wiring.{module}", None)
    sys.modules.pop("functions.console.app", None)
    wiring = importlib.import_module("gatehouse.wiring.console")
    handler = importlib.import_module("functions.console.app").lambda_handler
    return House(dynamodb, handler, wiring)


__all__ = ["Console", "DynamoFamilies", "DynamoProjects", "FamilyKind", "House", "house"]
