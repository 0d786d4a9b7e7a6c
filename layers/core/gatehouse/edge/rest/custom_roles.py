"""Roles: those that every project has, and those that it makes up."""

from typing import Annotated

from pydantic import Field

from gatehouse.domain.people import CustomRole
from gatehouse.domain.roles import Action, Role
from gatehouse.edge.rest.models import Answer, Input, Listing, Nothing
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.management import Management


class CustomRoleBody(Input):
    """What a role lets its holders do."""

    actions: list[Annotated[Action, Field(strict=False)]] = Field(min_length=1, max_length=64)
    description: str | None = None


class RoleAnswer(Answer):
    """A role; `custom` ones are the project's own."""

    name: str
    actions: list[Action]
    description: str | None
    custom: bool


class RoleList(Listing[RoleAnswer]):
    """All roles."""


def list_roles(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """List the roles that people of the project can have."""
    own = [
        RoleAnswer(name=role, actions=sorted(role.actions), description=None, custom=False)
        for role in Role
    ]
    custom = map(_answer, management.custom_roles.all(call.project_id))
    return Answered(answer=RoleList.of([*own, *custom], None))


def put_role(management: Management, call: Call, body: CustomRoleBody) -> Answered:
    """Make up a role, or change it for all who hold it, for their very next request."""
    role = management.custom_roles.put(
        call.principal, call.params["name"], frozenset(body.actions), body.description
    )
    return Answered(answer=_answer(role))


def delete_role(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Remove a role that nobody holds."""
    management.custom_roles.delete(call.principal, call.params["name"])
    return Answered()


def _answer(role: CustomRole) -> RoleAnswer:
    return RoleAnswer(
        name=role.name, actions=sorted(role.actions), description=role.description, custom=True
    )
