"""MCP's content blocks, as they are written by strangers: what a block may hold.

Text, image, audio, embedded resource and resource link, with annotations (MCP 2026-07-28, Content
Types). A block that passes may be handed to a model's client as it is. Reading is strict: a
member that the block's kind does not have is refused.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from gatehouse.domain.errors import FieldError
from gatehouse.domain.icons import icon_errors
from gatehouse.domain.json_values import JsonObject, JsonValue

MAX_URI: Final = 2048
MAX_WORDS: Final = 2000
"""Characters of a title or a description."""
MAX_SIZE: Final = 2**53 - 1

_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[!$&-;=?-Z_a-z~#\[\]@]|%[0-9A-Fa-f]{2})+")
"""Scheme and the characters of RFC 3986 section 2."""
_TYPE: Final = r"[A-Za-z0-9!#$&^_.+-]{1,127}"
_MEDIA_TYPE: Final = re.compile(rf"{_TYPE}/{_TYPE}( *; *{_TYPE}=({_TYPE}|\"[ !#-\[\]-~]*\"))*")
_DATE_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?)?",
    re.ASCII,
)
_ROLES: Final = ("user", "assistant")

Errors: TypeAlias = Iterator[FieldError]
_Check: TypeAlias = Callable[[JsonValue, str], Errors]


def block_errors(block: JsonValue, field: str) -> Errors:
    """Yield what is wrong with a content block; `field` is where it stands."""
    if not isinstance(block, Mapping):
        yield FieldError(field, "must be an object with type")
        return
    kind = block.get("type")
    shape = _SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None:
        yield FieldError(f"{field}.type", f"must be one of {', '.join(_SHAPES)}")
        return
    yield from _object_errors(block, field, *shape)


def annotation_errors(value: JsonValue, field: str) -> Errors:
    """Yield what is wrong with annotations: for whom, how important, and from when."""
    if not isinstance(value, Mapping):
        yield FieldError(field, "must be an object")
        return
    yield from _object_errors(value, field, {}, _ANNOTATIONS)


def is_uri(value: JsonValue) -> bool:
    """Say whether a value is an absolute URI of ordinary length (RFC 3986)."""
    return isinstance(value, str) and len(value) <= MAX_URI and bool(_URI.fullmatch(value))


def is_media_type(value: JsonValue) -> bool:
    """Say whether a value is a media type, parameters included (RFC 9110 section 8.3.1)."""
    return isinstance(value, str) and len(value) <= 255 and bool(_MEDIA_TYPE.fullmatch(value))  # noqa: PLR2004


def is_base64(value: JsonValue) -> bool:
    """Say whether a value is base64 with its padding (RFC 4648 section 4)."""
    try:
        return isinstance(value, str) and b64decode(value, validate=True) is not None
    except ValueError:
        return False


def _object_errors(
    value: JsonObject, field: str, required: Mapping[str, _Check], optional: Mapping[str, _Check]
) -> Errors:
    for name in required:
        if name not in value:
            yield FieldError(f"{field}.{name}", "is required")
    for name, member in value.items():
        check = required.get(name) or optional.get(name)
        if check is None:
            yield FieldError(f"{field}.{name[:64]}", "is no member of this")
        else:
            yield from check(member, f"{field}.{name}")


def _contents_errors(value: JsonValue, field: str) -> Errors:
    """Yield what is wrong with an embedded resource: it is text or a blob, and says which."""
    if not isinstance(value, Mapping):
        yield FieldError(field, "must be an object with uri")
        return
    if ("text" in value) == ("blob" in value):
        yield FieldError(field, "must have either text or blob")
    optional = {"mimeType": _media_type, "_meta": _object, "text": _text, "blob": _base64}
    yield from _object_errors(value, field, {"uri": _uri}, optional)


def _check(holds: Callable[[JsonValue], bool], otherwise: str) -> _Check:
    def errors(value: JsonValue, field: str) -> Errors:
        if not holds(value):
            yield FieldError(field, otherwise)

    return errors


_text: Final = _check(lambda value: isinstance(value, str), "must be text")
_words: Final = _check(
    lambda value: isinstance(value, str) and 1 <= len(value) <= MAX_WORDS,
    f"must be 1 to {MAX_WORDS} characters",
)
_object: Final = _check(lambda value: isinstance(value, Mapping), "must be an object")
_uri: Final = _check(is_uri, "must be a URI")
_media_type: Final = _check(is_media_type, "must be a media type")
_base64: Final = _check(is_base64, "must be base64")
_size: Final = _check(
    lambda value: type(value) is int and 0 <= value <= MAX_SIZE, "must be a number of bytes"
)
_audience: Final = _check(
    lambda value: isinstance(value, list | tuple) and all(role in _ROLES for role in value),
    "must be a list of user and assistant",
)
_priority: Final = _check(
    lambda value: (
        isinstance(value, int | float)
        and value is not True
        and value is not False
        and 0 <= value <= 1
    ),
    "must be from 0 to 1",
)
_date_time: Final = _check(
    lambda value: isinstance(value, str) and bool(_DATE_TIME.fullmatch(value)),
    "must be a time of ISO 8601",
)
_any: Final = _check(lambda _value: True, "")

_ANNOTATIONS: Final[Mapping[str, _Check]] = {
    "audience": _audience,
    "priority": _priority,
    "lastModified": _date_time,
}
_COMMON: Final[Mapping[str, _Check]] = {"annotations": annotation_errors, "_meta": _object}
_MEDIA: Final[Mapping[str, _Check]] = {"type": _any, "data": _base64, "mimeType": _media_type}
_SHAPES: Final[Mapping[str, tuple[Mapping[str, _Check], Mapping[str, _Check]]]] = {
    "text": ({"type": _any, "text": _text}, _COMMON),
    "image": (_MEDIA, _COMMON),
    "audio": (_MEDIA, _COMMON),
    "resource": ({"type": _any, "resource": _contents_errors}, _COMMON),
    "resource_link": (
        {"type": _any, "uri": _uri, "name": _words},
        {
            "title": _words,
            "description": _words,
            "mimeType": _media_type,
            "size": _size,
            "icons": icon_errors,
            **_COMMON,
        },
    ),
}
"""Required and optional members of each kind of block."""
