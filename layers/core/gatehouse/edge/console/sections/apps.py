"""The administrators' pages about service apps: what each may do, and its keys."""

from typing import Final

from gatehouse.edge.console.fields import (
    AndOne,
    choice_flag,
    given_json,
    lines,
    text,
    ticked,
    whole,
)
from gatehouse.edge.console.granting import with_projects
from gatehouse.edge.console.pages import Do, Page, Read, Where
from gatehouse.edge.console.sections.sharing import MOST

APP: Final = "/admin/v1/apps/{id}"
GRANT: Final = (text("project_id"), ticked("actions"))

APPS: Final = (
    Page(
        path="apps",
        title="Service apps",
        section="all-apps",
        menu="Service apps",
        where=Where.DEPLOYMENT,
        template="deployment_apps.html",
        reads=(Read(name="apps", route="/admin/v1/apps", query=("cursor",)),),
        actions=(
            Do(
                name="create-app",
                method="POST",
                route="/admin/v1/apps",
                body=(text("name"),),
                then="apps/{id}",
                says="The app is there. Grant it something, and give it a key.",
            ),
        ),
    ),
    Page(
        path="apps/{id}",
        title="Service app",
        section="all-apps",
        where=Where.DEPLOYMENT,
        template="deployment_app.html",
        reads=(
            Read(name="app", route=APP),
            Read(name="projects", route="/admin/v1/projects", fixed=MOST),
        ),
        actions=(
            Do(
                name="grant",
                method="PATCH",
                route=APP,
                body=(whole("version"), AndOne("grants", GRANT)),
                says="Granted. It holds from the app's next request on.",
            ),
            Do(
                name="end-grant",
                method="PATCH",
                route=APP,
                body=(whole("version"), given_json("grants")),
                says="The app may do nothing there any more.",
            ),
            Do(
                name="change-app",
                method="PATCH",
                route=APP,
                body=(whole("version"), lines("allowed_origins")),
            ),
            Do(
                name="switch-app",
                method="PATCH",
                route=APP,
                body=(whole("version"), choice_flag("is_active")),
                says="The app is switched. It holds from its next request on.",
            ),
            Do(
                name="create-app-key",
                method="POST",
                route=f"{APP}/keys",
                body=(whole("days"),),
                shows=True,
            ),
            Do(
                name="delete-app-key",
                method="DELETE",
                route=f"{APP}/keys/{{key_id}}",
                confirm="key_id",
                says="The key holds no longer.",
            ),
            Do(
                name="delete-app",
                method="DELETE",
                route=APP,
                confirm="name",
                then="apps",
                says="The app is gone, with its keys and tokens.",
            ),
        ),
        view=with_projects,
    ),
)
