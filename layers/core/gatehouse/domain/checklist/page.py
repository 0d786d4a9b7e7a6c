"""The checklist as a page to read, from the items that are evaluated."""

from collections.abc import Iterator
from typing import Final

from gatehouse.domain.checklist.catalogue import ITEMS
from gatehouse.domain.checklist.items import (
    Asked,
    ByConstruction,
    Document,
    Item,
    Known,
    Measured,
    Probed,
)

_HEAD: Final = """# The production checklist

What has to hold before real users come. This page is made from the items that the program evaluates
(`make checklist`). Each is known in one of these ways:

- **by construction**: it cannot be otherwise, and the test that is named proves it;
- **measured**: from within, by what the gateway knows (`GET /api/v1/checklist`); from outside, with
  the operator's rights in AWS and by asking as a stranger (`gatehouse preflight`); or both;
- **probed**: the endpoints of tools are sent what they must refuse, never signed with their secret:
  whoever lets it in is told, and where refusing proves too little, it is asked as well. A time or
  a project protects nothing before the signature over it is verified: an endpoint that verifies
  none fails that one item, and the other two wait for it, whatever anybody says;
- **asked**: somebody says so (`POST /api/v1/checklist/attestations`), which counts for the days
  that are named.
"""


def document() -> str:
    """Return the page, in Markdown."""
    return "\n".join([_HEAD, *_overview(), *_details()])


def way(known: Known) -> str:
    """Return in words how an item is known."""
    match known:
        case ByConstruction():
            return "by construction"
        case Measured(inside=None):
            return "measured from outside"
        case Measured(outside=None):
            return "measured from within"
        case Measured():
            return "measured from both sides"
        case Probed():
            return f"probed, and asked every {known.days} days where that proves too little"
        case Asked():
            return f"asked every {known.days} days"


def _overview() -> Iterator[str]:
    yield "| item | what holds | known |"
    yield "|---|---|---|"
    for item in ITEMS:
        yield f"| [`{item.id}`](#{item.id}) | {item.says} | {way(item.known)} |"
    yield ""


def _details() -> Iterator[str]:
    for kind in Document:
        yield f"## {kind}"
        yield ""
        for item in (each for each in ITEMS if each.document is kind):
            yield from _item(item)


def _item(item: Item) -> Iterator[str]:
    yield f"### {item.id}"
    yield ""
    yield f"{item.says}. ({item.origin})"
    yield ""
    yield f"- Risk: {item.risk}."
    yield f"- Fix: {item.fix}."
    if isinstance(item.known, ByConstruction):
        yield f"- Known {way(item.known)}: `tests/{item.known.test}`."
    else:
        yield f"- Known: {way(item.known)}."
    yield ""
    yield f"```sh\n{item.command}\n```"
    yield ""
