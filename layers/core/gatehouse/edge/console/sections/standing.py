"""How a project stands: its checklist, its health, its settings."""

from typing import Final

from gatehouse.edge.console.fields import text
from gatehouse.edge.console.pages import Do, Heading, Page, Read
from gatehouse.edge.console.standing import checklist, health

CHECKLIST: Final = Read(name="checklist", route="/api/v1/checklist")

STANDING: Final = (
    Page(
        path="checklist",
        title="Checklist",
        section="checklist",
        menu="Checklist",
        under=Heading.OVERSIGHT,
        template="checklist.html",
        reads=(CHECKLIST,),
        actions=(
            Do(
                name="attest",
                method="POST",
                route="/api/v1/checklist/attestations",
                body=(text("item"), text("note")),
                says="Noted, in your name.",
            ),
        ),
        view=checklist,
    ),
    Page(
        path="health",
        title="Health",
        section="health",
        menu="Health",
        under=Heading.PROJECT,
        template="health.html",
        reads=(
            Read(name="usage", route="/api/v1/usage", fixed={"granularity": "hour"}),
            Read(name="calls", route="/api/v1/tool-calls", fixed={"limit": "100"}),
        ),
        view=health,
    ),
    Page(
        path="settings",
        title="Settings",
        section="settings",
        menu="Settings",
        under=Heading.PROJECT,
        template="settings.html",
    ),
)
