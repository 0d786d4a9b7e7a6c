"""What an upstream's answer says to a model: content blocks, structured content, or an error.

The same for every protocol version; what a version cannot carry, its edge leaves out. An endpoint
may also answer that the client has to be asked first, or has to be able to do more (see
`rich_results`).
"""

import codecs
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from gatehouse.domain import rich_results
from gatehouse.domain.calls import Dispatched, UpstreamAnswer
from gatehouse.domain.content_blocks import is_media_type
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.media_types import content_type, decoded, is_textual
from gatehouse.domain.notifications import Notification
from gatehouse.domain.rich_results import Asking, Demanding, Finished, Structured
from gatehouse.domain.sanitizing import cleaned, cleaned_text, is_plain
from gatehouse.domain.strict_json import InvalidJson, parse

MAX_EXCERPT_BYTES: Final = 2048
"""What is shown of an upstream's error."""
CUT: Final = (
    "The upstream's answer is too large and had to be cut, but the tool's output schema demands "
    "all of it"
)
_BYTE_ORDER_MARK: Final = codecs.BOM_UTF8

Conforms: TypeAlias = Callable[[JsonValue], tuple[str, ...]]
"""Says what is wrong with a value, by the tool's output schema."""


@dataclass(frozen=True, slots=True)
class Text:
    """A block of text."""

    text: str


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that are neither text nor JSON."""

    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or a sound; `kind` is `image` or `audio`."""

    kind: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Given:
    """A block that the upstream wrote itself, and that has been checked."""

    block: JsonObject = field(repr=False)


Block: TypeAlias = Text | Blob | Media | Given


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """The result of one call, for the model; `notes` are for the client's `_meta`.

    `notifications` are what the upstream had to say before it. `is_sanitized` says that something
    was taken out that nobody would have seen (see `sanitizing`).
    """

    content: tuple[Block, ...]
    structured: Structured | None = None
    is_error: bool = False
    is_sanitized: bool = False
    notes: Mapping[str, JsonValue] = field(default_factory=dict)
    notifications: tuple[Notification, ...] = ()


Made: TypeAlias = ToolResult | Asking | Demanding
"""What a call came to: a result, or what is needed before there can be one."""


def refusal(message: str) -> ToolResult:
    """Return an error that the model can act on."""
    return ToolResult(content=(Text(message),), is_error=True)


def made(dispatched: Dispatched, *, conforms: Conforms | None = None) -> Made:
    """Say what a call came to.

    `conforms` is there when the tool declares an output schema: then a result without structured
    content, or with content of another shape, is an error.
    """
    if dispatched.answer is None:
        result = refusal(dispatched.error or "The tool call failed")
    elif rich_results.is_rich(dispatched.answer):
        rich = _from_rich(dispatched.answer)
        if not isinstance(rich, ToolResult):
            return rich
        result = rich
    else:
        result = _from_answer(dispatched.answer)
    if dispatched.answer and conforms and not result.is_error:
        if dispatched.answer.truncated:
            return replace(refusal(CUT), notes=_notes(dispatched, result))
        result = _conforming(result, conforms)
    notes = _notes(dispatched, result)
    return replace(result, notes=notes) if notes else result


def _notes(dispatched: Dispatched, result: ToolResult) -> Mapping[str, JsonValue]:
    notes: dict[str, JsonValue] = {}
    if dispatched.repeated_of is not None:
        notes["gatehouse/repeatedOf"] = dispatched.repeated_of
    if dispatched.answer and dispatched.answer.truncated:
        notes["gatehouse/truncated"] = True
    if result.is_sanitized:
        notes["gatehouse/sanitized"] = True
    return notes


def _from_answer(answer: UpstreamAnswer) -> ToolResult:
    media_type, charset = content_type(answer.content_type)
    is_json = media_type == "application/json" or media_type.endswith("+json")
    if not 200 <= answer.status <= 299:  # noqa: PLR2004
        return _upstream_error(answer, charset, is_text=is_json or is_textual(media_type))
    if not answer.body:
        return ToolResult(content=(Text("(no content)"),))
    if is_json:
        return _from_json(answer)
    if is_textual(media_type):
        return _text(_decoded(answer, charset))
    kind = media_type.partition("/")[0]
    if kind in {"image", "audio"} and is_media_type(media_type):
        return _media(answer, kind, media_type)
    return ToolResult(content=(Blob(media_type or "application/octet-stream", answer.body),))


def _media(answer: UpstreamAnswer, kind: str, media_type: str) -> ToolResult:
    if answer.truncated:
        return refusal(f"The upstream's answer is too large: its {kind} had to be cut")
    return ToolResult(content=(Media(kind, media_type, answer.body),))


def _from_rich(answer: UpstreamAnswer) -> Made:
    if answer.truncated:
        return refusal("The upstream's answer is too large: its MCP result had to be cut")
    try:
        said = rich_results.read(answer.body)
    except rich_results.InvalidRichResult as error:
        return refusal(f"The tool's endpoint answered with an invalid MCP result: {error}")
    if not isinstance(said, Finished):
        return said
    return ToolResult(
        content=tuple(map(Given, said.content)),
        structured=said.structured,
        is_error=said.is_error,
        is_sanitized=said.is_sanitized,
        notifications=said.notifications,
    )


def _from_json(answer: UpstreamAnswer) -> ToolResult:
    if answer.truncated:
        return _text(_decoded(answer, "utf-8"))  # what was cut is JSON no more
    # Some servers send a byte order mark, which RFC 8259 section 8.1 lets a reader ignore.
    body = answer.body.removeprefix(_BYTE_ORDER_MARK)
    try:
        value = parse(body)
    except InvalidJson as error:
        return refusal(f"The upstream's answer is not acceptable JSON: {error}")
    text = body.decode("utf-8")
    # Where nothing is escaped, each string stands in the text as it is.
    if (is_plain(text) and "\\" not in text) or (shown := cleaned(value)) == value:
        return ToolResult(content=(Text(text),), structured=Structured(value))
    text = json.dumps(shown, ensure_ascii=False)
    return ToolResult(content=(Text(text),), structured=Structured(shown), is_sanitized=True)


def _text(text: str) -> ToolResult:
    shown = cleaned_text(text)
    return ToolResult(content=(Text(shown),), is_sanitized=shown != text)


def _decoded(answer: UpstreamAnswer, charset: str) -> str:
    """Read text; where it was cut, without half a character."""
    text = decoded(answer.body, charset)
    return text.rstrip("\ufffd") if answer.truncated else text


def _upstream_error(answer: UpstreamAnswer, charset: str, *, is_text: bool) -> ToolResult:
    message = f"The upstream answered with HTTP status {answer.status}"
    if is_text and answer.body:
        excerpt = decoded(answer.body[:MAX_EXCERPT_BYTES], charset)
        cut = " (cut)" if len(answer.body) > MAX_EXCERPT_BYTES else ""
        shown = cleaned_text(excerpt)
        error = refusal(f"{message}{cut}:\n{shown}")
        return replace(error, is_sanitized=shown != excerpt)
    return refusal(message)


def _conforming(result: ToolResult, conforms: Conforms) -> ToolResult:
    if result.structured is None:
        return refusal(
            "The upstream's answer is not JSON and has no structuredContent, which the tool's "
            "output schema demands"
        )
    if problems := conforms(result.structured.value):
        listed = "\n".join(f"- {problem}" for problem in problems)
        return refusal(f"The upstream's answer does not fit the tool's output schema:\n{listed}")
    return result
