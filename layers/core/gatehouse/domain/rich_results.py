"""A whole MCP result from an ordinary HTTP API: `application/vnd.mcp.result+json`, read strictly.

Such an answer says one of three things: here is the result, ask the client this first, or the
client has to be able to do that. Nothing in it is taken on trust: it goes to a model's client, so
every member is one that MCP has there, and all of it is bounded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from gatehouse.domain.calls import UpstreamAnswer
from gatehouse.domain.content_blocks import block_errors
from gatehouse.domain.errors import FieldError
from gatehouse.domain.input_requests import InputRequests, read_requests, request_errors
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.media_types import content_type
from gatehouse.domain.notifications import Notification, notification_errors, read_notification
from gatehouse.domain.sanitizing import cleaned
from gatehouse.domain.strict_json import InvalidJson, parse

MEDIA_TYPE: Final = "application/vnd.mcp.result+json"
MAX_BLOCKS: Final = 256
MAX_NOTIFICATIONS: Final = 256
MAX_CAPABILITIES: Final = 16
_COMMON: Final = frozenset({"notifications"})
_MEMBERS: Final[Mapping[str, frozenset[str]]] = {
    "content": _COMMON | {"content", "structuredContent", "isError"},
    "inputRequests": _COMMON | {"inputRequests", "state"},
    "requiredCapabilities": _COMMON | {"requiredCapabilities"},
}
"""By the member that says which of the three an answer is: all that it may have."""

Errors: TypeAlias = Iterator[FieldError]


class InvalidRichResult(ValueError):
    """The answer is not of this format; `str(error)` says where, for the tool's owner."""


@dataclass(frozen=True, slots=True)
class Structured:
    """A JSON value; wrapped, because `null` is one too."""

    value: JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The result: content blocks as they go to the client."""

    content: tuple[JsonObject, ...]
    structured: Structured | None = None
    is_error: bool = False
    is_sanitized: bool = False
    notifications: tuple[Notification, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the client is to be asked first; `state` comes back with its answers."""

    requests: InputRequests
    state: JsonValue = field(default=None, repr=False)
    notifications: tuple[Notification, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demanding:
    """What a client has to be able to do before it is worth calling again."""

    capabilities: JsonObject


RichResult: TypeAlias = Finished | Asking | Demanding


def is_rich(answer: UpstreamAnswer) -> bool:
    """Say whether an answer claims to be of this format."""
    media_type, _ = content_type(answer.content_type)
    return media_type == MEDIA_TYPE and 200 <= answer.status <= 299  # noqa: PLR2004


def is_interim(answer: UpstreamAnswer) -> bool:
    """Say whether an answer is no result yet, so that the call has to be made again."""
    if not is_rich(answer) or answer.truncated:
        return False
    try:
        return not isinstance(read(answer.body), Finished)
    except InvalidRichResult:
        return False


def read(body: bytes) -> RichResult:
    """Read an answer's body; raise `InvalidRichResult` for everything that is not one."""
    try:
        document = parse(body)
    except InvalidJson as error:
        raise InvalidRichResult(str(error)) from error
    if not isinstance(document, Mapping):
        raise InvalidRichResult("The body is not an object")
    said, document = document, _shown(document)
    if problem := next(_errors(document), None):
        raise InvalidRichResult(f"{problem.field} {problem.message}")
    notifications = tuple(map(read_notification, _items(document.get("notifications", []))))
    if "inputRequests" in document:
        requests = read_requests(document["inputRequests"])
        return Asking(requests=requests, state=document.get("state"), notifications=notifications)
    if "requiredCapabilities" in document:
        return Demanding(capabilities=_object(document["requiredCapabilities"]))
    structured = "structuredContent" in document
    return Finished(
        content=tuple(map(_object, _items(document["content"]))),
        structured=Structured(document["structuredContent"]) if structured else None,
        is_error=document.get("isError") is True,
        is_sanitized=document != said,
        notifications=notifications,
    )


def _shown(document: JsonObject) -> JsonObject:
    """Return the answer without what nobody would see; its own state comes back as it is."""
    return {name: item if name == "state" else cleaned(item) for name, item in document.items()}


def _errors(document: JsonObject) -> Errors:
    kinds = [name for name in _MEMBERS if name in document]
    if len(kinds) != 1:
        yield FieldError("The body", f"must have exactly one of {', '.join(_MEMBERS)}")
        return
    for name in sorted(document.keys() - _MEMBERS[kinds[0]]):
        yield FieldError(name[:64], f"is no member of an answer with {kinds[0]}")
    if "notifications" in document:
        yield from _list_errors(document, "notifications", MAX_NOTIFICATIONS)
        for index, item in enumerate(_items(document["notifications"])):
            yield from notification_errors(item, f"notifications.{index}")
    yield from _CHECKS[kinds[0]](document)


def _content_errors(document: JsonObject) -> Errors:
    yield from _list_errors(document, "content", MAX_BLOCKS)
    for index, block in enumerate(_items(document["content"])):
        yield from block_errors(block, f"content.{index}")
    if not isinstance(document.get("isError", False), bool):
        yield FieldError("isError", "must be true or false")


def _asking_errors(document: JsonObject) -> Errors:
    return request_errors(document["inputRequests"], "inputRequests")


def _demand_errors(document: JsonObject) -> Errors:
    demanded = document["requiredCapabilities"]
    if not isinstance(demanded, Mapping) or not 1 <= len(demanded) <= MAX_CAPABILITIES:
        yield FieldError(
            "requiredCapabilities", f"must be an object of 1 to {MAX_CAPABILITIES} capabilities"
        )
    elif not all(isinstance(finer, Mapping) for finer in demanded.values()):
        yield FieldError("requiredCapabilities", "must hold objects")


_CHECKS: Final = {
    "content": _content_errors,
    "inputRequests": _asking_errors,
    "requiredCapabilities": _demand_errors,
}


def _list_errors(document: JsonObject, name: str, limit: int) -> Errors:
    value = document[name]
    if not isinstance(value, list) or len(value) > limit:
        yield FieldError(name, f"must be a list of at most {limit}")


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, Mapping) else {}
