"""The administrators' pages: projects, and everybody who has an account."""

from typing import Final

from gatehouse.edge.console.fields import (
    choice_flag,
    clearable_lines,
    flag,
    json,
    number,
    text,
    whole,
)
from gatehouse.edge.console.pages import Do, Page, Read, Where
from gatehouse.edge.console.sections.sharing import MOST

PROJECTS: Final = "/admin/v1/projects"
PROJECT: Final = f"{PROJECTS}/{{id}}"
PLACE: Final = f"{PROJECT}/people/{{user_id}}"
LIMITS: Final = ("per_second", "per_minute", "per_day", "concurrent")
SETTINGS: Final = (
    text("name"),
    clearable_lines("settings.upstream_origins"),
    flag("settings.require_approval"),
    *(number(f"settings.limits.{each}") for each in LIMITS),
    *(number(f"settings.member_limits.{each}") for each in LIMITS),
    whole("settings.replicas"),
    json("settings.external_issuers"),
)

DEPLOYMENT: Final = (
    Page(
        path="projects",
        title="Projects",
        section="projects",
        menu="Projects",
        where=Where.DEPLOYMENT,
        template="deployment_projects.html",
        reads=(Read(name="projects", route=PROJECTS, query=("cursor",)),),
        actions=(
            Do(
                name="create-project",
                method="POST",
                route=PROJECTS,
                body=(text("name"),),
                then="projects/{id}",
                says="The project is there. Give it an owner.",
            ),
        ),
    ),
    Page(
        path="projects/{id}",
        title="Project",
        section="projects",
        where=Where.DEPLOYMENT,
        template="deployment_project.html",
        reads=(
            Read(name="project", route=PROJECT),
            Read(name="people", route=f"{PROJECT}/people", query=("cursor",)),
            Read(name="accounts", route="/admin/v1/people", fixed=MOST),
        ),
        actions=(
            Do(
                name="change-project",
                method="PATCH",
                route=PROJECT,
                body=(whole("version"), *SETTINGS),
                says="Saved. It holds from the next request on.",
            ),
            Do(
                name="appoint",
                method="PUT",
                route=PLACE,
                body=(text("role"),),
                says="They are in the project.",
            ),
            Do(
                name="dismiss",
                method="DELETE",
                route=PLACE,
                confirm="email",
                says="They are no longer in the project.",
            ),
            Do(
                name="delete-project",
                method="DELETE",
                route=PROJECT,
                query=("confirm",),
                confirm="confirm",
                then="projects",
                says="The project has ended, for everybody.",
            ),
        ),
    ),
    Page(
        path="people",
        title="People",
        section="accounts",
        menu="People",
        where=Where.DEPLOYMENT,
        template="deployment_people.html",
        reads=(Read(name="accounts", route="/admin/v1/people", query=("cursor",)),),
        actions=(
            Do(
                name="change-account",
                method="PATCH",
                route="/admin/v1/people/{user_id}",
                body=(choice_flag("is_active"), choice_flag("is_admin")),
                says="Changed. All their sessions have ended.",
            ),
            Do(
                name="invite-administrator",
                method="POST",
                route="/admin/v1/invitations",
                body=(text("email"), whole("days")),
                shows=True,
            ),
        ),
    ),
)
