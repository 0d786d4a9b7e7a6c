"""What an upstream's answer says to a model: content blocks, structured content, or an error.

The same for every protocol version; what a version cannot carry, its edge leaves out.
"""

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from gatehouse.domain.calls import Dispatched, UpstreamAnswer
from gatehouse.domain.json_values import JsonValue
from gatehouse.domain.strict_json import InvalidJson, parse

MAX_EXCERPT_BYTES: Final = 2048
"""What is shown of an upstream's error."""
_BYTE_ORDER_MARK: Final = codecs.BOM_UTF8
_CHARSETS: Final = frozenset({"utf-8", "ascii", "iso8859-1", "cp1252", "utf-16"})
_TEXTUAL: Final = frozenset(
    {"application/xml", "application/javascript", "application/x-www-form-urlencoded"}
)

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


Block: TypeAlias = Text | Blob


@dataclass(frozen=True, slots=True)
class Structured:
    """A JSON value; wrapped, because `null` is one too."""

    value: JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """The result of one call, for the model; `notes` are for the client's `_meta`."""

    content: tuple[Block, ...]
    structured: Structured | None = None
    is_error: bool = False
    notes: Mapping[str, JsonValue] = field(default_factory=dict)


def refusal(message: str) -> ToolResult:
    """Return an error that the model can act on."""
    return ToolResult(content=(Text(message),), is_error=True)


def tool_result(dispatched: Dispatched, *, conforms: Conforms | None = None) -> ToolResult:
    """Turn what dispatch made of a call into its result.

    `conforms` is there when the tool declares an output schema: then a result without structured
    content, or with content of another shape, is an error.
    """
    if dispatched.answer is None:
        result = refusal(dispatched.error or "The tool call failed")
    else:
        result = _from_answer(dispatched.answer)
        if conforms and not result.is_error:
            result = _conforming(result, conforms)
    return replace(result, notes=_notes(dispatched))


def _notes(dispatched: Dispatched) -> Mapping[str, JsonValue]:
    notes: dict[str, JsonValue] = {}
    if dispatched.repeated_of is not None:
        notes["gatehouse/repeatedOf"] = dispatched.repeated_of
    if dispatched.answer and dispatched.answer.truncated:
        notes["gatehouse/truncated"] = True
    return notes


def _from_answer(answer: UpstreamAnswer) -> ToolResult:
    media_type, charset = _content_type(answer.content_type)
    is_json = media_type == "application/json" or media_type.endswith("+json")
    if not 200 <= answer.status <= 299:  # noqa: PLR2004
        return _upstream_error(answer, charset, is_text=is_json or _is_textual(media_type))
    if not answer.body:
        return ToolResult(content=(Text("(no content)"),))
    if is_json:
        return _from_json(answer)
    if _is_textual(media_type):
        return ToolResult(content=(Text(_decoded(answer.body, charset)),))
    return ToolResult(content=(Blob(media_type or "application/octet-stream", answer.body),))


def _from_json(answer: UpstreamAnswer) -> ToolResult:
    if answer.truncated:
        return refusal("The upstream's answer is too large: its JSON had to be cut")
    # Some servers send a byte order mark, which RFC 8259 section 8.1 lets a reader ignore.
    body = answer.body.removeprefix(_BYTE_ORDER_MARK)
    try:
        value = parse(body)
    except InvalidJson as error:
        return refusal(f"The upstream's answer is not acceptable JSON: {error}")
    return ToolResult(content=(Text(body.decode("utf-8")),), structured=Structured(value))


def _upstream_error(answer: UpstreamAnswer, charset: str, *, is_text: bool) -> ToolResult:
    message = f"The upstream answered with HTTP status {answer.status}"
    if is_text and answer.body:
        excerpt = _decoded(answer.body[:MAX_EXCERPT_BYTES], charset)
        cut = " (cut)" if len(answer.body) > MAX_EXCERPT_BYTES else ""
        message = f"{message}{cut}:\n{excerpt}"
    return refusal(message)


def _conforming(result: ToolResult, conforms: Conforms) -> ToolResult:
    if result.structured is None:
        return refusal("The upstream's answer is not JSON, which the tool's output schema demands")
    if problems := conforms(result.structured.value):
        listed = "\n".join(f"- {problem}" for problem in problems)
        return refusal(f"The upstream's answer does not fit the tool's output schema:\n{listed}")
    return result


def _content_type(header: str) -> tuple[str, str]:
    """Return the media type and the charset, both lower-case (RFC 9110 section 8.3)."""
    media_type, _, parameters = header.partition(";")
    charset = "utf-8"
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return media_type.strip().lower(), charset


def _is_textual(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type.endswith("+xml") or media_type in _TEXTUAL


def _decoded(body: bytes, charset: str) -> str:
    """Read text; an unknown charset counts as UTF-8, and what does not decode is marked."""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        name = "utf-8"
    text = body.decode(name if name in _CHARSETS else "utf-8", "replace")
    return text.removeprefix("\ufeff")
