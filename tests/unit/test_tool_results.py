"""What an upstream's answer says to a model."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.calls import Dispatched, Outcome, UpstreamAnswer
from gatehouse.domain.input_requests import InputRequest
from gatehouse.domain.json_values import JsonValue
from gatehouse.domain.notifications import Progress
from gatehouse.domain.rich_results import MEDIA_TYPE, Asking, Structured
from gatehouse.domain.sanitizing import cleaned
from gatehouse.domain.tool_results import (
    CUT,
    MAX_EXCERPT_BYTES,
    Blob,
    Given,
    Media,
    Text,
    ToolResult,
    made,
)


def tool_result(dispatched: Dispatched, **options: Any) -> ToolResult:
    result = made(dispatched, **options)
    assert isinstance(result, ToolResult)
    return result


def result_of(
    body: bytes,
    content_type: str = "application/json",
    *,
    status: int = 200,
    truncated: bool = False,
) -> ToolResult:
    answer = UpstreamAnswer(
        status=status, content_type=content_type, body=body, truncated=truncated
    )
    return tool_result(Dispatched(outcome=Outcome.SUCCEEDED, duration_ms=1, answer=answer))


def error_text(result: ToolResult) -> str:
    [block] = result.content
    assert isinstance(block, Text)
    assert result.is_error
    assert result.structured is None
    return block.text


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1.0}', {"a": 1.0}),
        (b"[1,2]", [1, 2]),
        (b'"x"', "x"),
        (b"null", None),
        (b"9007199254740993", 9007199254740993),
    ],
)
def test_json_is_structured_and_text_as_it_came(body: bytes, value: JsonValue) -> None:
    assert result_of(body) == ToolResult(
        content=(Text(body.decode()),), structured=Structured(value)
    )


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/hal+json"]
)
def test_json_is_recognized_by_its_media_type(content_type: str) -> None:
    assert result_of(b"{}", content_type).structured == Structured({})


def test_a_byte_order_mark_before_json_is_ignored() -> None:
    assert result_of(b"\xef\xbb\xbf{}").structured == Structured({})


@pytest.mark.parametrize(
    "body", [b"{", b"<html>", b'{"a":1,"a":2}', b"NaN", b"\xff", b"[" * 100 + b"]" * 100]
)
def test_what_only_says_it_is_json_is_an_error(body: bytes) -> None:
    text = error_text(result_of(body))
    assert text.startswith("The upstream's answer is not acceptable JSON")


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("grüß".encode(), "text/plain", "grüß"),
        ("grüß".encode("latin-1"), "text/plain; charset=ISO-8859-1", "grüß"),
        ("grüß".encode("utf-16"), 'text/plain; charset="utf-16"', "grüß"),
        (b"\xff", "text/plain", "\ufffd"),
        (b"a", "text/plain; charset=no-such", "a"),
        (b"a", "text/plain; charset=idna", "a"),
        (b"a", "text/plain; charset=a\0b", "a"),
        (b"<p>", "text/html", "<p>"),
        (b"<a/>", "application/xml", "<a/>"),
        (b"<svg/>", "image/svg+xml", "<svg/>"),
    ],
)
def test_text_is_text_in_its_charset(body: bytes, content_type: str, text: str) -> None:
    assert result_of(body, content_type) == ToolResult(content=(Text(text),))


@pytest.mark.parametrize("content_type", ["application/pdf", "application/octet-stream", ""])
def test_other_content_is_an_embedded_resource(content_type: str) -> None:
    expected = Blob(content_type or "application/octet-stream", b"\0\1")
    assert result_of(b"\0\1", content_type) == ToolResult(content=(expected,))


def test_an_empty_answer_says_so() -> None:
    assert result_of(b"", "", status=204) == ToolResult(content=(Text("(no content)"),))


@pytest.mark.parametrize("status", [100, 199, 300, 301, 304, 404, 429, 500, 599])
def test_a_status_outside_2xx_is_an_error_with_an_excerpt(status: int) -> None:
    text = error_text(result_of(b'{"detail":"no"}', status=status))
    assert text == f'The upstream answered with HTTP status {status}:\n{{"detail":"no"}}'


def test_an_errors_excerpt_is_bounded() -> None:
    text = error_text(result_of(b"x" * 100_000, "text/plain", status=500))
    assert text.endswith(":\n" + "x" * MAX_EXCERPT_BYTES)
    assert "(cut)" in text


def test_an_error_without_text_is_told_by_its_status_alone() -> None:
    text = error_text(result_of(b"\0", "image/png", status=500))
    assert text == "The upstream answered with HTTP status 500"


def test_what_was_cut_is_text_and_says_so() -> None:
    notes = {"gatehouse/truncated": True}
    cut = result_of(b'{"a":', truncated=True)
    assert cut == ToolResult(content=(Text('{"a":'),), notes=notes)
    half = result_of("é".encode()[:1], "text/plain", truncated=True)
    assert half == ToolResult(content=(Text(""),), notes=notes)
    assert result_of(b"abc", "text/plain", truncated=True) == ToolResult(
        content=(Text("abc"),), notes={"gatehouse/truncated": True}
    )


def test_without_an_answer_dispatch_says_what_happened() -> None:
    dispatched = Dispatched(outcome=Outcome.FAILED, duration_ms=1, error="No such host")
    assert error_text(tool_result(dispatched)) == "No such host"


def test_a_repeated_answer_says_whose_it_is() -> None:
    answer = UpstreamAnswer(status=200, content_type="application/json", body=b"{}")
    dispatched = Dispatched(
        outcome=Outcome.REPEATED, duration_ms=1, answer=answer, repeated_of="r0"
    )
    assert tool_result(dispatched).notes == {"gatehouse/repeatedOf": "r0"}


def conforming(
    body: bytes, content_type: str = "application/json", *, status: int = 200
) -> ToolResult:
    answer = UpstreamAnswer(status=status, content_type=content_type, body=body)
    dispatched = Dispatched(outcome=Outcome.SUCCEEDED, duration_ms=1, answer=answer)
    return tool_result(
        dispatched, conforms=lambda v: () if v == {"ok": 1} else ("answer lacks 'ok'",)
    )


def test_a_cut_answer_never_passes_as_declared_output() -> None:
    for body in (b'{"ok":1}', b'{"ok":'):
        answer = UpstreamAnswer(
            status=200, content_type="application/json", body=body, truncated=True
        )
        dispatched = Dispatched(outcome=Outcome.SUCCEEDED, duration_ms=1, answer=answer)
        result = tool_result(dispatched, conforms=lambda _: ())
        assert error_text(result) == CUT
        assert result.notes == {"gatehouse/truncated": True}


HIDING = "a\u200b\U000e0041\u202eb\x1b[31m\x07c"


@pytest.mark.parametrize("status", [200, 500])
def test_what_nobody_would_see_is_taken_out_of_text_and_said(status: int) -> None:
    result = result_of(HIDING.encode(), "text/plain", status=status)
    [block] = result.content
    assert isinstance(block, Text)
    assert block.text.endswith("abc")
    assert result.notes == {"gatehouse/sanitized": True}
    assert "gatehouse/sanitized" not in result_of(b"abc", "text/plain", status=status).notes


def test_json_hides_nothing_either_and_both_its_forms_agree() -> None:
    body = json.dumps({"name\u200b": [HIDING, {"deep": HIDING}], "n": 1}).encode()
    result = result_of(body)
    shown: dict[str, JsonValue] = {"name": ["abc", {"deep": "abc"}], "n": 1}
    assert result.structured == Structured(shown)
    [block] = result.content
    assert isinstance(block, Text)
    assert json.loads(block.text) == shown
    assert result.notes == {"gatehouse/sanitized": True}


@given(
    st.recursive(
        st.text("ab\\ \x1b\u200b\x00\n\tü") | st.integers() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text("k\\\u200b\x7f"), inner),
        max_leaves=6,
    ),
    st.booleans(),
)
def test_nothing_is_left_in_json_that_nobody_would_see(value: Any, is_escaped: bool) -> None:  # noqa: FBT001
    result = result_of(json.dumps(value, ensure_ascii=is_escaped).encode())
    assert result.structured == Structured(cleaned(value))
    assert result.is_sanitized == (cleaned(value) != value)


def test_a_rich_result_hides_nothing_and_its_state_is_not_touched() -> None:
    block = {"type": "text", "text": HIDING}
    result = result_of(json.dumps({"content": [block]}).encode(), MEDIA_TYPE)
    assert result.content == (Given({"type": "text", "text": "abc"}),)
    assert result.notes == {"gatehouse/sanitized": True}
    question = {"method": "elicitation/create", "params": {"message": HIDING, "mode": "form",
                "requestedSchema": {"type": "object", "properties": {}}}}  # fmt: skip
    asking = {"inputRequests": {"q": question}, "state": HIDING}
    answer = UpstreamAnswer(status=200, content_type=MEDIA_TYPE, body=json.dumps(asking).encode())
    said = made(Dispatched(outcome=Outcome.SUCCEEDED, duration_ms=1, answer=answer))
    assert isinstance(said, Asking)
    assert said.state == HIDING
    assert said.requests["q"].params["message"] == "abc"


def test_declared_output_is_checked() -> None:
    assert conforming(b'{"ok":1}').structured == Structured({"ok": 1})
    assert error_text(conforming(b"{}")).endswith("\n- answer lacks 'ok'")
    assert "is not JSON" in error_text(conforming(b"x", "text/plain"))
    assert "is not JSON" in error_text(conforming(b"", status=204))
    assert "status 500" in error_text(conforming(b"{}", status=500))


@pytest.mark.parametrize(
    ("content_type", "kind", "media_type"),
    [
        ("image/png", "image", "image/png"),
        ("Image/PNG; q=1", "image", "image/png"),
        ("audio/wav", "audio", "audio/wav"),
    ],
)
def test_pictures_and_sounds_are_blocks_of_their_own(
    content_type: str, kind: str, media_type: str
) -> None:
    assert result_of(b"\0\1", content_type) == ToolResult(
        content=(Media(kind, media_type, b"\0\1"),)
    )


@pytest.mark.parametrize("content_type", ["image/", "image/p n g", "video/mp4", "imagex/png"])
def test_what_is_no_media_type_of_a_picture_is_bytes(content_type: str) -> None:
    [block] = result_of(b"\0", content_type).content
    assert isinstance(block, Blob)


def test_a_picture_that_was_cut_is_none() -> None:
    text = error_text(result_of(b"\0", "image/png", truncated=True))
    assert text == "The upstream's answer is too large: its image had to be cut"


RICH = "application/vnd.mcp.result+json"


def test_a_whole_result_is_passed_on() -> None:
    body = (
        b'{"content":[{"type":"text","text":"x"}],"structuredContent":7,"isError":true,'
        b'"notifications":[{"method":"notifications/progress","params":{"progress":1}}]}'
    )
    assert result_of(body, RICH) == ToolResult(
        content=(Given({"type": "text", "text": "x"}),),
        structured=Structured(7),
        is_error=True,
        notifications=(Progress(progress=1),),
    )


def test_an_invalid_whole_result_is_an_error_that_names_the_place() -> None:
    text = error_text(result_of(b'{"content":[{"type":"x"}]}', RICH))
    start = "The tool's endpoint answered with an invalid MCP result: content.0.type "
    assert text.startswith(start)
    assert "invalid MCP result" in error_text(result_of(b"<html>", RICH))
    assert "had to be cut" in error_text(result_of(b"{}", RICH, truncated=True))
    assert "status 500" in error_text(result_of(b'{"content":[]}', RICH, status=500))


def test_declared_output_is_demanded_of_whole_results_too() -> None:
    assert "no structuredContent" in error_text(conforming(b'{"content":[]}', RICH))
    wrong = conforming(b'{"content":[],"structuredContent":{}}', RICH)
    assert error_text(wrong).endswith("lacks 'ok'")
    right = conforming(b'{"content":[],"structuredContent":{"ok":1}}', RICH)
    assert right.structured == Structured({"ok": 1})
    failed = conforming(b'{"content":[],"isError":true}', RICH)
    assert (failed.is_error, failed.content) == (True, ())


def test_a_question_is_no_result_whatever_the_output_schema() -> None:
    body = b'{"inputRequests":{"r":{"method":"roots/list"}}}'
    answer = UpstreamAnswer(status=200, content_type=RICH, body=body)
    dispatched = Dispatched(outcome=Outcome.SUCCEEDED, duration_ms=1, answer=answer)
    asking = made(dispatched, conforms=lambda _: ("never",))
    assert asking == Asking(requests={"r": InputRequest(method="roots/list", params={})})
