"""Make one outbound call; invoked by mcp and keys, and by nobody else."""

from collections.abc import Mapping
from typing import Protocol

from gatehouse.domain.calls import CallRecord, Dispatched, Outcome
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.invocations import dispatched_document, read_invocation, unavailable_document
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.strict_fields import UnreadableDocument
from gatehouse.edge import log
from gatehouse.wiring.dispatch import dispatch_call

MARGIN_SECONDS = 2.0
"""Kept back of this function's time, to record the call and answer."""


class Context(Protocol):
    """What is used of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda ends this invocation."""
        ...


def report_lost(what: str, record: CallRecord) -> None:
    """Log what could not be kept, with all that its record would have held."""
    log.logger.exception(
        "lost",
        lost=what,
        outcome=record.outcome,
        integration_id=record.integration_id,
        tool_digest=record.tool_digest,
        started_at_ms=record.started_at_ms,
        duration_ms=record.duration_ms,
        upstream_status=record.upstream_status,
        reason=record.reason,
    )


run = dispatch_call(lost=report_lost)


def lambda_handler(event: JsonObject, context: Context) -> JsonObject:
    """Lambda's entry point; see `gatehouse.domain.invocations` for both documents."""
    log.begin(request_id=_claimed_id(event), route="dispatch")
    seconds_left = context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS
    try:
        invocation = read_invocation(event)
        log.note(
            tool=invocation.tool.definition.name,
            project_id=invocation.tool.project_id,
            integration_id=invocation.integration_id,
        )
        dispatched = run(invocation, seconds_left=seconds_left)
    except UnreadableDocument as error:
        log.note(reason=str(error))
        dispatched = Dispatched(
            outcome=Outcome.FAILED, duration_ms=0, error="The call could not be understood"
        )
    except Unavailable as error:
        log.note_refusal(error)
        log.logger.exception("unavailable")
        return unavailable_document(error)
    except Exception as error:  # noqa: BLE001 - its text may quote what must not leave
        log.note_refusal(error)
        log.logger.exception("unexpected")
        dispatched = Dispatched(
            outcome=Outcome.UNKNOWN, duration_ms=0, error="The call ended in an unexpected way"
        )
    log.note(outcome=dispatched.outcome)
    log.finish(
        status=dispatched.answer.status if dispatched.answer else 0,
        duration_ms=dispatched.duration_ms,
    )
    return dispatched_document(dispatched)


def _claimed_id(event: object) -> str:
    claimed = event.get("request_id") if isinstance(event, Mapping) else None
    return str(claimed)[:64]
