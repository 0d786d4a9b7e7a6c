"""Notifications before a result: which of them this client asked for, and how they are written."""

from collections.abc import Iterator, Sequence

from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.notifications import (
    MESSAGE,
    PROGRESS,
    LogLine,
    Notification,
    Progress,
    is_at_least,
)
from gatehouse.edge.mcp.clients import client_of
from gatehouse.edge.mcp.inbound import Inbound
from gatehouse.edge.mcp.render import JsonText, json_text


def notice_texts(inbound: Inbound, notifications: Sequence[Notification]) -> tuple[JsonText, ...]:
    """Return the notifications that the request asked for, as messages, in order."""
    if not notifications:
        return ()
    return tuple(json_text(document) for document in _documents(inbound, notifications))


def _documents(inbound: Inbound, notifications: Sequence[Notification]) -> Iterator[JsonObject]:
    token = inbound.message.meta.get("progressToken")
    wanted = client_of(inbound).log_level
    reached = float("-inf")
    for said in notifications:
        if isinstance(said, LogLine):
            if wanted is not None and is_at_least(said.level, wanted):
                yield _message(MESSAGE, _log_params(said))
        elif _is_token(token) and said.progress > reached:
            # Progress that does not rise is none (MCP, Progress, Progress Flow).
            reached = said.progress
            yield _message(PROGRESS, {"progressToken": token, **_progress_params(said)})


def _is_token(token: JsonValue) -> bool:
    return isinstance(token, str) or (isinstance(token, int) and not isinstance(token, bool))


def _message(method: str, params: JsonObject) -> JsonObject:
    return {"jsonrpc": "2.0", "method": method, "params": params}


def _log_params(said: LogLine) -> JsonObject:
    logger: JsonObject = {} if said.logger is None else {"logger": said.logger}
    return {"level": said.level, **logger, "data": said.data}


def _progress_params(said: Progress) -> JsonObject:
    params = {"progress": said.progress, "total": said.total, "message": said.message}
    return {name: value for name, value in params.items() if value is not None}
