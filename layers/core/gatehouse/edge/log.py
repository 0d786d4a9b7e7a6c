"""One structured line for each request, and the traceback of what nobody expected.

What may stand in the line is what `note` can be told: there is no field for a token, a secret, an
argument or a member, so none of them gets into the log.
"""

from typing import TYPE_CHECKING

from aws_lambda_powertools.logging import Logger

if TYPE_CHECKING:
    from gatehouse.domain.caller import Caller

logger = Logger()
"""Service and level come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_LOG_LEVEL."""


def begin(*, request_id: str, route: str) -> None:
    """Start a request's line; `route` is a pattern such as `POST /mcp`, never a path with ids."""
    logger.thread_safe_clear_keys()
    logger.thread_safe_append_keys(request_id=request_id, route=route)


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
    known = {
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
    logger.thread_safe_append_keys(**{k: v for k, v in known.items() if v is not None})


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
