"""Whole MCP results from upstreams: what is read, and that nothing else is."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.calls import UpstreamAnswer
from gatehouse.domain.input_requests import InputRequest
from gatehouse.domain.notifications import LEVELS, LogLine, Progress, is_at_least
from gatehouse.domain.rich_results import (
    MAX_BLOCKS,
    MAX_NOTIFICATIONS,
    MEDIA_TYPE,
    Asking,
    Demanding,
    Finished,
    InvalidRichResult,
    Structured,
    is_interim,
    is_rich,
    read,
)

TEXT: Any = {"type": "text", "text": "hi", "annotations": {"audience": ["user"], "priority": 0.5}}
PROGRESS: Any = {"method": "notifications/progress", "params": {"progress": 1, "total": 3}}
MESSAGE: Any = {"method": "notifications/message", "params": {"level": "info", "data": [1]}}
ROOTS: Any = {"roots": {"method": "roots/list", "params": {}}}


def body(document: Any) -> bytes:
    return json.dumps(document).encode()


def notified(notification: Any) -> Any:
    return {"content": [TEXT], "notifications": [notification]}


def progress(**params: Any) -> Any:
    return {"method": "notifications/progress", "params": {"progress": 1, **params}}


def message(**params: Any) -> Any:
    return {"method": "notifications/message", "params": {"level": "info", "data": 1, **params}}


def test_a_result_is_read_whole() -> None:
    link: Any = {"type": "resource_link", "uri": "file:///a", "name": "a"}
    document = {
        "content": [TEXT, link],
        "structuredContent": {"a": [1, None]},
        "isError": True,
        "notifications": [
            {**PROGRESS, "params": {**PROGRESS["params"], "message": "one of three"}},
            {**MESSAGE, "params": {**MESSAGE["params"], "logger": "db"}},
        ],
    }
    assert read(body(document)) == Finished(
        content=(TEXT, link),
        structured=Structured({"a": [1, None]}),
        is_error=True,
        notifications=(
            Progress(progress=1, total=3, message="one of three"),
            LogLine(level="info", data=[1], logger="db"),
        ),
    )


def test_a_result_may_be_small_and_its_structured_content_null() -> None:
    assert read(b'{"content":[]}') == Finished(content=())
    nothing = read(b'{"content":[],"structuredContent":null}')
    assert nothing == Finished(content=(), structured=Structured(None))


def test_questions_are_read_with_the_state_that_belongs_to_them() -> None:
    document = {"inputRequests": ROOTS, "state": {"round": 1}, "notifications": [PROGRESS]}
    assert read(body(document)) == Asking(
        requests={"roots": InputRequest(method="roots/list", params={})},
        state={"round": 1},
        notifications=(Progress(progress=1, total=3),),
    )


def test_a_demand_is_read() -> None:
    demand: Any = {"requiredCapabilities": {"sampling": {"tools": {}}}}
    assert read(body(demand)) == Demanding(capabilities={"sampling": {"tools": {}}})


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ([], "The body"),
        ("x", "The body"),
        ({}, "The body"),
        ({"structuredContent": {}}, "The body"),
        ({"isError": True}, "The body"),
        ({"notifications": []}, "The body"),
        ({"content": [], "inputRequests": ROOTS}, "The body"),
        ({"content": [], "requiredCapabilities": {"sampling": {}}}, "The body"),
        ({"content": [TEXT], "extra": 1}, "extra"),
        ({"content": [TEXT], "_meta": {}}, "_meta"),
        ({"content": [TEXT], "resultType": "complete"}, "resultType"),
        ({"content": [TEXT], "state": 1}, "state"),
        ({"inputRequests": ROOTS, "isError": False}, "isError"),
        ({"inputRequests": ROOTS, "requestState": "x"}, "requestState"),
        ({"requiredCapabilities": {"roots": {}}, "state": 1}, "state"),
        ({"content": {}}, "content"),
        ({"content": None}, "content"),
        ({"content": [TEXT] * (MAX_BLOCKS + 1)}, "content"),
        ({"content": ["hi"]}, "content.0"),
        ({"content": [TEXT, {"type": "video"}]}, "content.1.type"),
        ({"content": [{**TEXT, "html": "<b>"}]}, "content.0.html"),
        ({"content": [{"type": "image", "data": "%", "mimeType": "image/png"}]}, "content.0.data"),
        ({"content": [], "isError": "no"}, "isError"),
        ({"content": [], "isError": None}, "isError"),
        ({"content": [], "notifications": {}}, "notifications"),
        ({"content": [], "notifications": [PROGRESS] * (MAX_NOTIFICATIONS + 1)}, "notifications"),
        (notified("x"), "notifications.0"),
        (notified({**PROGRESS, "jsonrpc": "2.0"}), "notifications.0"),
        (notified({**PROGRESS, "id": 1}), "notifications.0"),
        (notified({"method": "notifications/progress"}), "notifications.0"),
        (notified({**PROGRESS, "params": []}), "notifications.0.params"),
        (notified({**PROGRESS, "method": "sampling/createMessage"}), "notifications.0.method"),
        (notified({**PROGRESS, "method": ["notifications/progress"]}), "notifications.0.method"),
        (notified(progress(progressToken="t")), "notifications.0.params.progressToken"),
        (notified(progress(progress="1")), "notifications.0.params.progress"),
        (notified(progress(progress=True)), "notifications.0.params.progress"),
        (notified(progress(progress=None)), "notifications.0.params.progress"),
        (notified(progress(total="3")), "notifications.0.params.total"),
        (notified(progress(message=1)), "notifications.0.params.message"),
        (notified(progress(message="x" * 2001)), "notifications.0.params.message"),
        (notified(message(level="verbose")), "notifications.0.params.level"),
        (notified(message(level=["info"])), "notifications.0.params.level"),
        (notified(message(logger=1)), "notifications.0.params.logger"),
        (notified(message(logger="x" * 257)), "notifications.0.params.logger"),
        (notified(message(extra=1)), "notifications.0.params.extra"),
        (
            notified({"method": "notifications/message", "params": {"level": "info"}}),
            "notifications.0.params.data",
        ),
        ({"inputRequests": {}}, "inputRequests"),
        ({"inputRequests": {"a": {"method": "tools/call"}}}, "inputRequests.a.method"),
        ({"requiredCapabilities": {}}, "requiredCapabilities"),
        ({"requiredCapabilities": []}, "requiredCapabilities"),
        ({"requiredCapabilities": {"sampling": True}}, "requiredCapabilities"),
        ({"requiredCapabilities": {str(n): {} for n in range(17)}}, "requiredCapabilities"),
    ],
)
def test_what_is_not_of_the_format_is_refused_by_its_place(document: Any, where: str) -> None:
    with pytest.raises(InvalidRichResult) as refusal:
        read(body(document))
    assert str(refusal.value).startswith(f"{where} ")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"content":[],"content":[]}',
        b'{"content":[],"structuredContent":NaN}',
        b'\xef\xbb\xbf{"content":[]}',
        b'{"content":[],"structuredContent":' + b"[" * 70 + b"]" * 70 + b"}",
        b'{"content":[{"type":"text","text":"\\ud800"}]}',
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidRichResult):
        read(data)


MEMBERS = (
    *("content", "type", "text", "notifications", "method", "params", "level", "data"),
    *("inputRequests", "requiredCapabilities", "state", "isError", "progress"),
)
pieces = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["text", "info", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                MEMBERS,
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(pieces | st.fixed_dictionaries({"content": pieces}, optional={"notifications": pieces}))
def test_noise_is_read_or_refused_and_nothing_else(document: Any) -> None:
    with contextlib.suppress(InvalidRichResult):
        assert isinstance(read(body(document)), Finished | Asking | Demanding)


def answer(document: Any, **changes: Any) -> UpstreamAnswer:
    fields: dict[str, Any] = {"status": 200, "content_type": MEDIA_TYPE, "body": body(document)}
    return UpstreamAnswer(**{**fields, **changes})


@pytest.mark.parametrize(
    ("content_type", "status", "rich"),
    [
        (MEDIA_TYPE, 200, True),
        (f"{MEDIA_TYPE}; charset=utf-8", 201, True),
        (MEDIA_TYPE.upper(), 200, True),
        (MEDIA_TYPE, 400, False),
        ("application/json", 200, False),
        (f"x{MEDIA_TYPE}", 200, False),
    ],
)
def test_the_format_is_known_by_its_media_type(
    content_type: str, status: int, *, rich: bool
) -> None:
    assert is_rich(answer({}, content_type=content_type, status=status)) is rich


def test_only_a_question_or_a_demand_is_no_result_yet() -> None:
    asking = {"inputRequests": ROOTS}
    assert is_interim(answer(asking))
    assert is_interim(answer({"requiredCapabilities": {"roots": {}}}))
    assert not is_interim(answer({"content": []}))
    assert not is_interim(answer({"inputRequests": {}}))
    assert not is_interim(answer(asking, content_type="application/json"))
    assert not is_interim(answer(asking, truncated=True))
    assert not is_interim(answer(asking, status=500))


@given(st.sampled_from(LEVELS), st.sampled_from(LEVELS))
def test_levels_are_ordered_by_severity(level: str, wanted: str) -> None:
    assert is_at_least(level, wanted) or is_at_least(wanted, level)
    assert is_at_least("emergency", level)
    assert is_at_least(level, "debug")


def test_an_error_is_worse_than_a_warning() -> None:
    assert is_at_least("error", "warning")
    assert not is_at_least("warning", "error")
