"""Results and errors as JSON text."""

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Final

from gatehouse.domain.input_requests import requests_document
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.tool_results import Blob, Block, Given, Media, Text, ToolResult
from gatehouse.domain.version import VERSION
from gatehouse.edge.mcp.envelope import MessageId
from gatehouse.edge.mcp.eras import Era
from gatehouse.edge.mcp.faults import INTERNAL_ERROR, RpcFault
from gatehouse.usecases.rounds import InputRequired

SERVER_INFO: Final[JsonObject] = {"name": "gatehouse", "title": "Gatehouse", "version": VERSION}
SERVER_INFO_KEY: Final = "io.modelcontextprotocol/serverInfo"
REQUEST_ID_NOTE: Final = "gatehouse/requestId"
"""In a result's `_meta`: the id of the request, by which its record is found."""

LIST_TTL_MS: Final = 0
"""Disabling a thing takes effect at once, also in lists."""
MAX_RESULT_BYTES: Final = 4_300_000
"""As base64, what Lambda's 6 MB can carry."""

JsonText = str

ANSWER_OPENING: Final[JsonText] = '{"jsonrpc":"2.0","result":'

_TOO_MUCH: Final = RpcFault(
    INTERNAL_ERROR, "Done, but the answers of this batch are too large together; send it alone"
)


_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), check_circular=False, allow_nan=False
)


def json_text(value: JsonValue) -> JsonText:
    """Write a value."""
    return _ENCODER.encode(value)


def answer_text(message_id: MessageId, result: JsonText) -> JsonText:
    """Write the answer to a request."""
    return ANSWER_OPENING + result + answer_end(message_id)


def answer_end(message_id: MessageId) -> JsonText:
    """Write what follows the result; the id stands there, for it alone differs in each answer."""
    said = message_id if isinstance(message_id, int) else json_text(message_id)
    return f',"id":{said}}}'


def list_opening(member: str) -> JsonText:
    """Write what the result of a list begins with; `member` holds the page."""
    return f'{{"{member}":'


def batch_text(answers: Sequence[tuple[MessageId | None, JsonText]]) -> JsonText:
    """Write the answers of a batch, each with its message's id, as far as one answer can carry."""
    texts: list[JsonText] = []
    left = MAX_RESULT_BYTES
    for message_id, answer in answers:
        text = answer if len(answer.encode()) <= left else fault_text(message_id, _TOO_MUCH)
        left -= len(text.encode())
        texts.append(text)
    return f"[{','.join(texts)}]"


def fault_text(message_id: MessageId | None, fault: RpcFault) -> JsonText:
    """Write an error; its id is null where the request's could not be read."""
    error: dict[str, JsonValue] = {"code": fault.code, "message": str(fault)}
    if fault.data is not None:
        error["data"] = fault.data
    return json_text({"jsonrpc": "2.0", "id": message_id, "error": error})


def complete(era: Era, members: JsonObject, *, meta: JsonObject | None = None) -> JsonText:
    """Write a result with what its era asks of every result."""
    if era is Era.MODERN:
        return _modern("complete", members, meta or {})
    return json_text({**members, "_meta": meta} if meta else members)


def input_required(asked: InputRequired, *, meta: JsonObject) -> JsonText:
    """Write a result that asks the client first; before 2026-07-28 there is none such."""
    members: JsonObject = {
        "inputRequests": requests_document(asked.requests),
        "requestState": asked.request_state,
    }
    return _modern("input_required", members, meta)


def _modern(kind: str, members: JsonObject, meta: JsonObject) -> JsonText:
    whole = {"resultType": kind, **members, "_meta": {**meta, SERVER_INFO_KEY: SERVER_INFO}}
    return json_text(whole)


def cacheable(era: Era, ttl_ms: int) -> JsonObject:
    """Return how long a client may keep a result; never a cache that others share."""
    return {} if era is Era.LEGACY else {"ttlMs": ttl_ms, "cacheScope": "private"}


def tool_result_text(
    era: Era, result: ToolResult, *, request_id: str, meta: JsonObject
) -> JsonText:
    """Write a tool's result."""
    content = [_block(block, request_id) for block in result.content]
    members: dict[str, JsonValue] = {"content": content, "isError": result.is_error}
    found = result.structured
    # Before 2026-07-28 structured content is an object and nothing else.
    if found and (era is Era.MODERN or isinstance(found.value, dict)):
        members["structuredContent"] = found.value
    return complete(era, members, meta=meta)


def _block(block: Block, request_id: str) -> JsonObject:
    match block:
        case Text():
            return {"type": "text", "text": block.text}
        case Blob():
            resource = {
                "uri": f"gatehouse://calls/{request_id}/answer",
                "mimeType": block.media_type,
                "blob": b64encode(block.data).decode("ascii"),
            }
            return {"type": "resource", "resource": resource}
        case Media():
            data = b64encode(block.data).decode("ascii")
            return {"type": block.kind, "data": data, "mimeType": block.media_type}
        case Given():
            return block.block
