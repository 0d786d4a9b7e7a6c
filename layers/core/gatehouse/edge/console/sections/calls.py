"""Calls: filtered, and the whole story of one."""

from typing import Final

from gatehouse.edge.console.pages import Heading, Page, Read

CALLS: Final = (
    Page(
        path="calls",
        title="Calls",
        section="calls",
        menu="Calls",
        under=Heading.OVERSIGHT,
        template="calls.html",
        reads=(
            Read(
                name="calls",
                route="/api/v1/tool-calls",
                query=("tool", "member", "outcome", "from", "to", "cursor"),
            ),
        ),
    ),
    Page(
        path="calls/{request_id}",
        title="Call",
        section="calls",
        template="call.html",
        reads=(Read(name="call", route="/api/v1/tool-calls/{request_id}"),),
    ),
)
