"""Members, whom backends vouch for, and the record of what was changed."""

from typing import Final

from gatehouse.edge.console.pages import Do, Heading, Page, Read

MEMBER: Final = "/api/v1/members/{external_id}"

OVERSIGHT: Final = (
    Page(
        path="members",
        title="Members",
        section="members",
        menu="Members",
        under=Heading.OVERSIGHT,
        template="members.html",
        reads=(Read(name="members", route="/api/v1/members", query=("cursor",)),),
        actions=(
            Do(
                name="block-member",
                method="POST",
                route=f"{MEMBER}/block",
                confirm="external_id",
                says="Blocked. The member's sessions have ended.",
            ),
            Do(
                name="unblock-member",
                method="DELETE",
                route=f"{MEMBER}/block",
                says="The member may have new sessions again.",
            ),
            Do(
                name="end-sessions",
                method="POST",
                route=f"{MEMBER}/end-sessions",
                says="The member's sessions have ended.",
            ),
        ),
    ),
    Page(
        path="audit",
        title="Audit",
        section="audit",
        menu="Audit",
        under=Heading.OVERSIGHT,
        template="audit.html",
        reads=(
            Read(
                name="entries",
                route="/api/v1/audit",
                query=("actor", "action", "from", "to", "cursor"),
            ),
        ),
    ),
    Page(
        path="audit/heads",
        title="Signed statements",
        section="audit",
        template="audit_heads.html",
        reads=(
            Read(name="heads", route="/api/v1/audit/heads", query=("cursor",)),
            Read(name="key", route="/api/v1/audit/key", optional=True),
        ),
    ),
)
