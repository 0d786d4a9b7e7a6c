"""What a tool or a prompt may ask of the client before it answers (MCP 2026-07-28, SEP-2322).

A question has a key; the client answers it under the same key in the next round. Three methods
exist: a form or a link for the user, a completion by the client's model, and its roots.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from gatehouse.domain.content_blocks import block_errors
from gatehouse.domain.errors import FieldError, InvalidRequest
from gatehouse.domain.json_values import JsonObject, JsonValue

MAX_REQUESTS: Final = 16
MAX_KEY: Final = 128
MAX_BYTES: Final = 64 * 1024
"""Of all questions together as JSON; the client sends them back sealed in the next round."""
ELICITATION: Final = "elicitation/create"
SAMPLING: Final = "sampling/createMessage"
ROOTS: Final = "roots/list"
_PRIMITIVES: Final = ("string", "number", "integer", "boolean", "array")
_TOOL_BLOCKS: Final = ("tool_use", "tool_result")
_ROLES: Final = ("user", "assistant")

Errors: TypeAlias = Iterator[FieldError]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRequest:
    """One question."""

    method: str
    params: JsonObject = field(repr=False)

    @property
    def document(self) -> JsonObject:
        """The question as the client gets it."""
        return {"method": self.method, "params": self.params}

    @property
    def capability(self) -> JsonObject:
        """What a client must have declared to be asked this."""
        if self.method == ELICITATION:
            return {"elicitation": {str(self.params.get("mode", "form")): {}}}
        if self.method == SAMPLING and {"tools", "toolChoice"} & self.params.keys():
            return {"sampling": {"tools": {}}}
        return {"sampling" if self.method == SAMPLING else "roots": {}}


class MissingCapabilities(InvalidRequest):
    """The client did not declare what it needs to be able to do; `required` says what."""

    def __init__(self, required: JsonObject) -> None:
        names = ", ".join(sorted(required))
        super().__init__(f"This needs client capabilities that were not declared: {names}")
        self.required = required


class CannotAsk(InvalidRequest):
    """The client's protocol version has no way to be asked for input in this exchange."""

    def __init__(self) -> None:
        super().__init__("The user has to be asked, which this protocol version cannot do here")


InputRequests: TypeAlias = "Mapping[str, InputRequest]"
"""Questions by key, in the order in which they were asked."""


def requests_document(requests: InputRequests) -> JsonObject:
    """Write questions as a result's `inputRequests`."""
    return {key: request.document for key, request in requests.items()}


def read_requests(document: JsonValue) -> InputRequests:
    """Read questions that `request_errors` finds nothing wrong with."""
    if not isinstance(document, Mapping):
        raise TypeError("not questions")
    return {key: _read_request(value) for key, value in document.items()}


def _read_request(value: JsonValue) -> InputRequest:
    if not isinstance(value, Mapping):
        raise TypeError("not a question")
    params = value.get("params", {})
    if not isinstance(params, Mapping):
        raise TypeError("not a question")
    return InputRequest(method=str(value["method"]), params=params)


def undeclared(required: JsonObject, declared: JsonObject) -> JsonObject:
    """Return the capabilities of `required` that a client did not declare, in the same shape."""
    lacking: dict[str, JsonValue] = {}
    for name, finer in required.items():
        own = declared.get(name)
        if not isinstance(own, Mapping):
            lacking[name] = finer
        elif isinstance(finer, Mapping) and (missing := undeclared(finer, own)):
            lacking[name] = missing
    return lacking


def unanswerable(requests: InputRequests, declared: JsonObject) -> JsonObject:
    """Return the capabilities that a client lacks to answer `requests`."""
    if declared.get("elicitation") == {}:  # the older way to say that forms can be shown
        declared = {**declared, "elicitation": {"form": {}}}
    lacking: dict[str, JsonValue] = {}
    for request in requests.values():
        lacking |= undeclared(request.capability, declared)
    return lacking


