"""How answers are shown: JSON for programs, tables for people; nothing else goes to stdout."""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

Json = dict[str, Any]

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: str, keep: str = "") -> str:
    """Return `text` with nothing in it that a terminal would obey."""
    return _CONTROL.sub(
        lambda found: found[0] if found[0] in keep else "\N{REPLACEMENT CHARACTER}", text
    )


def say_json(document: object) -> None:
    """Print a document for programs."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def say_line(document: object) -> None:
    """Print a document of a stream: one line, at once."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Print a sentence for people."""
    Console().print(Text(clean(text, keep="\n")), soft_wrap=True)


def note(text: str) -> None:
    """Tell what is no answer: on standard error."""
    Console(stderr=True).print(Text(clean(text, keep="\n"), style="dim"), soft_wrap=True)


def say_table(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Print objects as a table; a column may be a path, such as `actor.name`."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column.replace("_", " ").replace(".", " "), overflow="fold")
    for row in rows:
        table.add_row(*(cell(_at(row, column)) for column in columns))
    Console().print(table)


def say_object(document: Mapping[str, object]) -> None:
    """Print one object, a line for each of its fields."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in document.items():
        table.add_row(clean(name), cell(value))
    Console().print(table)


def cell(value: object) -> Text:
    """Return a value as it stands in a table."""
    match value:
        case None:
            return Text("-", style="dim")
        case bool():
            return Text("yes" if value else "no")
        case str():
            return Text(clean(value, keep="\n"))
        case list() if all(isinstance(item, str) for item in value):
            return Text(clean(", ".join(value)) or "-")
        case list() | dict():
            return Text(clean(json.dumps(value, ensure_ascii=False)))
        case _:
            return Text(str(value))


def working() -> Progress:
    """Return a progress bar for long work: on standard error, gone when done, for people only."""
    console = Console(stderr=True)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _at(row: Mapping[str, object], path: str) -> object:
    found: object = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
