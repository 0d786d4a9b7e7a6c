"""People who manage projects on the deployed stack, as if they had signed in."""

import itertools
import secrets
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gatehouse.aws.granting import becoming
from gatehouse.aws.people_items import person_item
from gatehouse.aws.tables import user_list_key
from gatehouse.domain.grants import MANAGE
from gatehouse.domain.people import Membership, Person
from gatehouse.domain.roles import Role
from local.stack import LocalStack
from tests.integration.sign_ins import SignIns
from tests.integration.world import Tenant

if TYPE_CHECKING:
    from gatehouse.domain.grants import Grant


@dataclass(frozen=True, kw_only=True)
class Operator:
    """Somebody who has signed in to manage; `token` is their access token."""

    id: str
    email: str
    token: str


@dataclass
class Operators:
    """Lets people have accounts and places in `tenant`'s project, and sign in."""

    stack: LocalStack
    tenant: Tenant

    def __post_init__(self) -> None:
        self.dynamodb = self.stack.client("dynamodb")
        self.table = self.stack.tables["authority"]
        self.sign_ins = SignIns(stack=self.stack, tenant=self.tenant)
        self.sign_ins.register()

    def person(self, *, is_admin: bool = False) -> Person:
        """Let somebody have an account."""
        number = next(_numbers)
        made = Person(
            id=f"{number:04}{secrets.token_hex(6)}",
            email=f"person-{number}@example.com",
            name=f"Person {number}",
            is_active=True,
            is_admin=is_admin,
            epoch=0,
            created_at=int(time.time()),
        )
        items: list[Any] = [person_item(made), user_list_key(made.id)]
        for item in items:
            self.dynamodb.put_item(TableName=self.table, Item=item)
        return made

    def member(self, role: Role, *custom_roles: str) -> Operator:
        """Let somebody be something in the project, and sign in for it."""
        person = self.person()
        membership = Membership(
            project_id=self.tenant.project_id,
            user_id=person.id,
            email=person.email,
            name=person.name,
            role=role,
            custom_roles=custom_roles,
            epoch=0,
            granted_by="admin",
            granted_at=int(time.time()),
        )
        self.dynamodb.transact_write_items(TransactItems=becoming(self.table, membership))
        return self.signed_in(person, epoch=0)

    def administrator(self) -> Operator:
        """Let somebody administrate the deployment, and sign in for that."""
        person = self.person(is_admin=True)
        return self._signed_in(person, self._grant(person, project_id=None, is_admin=True))

    def signed_in(self, person: Person, *, epoch: int) -> Operator:
        """Let somebody sign in for the project, as what they have been since `epoch`."""
        return self._signed_in(person, self._grant(person, epoch=epoch))

    def _grant(self, person: Person, **changes: Any) -> "Grant":
        grant = self.sign_ins.grant(
            subject=person.subject,
            scope=frozenset({MANAGE}),
            resource=f"{self.sign_ins.origin}/api",
            integration_id=None,
            epoch=None,
        )
        return replace(grant, member=None, **changes)

    def _signed_in(self, person: Person, grant: "Grant") -> Operator:
        tokens = self.sign_ins.signed_in(grant)
        return Operator(id=person.id, email=person.email, token=tokens["access_token"])


_numbers = itertools.count(1)
