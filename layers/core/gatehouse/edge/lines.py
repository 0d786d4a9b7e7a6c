"""How a line of the log is written: as Powertools writes it, at a fifth of its price."""

import json
import logging
import time
from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache
from itertools import islice
from typing import Final

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

_OWN: Final = len(vars(logging.makeLogRecord({})))
"""Attributes that every record has; what a caller adds comes after them."""
_NOT_ADDED: Final = frozenset({"message", "asctime"})
"""What other formatters leave in a record."""
_encode: Final = json.JSONEncoder(
    separators=(",", ":"), check_circular=False, ensure_ascii=False, default=str
).encode
_encode_ascii: Final = json.JSONEncoder(
    separators=(",", ":"), check_circular=False, default=str
).encode
_known: Final[ContextVar[dict[str, object]]] = ContextVar("known")


class Lines(LambdaPowertoolsFormatter):
    """Writes records that tell of no error by itself, and leaves the others to Powertools.

    What is known of a request is kept in one dict for as long as it lasts; Powertools makes a new
    one with each key.
    """

    def thread_safe_append_keys(self, **additional_keys: object) -> None:
        """Add to what is known of the present request."""
        known = _known.get(None)
        if known is None:
            _known.set(additional_keys)
        else:
            known.update(additional_keys)

    def thread_safe_get_current_keys(self) -> dict[str, object]:
        """Return what is known of the present request."""
        return _known.get(None) or {}

    def thread_safe_clear_keys(self) -> None:
        """Begin with another request."""
        self.begin({})

    def begin(self, known: dict[str, object]) -> None:
        """Begin with another request, of which so much is known."""
        _known.set(known)

    def unrecorded(
        self, message: str, members: str, *, level: str, at_ms: int, added: Mapping[str, object]
    ) -> str:
        """Return the line of a record that nobody made, which is half of a line's price.

        It ends with `members`, which are JSON already. It is in ASCII, so that it can be written
        whatever it holds, and without a `location`.
        """
        seconds, ms = divmod(at_ms, 1000)
        timestamp = f"{ms:03d}".join(_around_milliseconds(seconds))
        line = _encode_ascii(self._line(message, level, None, timestamp, added))
        return f"{line[:-1]},{members}}}"

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON, with all that is known of its request."""
        if record.exc_info or record.args or not isinstance(record.msg, str):
            super().thread_safe_clear_keys()
            super().thread_safe_append_keys(**self.thread_safe_get_current_keys())
            return super().format(record)
        location, timestamp = f"{record.funcName}:{record.lineno}", self.formatTime(record)
        extra = islice(vars(record).items(), _OWN, None)
        added = {name: value for name, value in extra if name not in _NOT_ADDED}
        return _encode(self._line(record.msg, record.levelname, location, timestamp, added))

    def _line(
        self,
        message: str,
        level: str,
        location: str | None,
        timestamp: str,
        added: Mapping[str, object],
    ) -> dict[str, object]:
        """Return what a line says, without what there is none of."""
        line = {
            **self.log_format,  # in its order, which puts first what it has no value for
            "level": level,
            "location": location,
            "message": message,
            "timestamp": timestamp,
            **self.thread_safe_get_current_keys(),
            **added,
            "xray_trace_id": self._get_latest_trace_id(),
        }
        return {name: value for name, value in line.items() if value is not None}


@lru_cache(maxsize=4)
def _around_milliseconds(seconds: int) -> tuple[str, str]:
    """Return what stands before and after the milliseconds of a time, as Powertools writes it."""
    here = time.localtime(seconds)
    return time.strftime("%Y-%m-%d %H:%M:%S,", here), time.strftime("%z", here)
