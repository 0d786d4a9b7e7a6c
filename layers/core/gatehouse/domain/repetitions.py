"""What an equal call is told of the first one when there is no result to repeat."""

from gatehouse.domain.calls import Dispatched, Outcome


def still_running(request_id: str) -> Dispatched:
    """Say that the first call has not ended yet."""
    return _without_answer(
        Outcome.REPEATED,
        request_id,
        "An equal call is still in progress. It was not made a second time; ask again shortly.",
    )


def not_kept(request_id: str) -> Dispatched:
    """Say that the first call has ended, and that its result is not there to repeat."""
    return _without_answer(
        Outcome.REPEATED,
        request_id,
        "An equal call was completed a moment ago. It was not made a second time; its result "
        "was not kept.",
    )


def unknown_outcome(request_id: str) -> Dispatched:
    """Say that nobody knows how the first call ended."""
    return _without_answer(
        Outcome.UNKNOWN,
        request_id,
        "The outcome of an equal call is unknown: it may have been executed. It was not made a "
        "second time; check its effect before trying again.",
    )


def _without_answer(outcome: Outcome, request_id: str, error: str) -> Dispatched:
    return Dispatched(outcome=outcome, duration_ms=0, error=error, repeated_of=request_id)
