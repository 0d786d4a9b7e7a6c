"""A line of the log is the one that Powertools would write, to the letter."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.edge.lines import Lines

KEYS = st.dictionaries(
    st.text("abcdefg.", min_size=1), st.none() | st.integers() | st.text() | st.binary()
)


def both(record: logging.LogRecord, kept: dict[str, Any], known: dict[str, Any]) -> list[str]:
    """Return the line as Powertools writes it, and as we do."""
    lines = []
    for formatter in (LambdaPowertoolsFormatter(), Lines()):
        formatter.append_keys(**kept)
        formatter.thread_safe_clear_keys()
        formatter.thread_safe_append_keys(**known)
        lines.append(formatter.format(record))
    return lines


def record(message: Any, *arguments: Any, extra: dict[str, Any], error: Any = None) -> Any:
    return logging.getLogger("any").makeRecord(
        "any", logging.WARNING, "a/file.py", 7, message, arguments, error, "doing", extra
    )


@given(st.text("abc {}\"'é\n"), KEYS, KEYS, KEYS)
def test_a_line_is_the_one_that_powertools_writes(
    message: str, kept: dict[str, Any], known: dict[str, Any], extra: dict[str, Any]
) -> None:
    expected, written = both(record(f"m{message}", extra=extra), kept, known)
    assert written == expected


@pytest.mark.parametrize("trace", ["Root=1-5bef4de7-ad49;Parent=1;Sampled=0", ""])
def test_the_trace_is_in_the_line(monkeypatch: pytest.MonkeyPatch, trace: str) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", trace)
    expected, written = both(record("request", extra={"status": 200}), {"service": "s"}, {})
    assert written == expected
    assert ("1-5bef4de7-ad49" in written) == bool(trace)


def test_an_error_and_a_message_with_arguments_are_written_as_before() -> None:
    error = (KeyError, KeyError("x"), None)
    for told in (
        record("unexpected", extra={}, error=error),
        record("%s of %s", 1, 2, extra={}),
        record({"a": 1}, extra={}),
    ):
        expected, written = both(told, {"service": "s"}, {"request_id": "r"})
        assert written == expected


@given(KEYS, KEYS, KEYS, st.integers(0, 4_000_000_000_000))
def test_a_line_without_a_record_is_the_same_but_for_its_place(
    kept: dict[str, Any], known: dict[str, Any], extra: dict[str, Any], at_ms: int
) -> None:
    told = record("request", extra=extra)
    told.created, told.msecs = at_ms / 1000, at_ms % 1000
    expected = json.loads(both(told, kept, known)[0])
    lines = Lines()
    lines.append_keys(**kept)
    lines.thread_safe_clear_keys()
    lines.thread_safe_append_keys(**known)
    written = lines.unrecorded("request", '"n":1', level="WARNING", at_ms=at_ms, added=extra)
    del expected["location"]
    assert list(json.loads(written).items()) == [*expected.items(), ("n", 1)]
    assert written.isascii()


def test_what_one_thread_knows_of_its_request_no_other_does() -> None:
    lines = Lines()
    lines.thread_safe_clear_keys()
    lines.thread_safe_append_keys(request_id="r1")
    with ThreadPoolExecutor(1) as threads:
        elsewhere = threads.submit(lines.thread_safe_get_current_keys).result()
    assert (elsewhere, lines.thread_safe_get_current_keys()) == ({}, {"request_id": "r1"})
