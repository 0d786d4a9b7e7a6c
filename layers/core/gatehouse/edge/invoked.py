"""The door of dispatch, which is invoked and not reached over HTTP: documents in and out."""

from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from gatehouse.domain.calls import Dispatched, Outcome
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.invocations import dispatched_document, read_invocation, unavailable_document
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.strict_fields import UnreadableDocument
from gatehouse.edge import log
from gatehouse.usecases.dispatch_call import DispatchCall

MARGIN_SECONDS: Final = 2.0
"""Kept back of the function's time, to keep the result, record the call and answer."""


@dataclass(frozen=True, slots=True)
class Invoked:
    """Serve one invocation: read, run, answer, log one line; nothing that goes wrong leaves it."""

    run: DispatchCall

    def __call__(self, event: JsonValue, *, remaining_ms: int) -> JsonObject:
        """Answer `event`; `remaining_ms` is how long this function may still run."""
        log.begin(request_id=_claimed_id(event), route="dispatch")
        try:
            dispatched = self._dispatched(event, remaining_ms / 1000 - MARGIN_SECONDS)
        except Unavailable as error:
            log.note_refusal(error)
            log.logger.exception("unavailable")
            log.finish(status=HTTPStatus.SERVICE_UNAVAILABLE, duration_ms=0)
            return unavailable_document(error)
        log.note(
            outcome=dispatched.outcome,
            reason=dispatched.reason,
            upstream_status=dispatched.answer.status if dispatched.answer else None,
        )
        log.finish(status=HTTPStatus.OK, duration_ms=dispatched.duration_ms)
        return dispatched_document(dispatched)

    def _dispatched(self, event: JsonValue, seconds_left: float) -> Dispatched:
        try:
            invocation = read_invocation(event)
            log.note(
                tool=invocation.tool.definition.name,
                host=_host(invocation.tool.definition.origin),
                project_id=invocation.tool.project_id,
                integration_id=invocation.integration_id,
            )
            return self.run(invocation, seconds_left=seconds_left)
        except UnreadableDocument as error:
            log.note(error="UnreadableDocument", reason=str(error))
            return _ended(Outcome.FAILED, "The call could not be understood; it was not made")
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the last one before Lambda, which would tell it
            log.note_surprise(error)
            return _ended(Outcome.UNKNOWN, "The call ended unexpectedly; it may have been made")


def _ended(outcome: Outcome, error: str) -> Dispatched:
    return Dispatched(outcome=outcome, duration_ms=0, error=error)


@lru_cache(maxsize=512)
def _host(origin: str) -> str | None:
    """Return the host of `origin`; None when it cannot be read, which is for its call to tell."""
    try:
        return urlsplit(origin).hostname
    except ValueError:
        return None


def _claimed_id(event: JsonValue) -> str:
    """Return the request id that a document claims, before it has been read."""
    claimed = event.get("request_id") if isinstance(event, dict) else None
    return str(claimed)[:36]
