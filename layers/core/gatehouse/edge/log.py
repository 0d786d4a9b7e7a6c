"""One structured line for each request, and the traceback of what nobody expected.

What may stand in the line is what `Noted` has a name for: there is none for a token, a secret, an
argument or a member, so none of them gets into the log. Where OpenTelemetry has a name for it (its
conventions for HTTP, GenAI and MCP), a field has that name. The line is also what CloudWatch makes
metrics of (`gatehouse.edge.metrics`).
"""

import logging
import os
import time
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Final, TextIO, TypedDict, cast

from aws_lambda_powertools.logging import Logger

from gatehouse.edge import metrics
from gatehouse.edge.lines import Lines
from gatehouse.edge.metrics import Metric

if TYPE_CHECKING:
    from typing import Unpack

    from gatehouse.domain.caller import Caller

_lines: Final = Lines()
logger = Logger(logger_formatter=_lines)
"""Service and level come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_LOG_LEVEL."""

_level: Final = logging.getLogger(logger.name)
_output: Final = cast("logging.StreamHandler[TextIO]", logger.registered_handler)
_SERVER_ERROR: Final = 500
_counts: ContextVar[set[Metric]] = ContextVar("counts")


def begin(*, request_id: str, route: str) -> None:
    """Start a request's line; `route` is a pattern such as `POST /mcp`, never a path with ids."""
    _counts.set({Metric.REQUESTS})
    _lines.begin({"request_id": request_id, "http.route": route})


class Noted(TypedDict, total=False):
    """What a line may say; None says nothing.

    `method` is MCP's own, such as `tools/call`, and one that we have; `host` is the tool's, and
    `upstream_status` what it answered; `error` the class of a refusal; `reason` what the caller is
    not told about it; `warrant` what was decided about the call's warrant; `actor` who manages, as
    `Actor.label` says it.
    """

    route: str | None
    method: str | None
    tool: str | None
    host: str | None
    upstream_status: int | None
    outcome: str | None
    project_id: str | None
    integration_id: str | None
    error: str | None
    reason: str | None
    warrant: str | None
    actor: str | None


_FIELDS: Final = {
    **{name: name for name in Noted.__annotations__},
    "route": "http.route",
    "method": "mcp.method.name",
    "tool": "gen_ai.tool.name",
    "host": "server.address",
    "error": "error.type",
}


def note(**known: "Unpack[Noted]") -> None:
    """Add to the present request's line what has become known."""
    told = {_FIELDS[name]: value for name, value in known.items() if value is not None}
    if known.get("tool"):
        told["gen_ai.operation.name"] = "execute_tool"
    _lines.thread_safe_append_keys(**told)
    if outcome := known.get("outcome"):
        _count(metrics.of_outcome(outcome) | metrics.of_reason(known.get("reason")))
    if warrant := known.get("warrant"):
        _count(metrics.of_reason(warrant.partition(":")[2]))


def note_caller(caller: "Caller") -> None:
    """Add whose request it is, by project and integration."""
    note(project_id=caller.project.id, integration_id=caller.integration.id)


def note_refusal(error: Exception) -> None:
    """Add why the request is refused: the error's class, and its reason where it keeps one."""
    reason = getattr(error, "reason", None)
    note(error=type(error).__name__, reason=reason if isinstance(reason, str) else None)
    _count(metrics.of_refusal(error))


def note_surprise(error: Exception) -> None:
    """Add what nobody foresaw, and write its traceback on a line of its own."""
    note_refusal(error)
    logger.error("unexpected", exc_info=error)


def finish(*, status: int, duration_ms: int) -> None:
    """Write the line, past the machinery of `logging`, which takes longer than the line itself."""
    if status >= _SERVER_ERROR:
        _count({Metric.ERRORS_5XX})
    if not _level.isEnabledFor(logging.INFO):
        return
    function, stage = dimensions()
    now_ms = time.time_ns() // 1_000_000
    counted = metrics.embedded(
        _counts.get(), duration_ms=duration_ms, function=function, stage=stage, now_ms=now_ms
    )
    added = {"http.response.status_code": status}
    line = _lines.unrecorded("request", counted, level="INFO", at_ms=now_ms, added=added)
    try:
        _output.stream.write(f"{line}\n")
        _output.stream.flush()
    except (OSError, ValueError):  # as `logging` has it: nobody's answer hangs on a line
        _output.handleError(logging.makeLogRecord({"msg": "request"}))


@cache
def dimensions() -> tuple[str, str]:
    """Return the function and the stage that an instance's metrics are of.

    Lambda's own name of a function tells stacks apart; it is what the alarms of a stack ask for.
    """
    environ = os.environ  # noqa: TID251
    return environ.get("AWS_LAMBDA_FUNCTION_NAME", ""), environ.get("STAGE", "")


def _count(found: set[Metric]) -> None:
    if counts := _counts.get(None):
        counts |= found
