"""Pages from templates, each with a policy that allows what is on it and nothing else."""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gatehouse.edge.http import HttpResponse

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER: Final = Path(__file__).resolve().parent
STYLE: Final = FOLDER / "style.css"
STYLE_MAX_AGE: Final = 31_536_000
"""Seconds; the stylesheet's name says what is in it."""


def page(  # noqa: PLR0913 - what an answer is made of
    template: str,
    *,
    status: int = 200,
    values: dict[str, object],
    form_targets: Sequence[str] = (),
    cookies: tuple[str, ...] = (),
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """Return a page; `form_targets` are where its forms may end up besides this origin.

    The origin of a form is told to this site alone: with `no-referrer` a browser would send
    `Origin: null`, and its forms could not be told from those of other pages.
    """
    rendered = environment().get_template(template).render(style=style_path(), **values)
    targets = " ".join(("'self'", *form_targets))
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {targets}"
    )
    return HttpResponse(
        status=status,
        headers={
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": policy,
            "referrer-policy": "same-origin",
            **(headers or {}),
        },
        body=rendered,
        cookies=cookies,
    )


def see_other(address: str, *, cookies: tuple[str, ...] = ()) -> HttpResponse:
    """Send a browser elsewhere, by GET whatever it sent (RFC 9110 section 15.4.4)."""
    return HttpResponse(status=303, headers={"location": address}, cookies=cookies)


def stylesheet() -> HttpResponse:
    """Return the stylesheet."""
    return HttpResponse(
        status=200,
        headers={
            "content-type": "text/css; charset=utf-8",
            "cache-control": f"public, max-age={STYLE_MAX_AGE}, immutable",
        },
        body=_style(),
    )


@cache
def style_path() -> str:
    """Return where the stylesheet is: another one is elsewhere."""
    return f"/signin/style-{hashlib.sha256(_style().encode()).hexdigest()[:16]}.css"


@cache
def _style() -> str:
    return STYLE.read_text(encoding="utf-8")


@cache
def environment() -> "Environment":
    """Build it once."""
    from gatehouse.edge.templates import environment_of  # noqa: PLC0415 - 34 ms of Jinja

    return environment_of(FOLDER / "templates")
