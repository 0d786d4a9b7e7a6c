"""Pages from templates, under one strict policy."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from gatehouse.domain.assertion_keys import AssertionAlgorithm
from gatehouse.domain.calls import Outcome
from gatehouse.domain.tools import AuthStrategy, BodyEncoding, HttpMethod
from gatehouse.edge.console import words
from gatehouse.edge.console.assets import asset_path
from gatehouse.edge.console.forms import written
from gatehouse.edge.console.granting import ROLE_NAMES, by_area
from gatehouse.edge.http import HttpResponse

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES: Final = Path(__file__).resolve().parent / "templates"
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def page(template: str, values: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    """Return a page; the origin of its forms is told to this site alone."""
    return HttpResponse(
        status=status,
        headers={
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": POLICY,
            "referrer-policy": "same-origin",
        },
        body=environment().get_template(template).render(values),
    )


@cache
def environment() -> "Environment":
    """Build it once."""
    from gatehouse.edge.templates import environment_of  # noqa: PLC0415 - 34 ms of Jinja

    made = environment_of(TEMPLATES)
    made.globals |= {
        "asset": asset_path,
        "algorithms": list(AssertionAlgorithm),
        "encodings": list(BodyEncoding),
        "methods": list(HttpMethod),
        "outcomes": list(Outcome),
        "role_names": ROLE_NAMES,
        "strategies": list(AuthStrategy),
    }
    made.filters |= {
        "breakable": words.breakable,
        "by_area": by_area,
        "json": written,
        "labelled": words.labelled,
        "moment": words.moment,
        "pairs": _pairs,
        "count": words.count,
        "words": words.words,
        "ms": words.milliseconds,
        "path": lambda text: quote(str(text), safe=""),
    }
    return made


def _pairs(items: Iterable[Mapping[str, str]], value: str, label: str) -> list[tuple[str, str]]:
    """Return what a choice offers."""
    return [(each[value], each[label]) for each in items]
