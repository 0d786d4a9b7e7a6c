"""`gatehouse calls tail`: calls as they come in."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from gatehouse_cli import output
from gatehouse_cli.asking import AsJson, ProfileName, gateway
from gatehouse_cli.gateway import Gateway
from gatehouse_cli.output import Json
from gatehouse_cli.table.calls import CALL_COLUMNS

PATH: Final = "/api/v1/tool-calls"
REMEMBERED: Final = 5000
LATE: Final = timedelta(minutes=10)
"""A call is recorded when it ends, so one that began this long ago may still come."""


def tail(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more; Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many at first.")] = 10,
    tool: Annotated[str | None, typer.Option(help="Of this tool.")] = None,
    member: Annotated[str | None, typer.Option(help="Of this member.")] = None,
    outcome: Annotated[str | None, typer.Option(help="succeeded, failed, denied, ...")] = None,
    seconds: Annotated[float, typer.Option(min=0.2, help="How often to look.")] = 2.0,
    profile: ProfileName = None,
    as_json: AsJson = False,
) -> None:
    """Show the last calls, the newest last; with --follow, each new one. JSON: one a line."""
    query = {"tool": tool, "member": member, "outcome": outcome}
    asked = {name: given for name, given in query.items() if given is not None}
    show = output.say_line if as_json else _say
    calls = Tail(gateway(profile), asked)
    for call in calls.first(lines):
        show(call)
    while follow:
        time.sleep(seconds)
        for call in calls.more(lambda: datetime.now(UTC)):  # noqa: TID251 - a wall clock to ask by
            show(call)


class Tail:
    """The calls that were not shown yet."""

    def __init__(self, asked: Gateway, query: Json) -> None:
        self._gateway = asked
        self._query = query
        self._shown: deque[str] = deque(maxlen=REMEMBERED)

    def first(self, lines: int) -> Iterator[Json]:
        """Yield the last calls, the oldest first."""
        return self._new(self._query, lines)

    def more(self, now: Callable[[], datetime]) -> Iterator[Json]:
        """Yield the calls that are there by now and were not."""
        since = (now() - LATE).isoformat()
        return self._new({**self._query, "from": since}, None)

    def _new(self, query: Json, limit: int | None) -> Iterator[Json]:
        pages = self._gateway.items(PATH, query, limit)
        found = [call for page in pages for call in page["items"]]
        for call in reversed(found[:limit]):
            if call["request_id"] not in self._shown:
                self._shown.append(call["request_id"])
                yield call


def _say(call: Json) -> None:
    output.say("  ".join(output.cell(call[name]).plain for name in CALL_COLUMNS))
