"""People of a project: what they are, who is invited, and the roles that they can have."""

from typing import Final

from gatehouse.edge.console.fields import text, ticked, whole
from gatehouse.edge.console.granting import with_areas, with_custom_roles
from gatehouse.edge.console.pages import Do, Heading, Page, Read

PERSON: Final = "/api/v1/people/{user_id}"
ROLE: Final = "/api/v1/roles/{name}"
ROLES: Final = Read(name="roles", route="/api/v1/roles")

PEOPLE: Final = (
    Page(
        path="people",
        title="People",
        section="people",
        menu="People",
        under=Heading.PEOPLE,
        template="people.html",
        reads=(Read(name="people", route="/api/v1/people", query=("cursor",)), ROLES),
        actions=(
            Do(
                name="change-person",
                method="PUT",
                route=PERSON,
                body=(text("role"), ticked("custom_roles")),
                says="Changed. Their sessions for this project have ended.",
            ),
            Do(
                name="remove-person",
                method="DELETE",
                route=PERSON,
                confirm="email",
                says="Removed. Their sessions for this project have ended.",
            ),
        ),
        view=with_custom_roles,
    ),
    Page(
        path="invitations",
        title="Invitations",
        section="invitations",
        menu="Invitations",
        under=Heading.PEOPLE,
        template="invitations.html",
        reads=(Read(name="invitations", route="/api/v1/invitations", query=("cursor",)),),
        actions=(
            Do(
                name="invite",
                method="POST",
                route="/api/v1/invitations",
                body=(text("role"), text("email"), whole("days")),
                shows=True,
            ),
            Do(
                name="withdraw-invitation",
                method="DELETE",
                route="/api/v1/invitations/{id}",
                says="Withdrawn. Its link leads nowhere now.",
            ),
        ),
    ),
    Page(
        path="roles",
        title="Roles",
        section="roles",
        menu="Roles",
        under=Heading.PEOPLE,
        template="roles.html",
        reads=(ROLES,),
        actions=(
            Do(
                name="add-role",
                method="PUT",
                route=ROLE,
                body=(text("description"), ticked("actions")),
                says="The role is there.",
            ),
            Do(
                name="change-role",
                method="PUT",
                route=ROLE,
                body=(text("description"), ticked("actions")),
                says="Changed, for all who have the role.",
            ),
            Do(
                name="delete-role",
                method="DELETE",
                route=ROLE,
                confirm="name",
                says="The role is gone.",
            ),
        ),
        view=with_areas,
    ),
)
