"""What happened, at a glance."""

from typing import Final

from gatehouse.edge.console.overview import overview
from gatehouse.edge.console.pages import Page, Read

OVERVIEW: Final = (
    Page(
        path="",
        title="Overview",
        section="overview",
        menu="Overview",
        template="overview.html",
        reads=(
            Read(name="usage", route="/api/v1/usage", fixed={"granularity": "hour"}, optional=True),
            Read(name="calls", route="/api/v1/tool-calls", fixed={"limit": "8"}, optional=True),
            Read(name="checklist", route="/api/v1/checklist", optional=True),
        ),
        view=overview,
    ),
)
