"""tools/list, prompts/list, resources/list and resources/templates/list: one page each."""

from functools import lru_cache

from gatehouse.edge.mcp.eras import Era
from gatehouse.edge.mcp.faults import invalid_params
from gatehouse.edge.mcp.inbound import Framed, Inbound, Offered, Reply
from gatehouse.edge.mcp.render import (
    ANSWER_OPENING,
    LIST_TTL_MS,
    JsonText,
    cacheable,
    complete,
    list_opening,
)
from gatehouse.usecases.list_offered import ListOffered


def list_tools(offered: Offered, inbound: Inbound) -> Reply:
    """List a page of the project's enabled tools."""
    return _page(offered.list_tools, "tools", inbound)


def list_prompts(offered: Offered, inbound: Inbound) -> Reply:
    """List a page of the project's enabled prompts."""
    return _page(offered.list_prompts, "prompts", inbound)


def list_resources(offered: Offered, inbound: Inbound) -> Reply:
    """List a page of the project's enabled resources that have a URI."""
    return _page(offered.list_resources, "resources", inbound)


def list_resource_templates(offered: Offered, inbound: Inbound) -> Reply:
    """List a page of the project's enabled resources that have a URI template."""
    return _page(offered.list_resource_templates, "resourceTemplates", inbound)


def _page(offered: ListOffered, member: str, inbound: Inbound) -> Reply:
    cursor = inbound.message.params.get("cursor")
    if cursor is not None and not isinstance(cursor, str):
        raise invalid_params("cursor must be a string")
    admitted, opening = inbound.admitted, list_opening(member)
    listed = offered(
        admitted.caller.project,
        cursor=cursor,
        change=admitted.latest_change,
        opening=ANSWER_OPENING + opening,
    )
    after = _after(inbound.era, listed.next_cursor)
    return Reply(result=Framed(opening, listed.items, after, listed.packed))


@lru_cache(maxsize=8)
def _after(era: Era, next_cursor: str | None) -> JsonText:
    """Write what follows a page; lists of one page, as most are, all end alike."""
    others = cacheable(era, LIST_TTL_MS)
    if next_cursor is not None:
        others = {"nextCursor": next_cursor, **others}
    rest = complete(era, others)
    return "}" if rest == "{}" else "," + rest[1:]
