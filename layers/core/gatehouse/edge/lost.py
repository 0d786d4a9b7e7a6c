"""What could not be kept, in the log: where nothing can be undone, somebody has to be told."""

from gatehouse.domain.calls import CallRecord
from gatehouse.edge.log import logger


def report_lost(what: str, record: CallRecord) -> None:
    """Log what could not be kept, with what its record would have said but for the member."""
    logger.exception(
        "lost",
        lost=what,
        tool=record.tool_name,
        tool_digest=record.tool_digest,
        outcome=record.outcome,
        started_at_ms=record.started_at_ms,
        duration_ms=record.duration_ms,
        upstream_status=record.upstream_status,
        reason=record.reason,
        receipt=record.receipt,
    )
