"""Groups of people, and what is shared with whom."""

from typing import Final

from gatehouse.edge.console.fields import text
from gatehouse.edge.console.granting import with_names
from gatehouse.edge.console.pages import Do, Heading, Page, Read

MOST: Final = {"limit": "100"}
PEOPLE: Final = Read(name="people", route="/api/v1/people", fixed=MOST)
GROUPS: Final = Read(name="groups", route="/api/v1/groups", fixed=MOST)
TOOLS: Final = Read(name="tools", route="/api/v1/custom-tools", fixed=MOST, optional=True)
PROMPTS: Final = Read(name="prompts", route="/api/v1/prompts", fixed=MOST, optional=True)
MEMBER: Final = "/api/v1/groups/{id}/members/{user_id}"
SHARES: Final = "/api/v1/shares"
WITH_WHOM: Final = (text("user_id"), text("group_id"), text("permission"))

SHARING: Final = (
    Page(
        path="groups",
        title="Groups",
        section="groups",
        menu="Groups",
        under=Heading.PEOPLE,
        template="groups.html",
        reads=(Read(name="groups", route="/api/v1/groups", query=("cursor",)),),
        actions=(
            Do(
                name="create-group",
                method="POST",
                route="/api/v1/groups",
                body=(text("name"),),
                then="groups/{id}",
                says="The group is there. Put somebody into it.",
            ),
            Do(
                name="delete-group",
                method="DELETE",
                route="/api/v1/groups/{id}",
                confirm="name",
                says="The group is gone, and what was shared with it no longer is.",
            ),
        ),
    ),
    Page(
        path="groups/{id}",
        title="Group",
        section="groups",
        template="group.html",
        reads=(
            Read(name="members", route="/api/v1/groups/{id}/members", query=("cursor",)),
            GROUPS,
            PEOPLE,
        ),
        actions=(
            Do(name="add-to-group", method="PUT", route=MEMBER, says="They are in the group."),
            Do(
                name="take-from-group",
                method="DELETE",
                route=MEMBER,
                says="They are no longer in the group.",
            ),
        ),
        view=with_names,
    ),
    Page(
        path="shares",
        title="Shares",
        section="shares",
        menu="Shares",
        under=Heading.PEOPLE,
        template="shares.html",
        reads=(
            Read(name="shares", route=SHARES, query=("cursor",)),
            GROUPS,
            PEOPLE,
            TOOLS,
            PROMPTS,
        ),
        actions=(
            Do(
                name="share-tool",
                method="POST",
                route=SHARES,
                body=(text("tool_id"), *WITH_WHOM),
                says="It is shared.",
            ),
            Do(
                name="share-prompt",
                method="POST",
                route=SHARES,
                body=(text("prompt_id"), *WITH_WHOM),
                says="It is shared.",
            ),
            Do(
                name="end-share",
                method="DELETE",
                route=f"{SHARES}/{{id}}",
                says="It is no longer shared.",
            ),
        ),
        view=with_names,
    ),
)
