"""Batches: each message is answered by itself, in order (JSON-RPC 2.0 section 6)."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TypeAlias

from gatehouse.domain.errors import GatehouseError
from gatehouse.domain.limits import Standing
from gatehouse.edge import log
from gatehouse.edge.http import HttpResponse
from gatehouse.edge.limit_headers import limit_headers
from gatehouse.edge.mcp import envelope, faults
from gatehouse.edge.mcp.bodies import json_answer
from gatehouse.edge.mcp.envelope import Malformed, Message, MessageId
from gatehouse.edge.mcp.inbound import Reply
from gatehouse.edge.mcp.render import JsonText, answer_text, batch_text, fault_text

Batch: TypeAlias = Sequence[Message | Malformed]
Answer: TypeAlias = Callable[[Message, str], Reply]
"""Answers a message under a request's id of its own."""


def answered_batch(batch: Batch, answer: Answer, new_request_id: Callable[[], str]) -> HttpResponse:
    """Answer what is to be answered in a batch, and say where the caller then stands."""
    answers: list[tuple[MessageId | None, JsonText]] = []
    standings: tuple[Standing, ...] = ()
    for item in batch:
        if isinstance(item, Malformed):
            message_id = envelope.identified(item.fault)
            answers.append((message_id, fault_text(message_id, item.fault)))
        elif item.id is not None:
            text, found = _answered(item, item.id, answer, new_request_id())
            answers.append((item.id, text))
            standings += found
    if not answers:
        return HttpResponse(status=HTTPStatus.ACCEPTED)
    return json_answer(HTTPStatus.OK, batch_text(answers), limit_headers(standings))


def _answered(
    item: Message, message_id: MessageId, answer: Answer, request_id: str
) -> tuple[JsonText, tuple[Standing, ...]]:
    try:
        reply = answer(item, request_id)
    except GatehouseError as error:
        log.note_refusal(error)
        return fault_text(message_id, faults.as_fault(error)), error.standings
    except Exception as error:  # noqa: BLE001 - what the others were answered must not be lost
        log.note_surprise(error)
        return fault_text(message_id, faults.unforeseen(request_id)), ()
    return answer_text(message_id, reply.text), reply.standings
