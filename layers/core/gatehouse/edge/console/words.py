"""How pages write numbers, moments and names."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from markupsafe import Markup, escape

LONG: Final = 32
"""Characters from which on an id may be broken, and into parts of which size."""
_ROW: Final = re.compile(r"<tr\b")
_CELL: Final = re.compile(r"<td\b|<th\b")


def moment(text: str | None) -> str:
    """Write an RFC 3339 moment for people, in UTC."""
    if text is None:
        return "never"
    written = datetime.fromisoformat(text).strftime("%d %b %Y, %H:%M:%S")
    return Markup('<time datetime="{}">{}</time>').format(text, written)


def breakable(text: str) -> str:
    """Let a long id be broken where a line ends; whoever copies it copies it whole."""
    parts = [text[start : start + LONG // 2] for start in range(0, len(text), LONG // 2)]
    return Markup("<wbr>").join(parts) if len(text) > LONG else text


def labelled(rows: Markup, columns: Sequence[str]) -> str:
    """Give each cell of a table's rows the name of its column, to be read without its head."""
    labels = [_label(name) for name in columns]
    first, *others = _ROW.split(rows)
    return Markup("<tr").join([Markup(first), *(_labelled(row, labels) for row in others)])  # noqa: S704


def _labelled(row: str, labels: Sequence[str]) -> Markup:
    left = iter(labels)
    return Markup(_CELL.sub(lambda cell: cell[0] + next(left, ""), row))  # noqa: S704


def _label(column: str) -> str:
    """Return the attribute; cells under an empty name hold what can be done with the row."""
    name = column.rstrip("#")
    return f' data-label="{escape(name)}"' if name else ' class="acts"'


def count(number: int | None) -> str:
    """Write a number with its thousands apart."""
    return "none" if number is None else f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def words(name: str) -> str:
    """Write a name of a program's as words."""
    text = name.replace("_", " ").replace("-", " ")
    return (text[:1].upper() + text[1:]).replace("Hmac", "HMAC")


def milliseconds(number: int | None) -> str:
    """Write a duration."""
    if number is None:
        return "\N{EN DASH}"
    return f"{number} ms" if number < 1000 else f"{number / 1000:.1f} s"  # noqa: PLR2004
