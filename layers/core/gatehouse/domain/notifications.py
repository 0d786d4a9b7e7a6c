"""What is said to a client while a call is under way: its progress, and lines of a log."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from gatehouse.domain.errors import FieldError
from gatehouse.domain.json_values import JsonObject, JsonValue

PROGRESS: Final = "notifications/progress"
MESSAGE: Final = "notifications/message"
LEVELS: Final = (
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
)
"""Of RFC 5424 section 6.2.1, the least severe first."""
MAX_TEXT: Final = 2000
MAX_LOGGER: Final = 256

Errors: TypeAlias = Iterator[FieldError]
Number: TypeAlias = int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a call is, of `total` where that is known."""

    progress: Number
    total: Number | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line of a log; `data` is any JSON value."""

    level: str
    data: JsonValue = field(repr=False)
    logger: str | None = None


Notification: TypeAlias = Progress | LogLine


def is_at_least(level: str, wanted: str) -> bool:
    """Say whether `level` is as severe as `wanted`, or more."""
    return LEVELS.index(level) >= LEVELS.index(wanted)


def read_notification(document: JsonValue) -> Notification:
    """Read a notification that `notification_errors` finds nothing wrong with."""
    if not isinstance(document, Mapping) or not isinstance(document["params"], Mapping):
        raise TypeError("not a notification")
    params = document["params"]
    if document["method"] == MESSAGE:
        return LogLine(
            level=str(params["level"]), data=params["data"], logger=_text(params.get("logger"))
        )
    return Progress(
        progress=_number(params["progress"]) or 0,
        total=_number(params.get("total")),
        message=_text(params.get("message")),
    )


def notification_errors(document: JsonValue, where: str) -> Errors:
    """Yield what is wrong with a notification as an upstream writes it; `where` it stands."""
    if not isinstance(document, Mapping) or document.keys() != {"method", "params"}:
        yield FieldError(where, "must be an object of method and params")
        return
    params = document["params"]
    if not isinstance(params, Mapping):
        yield FieldError(f"{where}.params", "must be an object")
    elif document["method"] == PROGRESS:
        yield from _progress_errors(params, f"{where}.params")
    elif document["method"] == MESSAGE:
        yield from _message_errors(params, f"{where}.params")
    else:
        yield FieldError(f"{where}.method", f"must be {PROGRESS} or {MESSAGE}")


def _progress_errors(params: JsonObject, where: str) -> Errors:
    yield from _unknown(params, where, "progress total message")
    if _number(params.get("progress")) is None:
        yield FieldError(f"{where}.progress", "must be a number")
    if "total" in params and _number(params["total"]) is None:
        yield FieldError(f"{where}.total", "must be a number")
    yield from _text_errors(params, "message", where, MAX_TEXT)


def _message_errors(params: JsonObject, where: str) -> Errors:
    yield from _unknown(params, where, "level logger data")
    if params.get("level") not in LEVELS:
        yield FieldError(f"{where}.level", f"must be one of {', '.join(LEVELS)}")
    if "data" not in params:
        yield FieldError(f"{where}.data", "is required")
    yield from _text_errors(params, "logger", where, MAX_LOGGER)


def _text_errors(params: JsonObject, name: str, where: str, limit: int) -> Errors:
    text = params.get(name, "")
    if not isinstance(text, str) or len(text) > limit:
        yield FieldError(f"{where}.{name}", f"must be at most {limit} characters")


def _unknown(params: JsonObject, where: str, known: str) -> Errors:
    for name in sorted(params.keys() - set(known.split())):
        yield FieldError(f"{where}.{name[:64]}", "is no member of this")


def _number(value: JsonValue) -> Number | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