def request_errors(document: JsonValue, where: str) -> Errors:
    """Yield what is wrong with questions by key; `where` is the field they stand in."""
    if not isinstance(document, Mapping) or not 1 <= len(document) <= MAX_REQUESTS:
        yield FieldError(where, f"must be an object of 1 to {MAX_REQUESTS} requests")
        return
    if len(json.dumps(document)) > MAX_BYTES:
        yield FieldError(where, f"must be at most {MAX_BYTES} bytes of JSON")
        return
    for key, value in document.items():
        at = f"{where}.{key[:MAX_KEY]}"
        if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
            yield FieldError(at, f"must have a key of 1 to {MAX_KEY} printable characters")
        yield from _request_errors(value, at)


def _request_errors(value: JsonValue, where: str) -> Errors:
    if not isinstance(value, Mapping) or not value.keys() <= {"method", "params"}:
        yield FieldError(where, "must be an object of method and params")
        return
    method, params = value.get("method"), value.get("params", {})
    check = _PARAMS.get(method) if isinstance(method, str) else None
    if check is None:
        yield FieldError(f"{where}.method", f"must be one of {', '.join(_PARAMS)}")
    elif not isinstance(params, Mapping):
        yield FieldError(f"{where}.params", "must be an object")
    else:
        yield from check(params, f"{where}.params")


def _elicitation_errors(params: JsonObject, where: str) -> Errors:
    if not isinstance(params.get("message"), str):
        yield FieldError(f"{where}.message", "must be text")
    mode = params.get("mode", "form")
    if mode == "url":
        yield from _unknown(params, where, "mode message url")
        url = params.get("url")
        if not isinstance(url, str) or not url.startswith("https://"):
            yield FieldError(f"{where}.url", "must be an https URL")
    elif mode == "form":
        yield from _unknown(params, where, "mode message requestedSchema")
        yield from _form_errors(params.get("requestedSchema"), f"{where}.requestedSchema")
    else:
        yield FieldError(f"{where}.mode", "must be form or url")


def _form_errors(schema: JsonValue, where: str) -> Errors:
    """Yield what is wrong with a form: an object of primitive fields, without nesting."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        yield FieldError(where, 'must be a schema with "type": "object"')
    elif not isinstance(properties, Mapping):
        yield FieldError(f"{where}.properties", "must be an object")
    else:
        yield from _unknown(schema, where, "$schema type properties required")
        for name, field_schema in properties.items():
            kind = field_schema.get("type") if isinstance(field_schema, Mapping) else None
            if kind not in _PRIMITIVES:
                yield FieldError(f"{where}.properties.{name[:MAX_KEY]}", "must be a simple field")


def _sampling_errors(params: JsonObject, where: str) -> Errors:
    known = (
        "messages maxTokens modelPreferences systemPrompt includeContext temperature "
        "stopSequences metadata tools toolChoice"
    )
    yield from _unknown(params, where, known)
    most = params.get("maxTokens")
    if type(most) is not int or most < 1:
        yield FieldError(f"{where}.maxTokens", "must be a positive whole number")
    messages = params.get("messages")
    if not isinstance(messages, list | tuple) or not messages:
        yield FieldError(f"{where}.messages", "must be a list of messages")
        return
    for index, message in enumerate(messages):
        yield from _message_errors(message, f"{where}.messages.{index}")


def _message_errors(message: JsonValue, where: str) -> Errors:
    if not isinstance(message, Mapping) or message.get("role") not in _ROLES:
        yield FieldError(where, "must be an object with the role user or assistant")
        return
    yield from _unknown(message, where, "role content _meta")
    content = message.get("content")
    for block in content if isinstance(content, list | tuple) else [content]:
        if not isinstance(block, Mapping) or block.get("type") not in _TOOL_BLOCKS:
            yield from block_errors(block, f"{where}.content")


def _roots_errors(params: JsonObject, where: str) -> Errors:
    return _unknown(params, where, "")


def _unknown(value: JsonObject, where: str, known: str) -> Errors:
    for name in sorted(value.keys() - set(known.split())):
        yield FieldError(f"{where}.{name[:MAX_KEY]}", "is no member of this")


_PARAMS: Final[Mapping[str, Callable[[JsonObject, str], Errors]]] = {
    ELICITATION: _elicitation_errors,
    SAMPLING: _sampling_errors,
    ROOTS: _roots_errors,
}
