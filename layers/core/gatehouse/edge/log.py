"""One structured line for each request, and the traceback of what nobody expected.

What may stand in the line is what `note` can be told: there is no field for a token, a secret, an
argument or a member, so none of them gets into the log.
"""

import json
import sys
import traceback
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from gatehouse.domain.caller import Caller

SERVICE: Final = "gatehouse"
_known: ContextVar[dict[str, object]] = ContextVar("known")
"""What is known of the present request."""


@dataclass(slots=True)
class Logger:
    """Writes lines of JSON, each with what is known of the present request.

    Ours because a library's takes 30 to 50 ms to load and 50 µs for a line, in every function.
    """

    stream: TextIO | None = None
    """Where lines go; None is standard output, whatever that is at the moment."""

    def info(self, message: str, **fields: object) -> None:
        """Write a line of what is usual."""
        self._write("INFO", message, fields)

    def error(self, message: str, *, exc_info: BaseException, **fields: object) -> None:
        """Write a line of what is not, with the traceback of an exception."""
        told = "".join(traceback.format_exception(exc_info))
        raised = {"exception": told, "exception_name": type(exc_info).__name__}
        self._write("ERROR", message, {**fields, **raised})

    def exception(self, message: str, **fields: object) -> None:
        """Write the same about the exception that is being handled."""
        handled = sys.exception() or RuntimeError("nothing is being handled")
        self.error(message, exc_info=handled, **fields)

    def _write(self, level: str, message: str, fields: dict[str, object]) -> None:
        # A line says when it was written; what it is about has times of its own.
        now = datetime.now(UTC).isoformat(timespec="milliseconds")  # noqa: TID251
        line = {"level": level, "message": message, "timestamp": now, "service": SERVICE}
        said = {**line, **_known.get({}), **fields}
        text = json.dumps(said, default=str, separators=(",", ":"))
        stream = self.stream or sys.stdout
        stream.write(text + "\n")  # in one piece, so that lines of threads do not mix
        stream.flush()


logger: Final = Logger()


def begin(*, request_id: str, route: str) -> None:
    """Start a request's line; `route` is a pattern such as `POST /mcp`, never a path with ids."""
    _known.set({"request_id": request_id, "route": route})


def note(  # noqa: PLR0913 - the line has as many fields as it has
    *,
    route: str | None = None,
    method: str | None = None,
    tool: str | None = None,
    outcome: str | None = None,
    project_id: str | None = None,
    integration_id: str | None = None,
    error: str | None = None,
    reason: str | None = None,
    warrant: str | None = None,
    actor: str | None = None,
) -> None:
    """Add to the present request's line what has become known; None changes nothing.

    `method` is a protocol's own, such as `tools/call`; `error` the class of a refusal; `reason`
    what the caller is not told about it; `warrant` what was decided about the call's warrant;
    `actor` who manages, as `Actor.label` says it.
    """
    told = {
        "route": route,
        "method": method,
        "tool": tool,
        "outcome": outcome,
        "project_id": project_id,
        "integration_id": integration_id,
        "error": error,
        "reason": reason,
        "warrant": warrant,
        "actor": actor,
    }
    _known.set({**_known.get({}), **{k: v for k, v in told.items() if v is not None}})


def note_caller(caller: "Caller") -> None:
    """Add whose request it is, by project and integration."""
    note(project_id=caller.project.id, integration_id=caller.integration.id)


def note_refusal(error: Exception) -> None:
    """Add why the request is refused: the error's class, and its reason where it keeps one."""
    reason = getattr(error, "reason", None)
    note(error=type(error).__name__, reason=reason if isinstance(reason, str) else None)


def note_surprise(error: Exception) -> None:
    """Add what nobody foresaw, and write its traceback on a line of its own."""
    note_refusal(error)
    logger.error("unexpected", exc_info=error)


def finish(*, status: int, duration_ms: int) -> None:
    """Write the line."""
    logger.info("request", status=status, duration_ms=duration_ms)
