"""Who is what in a project."""

from typing import Annotated

from pydantic import Field

from gatehouse.domain.people import Membership
from gatehouse.domain.principals import Principal
from gatehouse.domain.roles import Role
from gatehouse.edge.rest.models import Answer, Input, Listing, Nothing, PageQuery, rfc3339
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.manage_people import Place
from gatehouse.usecases.management import Management

RoleInput = Annotated[Role, Field(strict=False)]


class PlaceBody(Input):
    """What somebody is to be."""

    role: RoleInput
    custom_roles: list[str] = Field(
        default_factory=list, description="Names of the project's own roles, which add to `role`."
    )


class PersonOfProject(Answer):
    """What somebody is in a project."""

    user_id: str
    email: str
    name: str | None
    role: Role
    custom_roles: list[str]
    granted_by: str
    granted_at: str


class PeopleOfProject(Listing[PersonOfProject]):
    """A page of people."""


def list_people(management: Management, call: Call, query: PageQuery) -> Answered:
    """List who is something in the project."""
    return _listed(management, call.project_id, query)


def change_person(management: Management, call: Call, body: PlaceBody) -> Answered:
    """Make somebody of the project something else; their sessions for it end at once."""
    user_id = call.params["user_id"]
    return _answered(management.people.change(call.principal, user_id, _place(body)))


def remove_person(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """End what somebody is in the project, their sessions for it, and what is shared with them."""
    management.people.remove(call.principal, call.params["user_id"])
    return Answered()


def list_people_as_admin(management: Management, call: Call, query: PageQuery) -> Answered:
    """List who is something in a project."""
    return _listed(management, _administrating(management, call).project.id, query)


def appoint_person(management: Management, call: Call, body: PlaceBody) -> Answered:
    """Make anybody who has an account something in a project, such as its owner."""
    principal, user_id = _administrating(management, call), call.params["user_id"]
    return _answered(management.people.appoint(principal, user_id, _place(body)))


def remove_person_as_admin(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """End what somebody is in a project."""
    management.people.remove(_administrating(management, call), call.params["user_id"])
    return Answered()


def _administrating(management: Management, call: Call) -> Principal:
    return Principal.administrating(call.actor, management.projects.get(call.params["id"]))


def _place(body: PlaceBody) -> Place:
    return Place(role=body.role, custom_roles=tuple(body.custom_roles))


def _listed(management: Management, project_id: str, query: PageQuery) -> Answered:
    page = management.people.page(project_id, after=query.cursor, limit=query.limit)
    return Answered(answer=PeopleOfProject.of(map(_answer, page.items), page.next_after))


def _answered(membership: Membership) -> Answered:
    return Answered(answer=_answer(membership))


def _answer(membership: Membership) -> PersonOfProject:
    return PersonOfProject(
        user_id=membership.user_id,
        email=membership.email,
        name=membership.name,
        role=membership.role,
        custom_roles=list(membership.custom_roles),
        granted_by=membership.granted_by,
        granted_at=rfc3339(membership.granted_at),
    )
