"""Bytes of JSON or YAML to an OpenAPI document, within bounds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from gatehouse.domain import strict_json
from gatehouse.domain.errors import InvalidRequest
from gatehouse.domain.json_values import JsonObject, JsonValue

if TYPE_CHECKING:
    from yaml import CSafeLoader

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_YAML_BYTES: Final = 1024 * 1024
"""YAML takes a hundred times as long to read as JSON."""
MAX_DEPTH: Final = 64
MAX_REFERENCE_HOPS: Final = 16


class InvalidDocument(InvalidRequest):
    """The bytes are no OpenAPI document that can be read; the message says why."""


class BrokenReference(ValueError):
    """A `$ref` leads nowhere, in a circle, or out of the document; `str(error)` says which."""


@dataclass(frozen=True, slots=True)
class Document:
    """An OpenAPI document; `root` holds nothing but JSON."""

    root: JsonObject

    @property
    def is_3_0(self) -> bool:
        """Whether schemas are of OpenAPI 3.0, which are not JSON Schema."""
        return str(self.root["openapi"]).startswith("3.0")

    def resolved(self, value: JsonValue) -> JsonObject:
        """Follow the `$ref` of an object, if it is one; raise `BrokenReference`."""
        for _ in range(MAX_REFERENCE_HOPS):
            found = as_object(value)
            if not isinstance(found.get("$ref"), str):
                return found
            value = self.target(str(found["$ref"]))
        raise BrokenReference("its references lead in a circle")

    def target(self, reference: str) -> JsonValue:
        """Return what a reference points at; raise `BrokenReference` unless it is in here."""
        if not reference.startswith("#/"):
            raise BrokenReference(f"refers outside of the document: {reference[:100]}")
        found: JsonValue = self.root
        for step in reference[2:].split("/"):
            name = pointer_name(step)
            if isinstance(found, Mapping) and name in found:
                found = found[name]
            elif isinstance(found, list) and name.isdecimal() and int(name[:9]) < len(found):
                found = found[int(name[:9])]
            else:
                raise BrokenReference(f"refers to what is not there: {reference[:100]}")
        return found


def pointer_name(step: str) -> str:
    """Decode one step of a JSON pointer in a URL's fragment (RFC 6901 section 6)."""
    from urllib.parse import unquote  # noqa: PLC0415

    return unquote(step).replace("~1", "/").replace("~0", "~")


def as_object(value: JsonValue) -> JsonObject:
    """Return an object as it is, and anything else as an empty one."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: JsonValue) -> list[JsonValue]:
    """Return an array as it is, and anything else as an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: JsonValue) -> str:
    """Return a string as it is, and anything else as an empty one."""
    return value if isinstance(value, str) else ""


def read_document(data: bytes) -> Document:
    """Read a document of OpenAPI 3.0 or 3.1; raise `InvalidDocument`, never another error."""
    if len(data) > MAX_BYTES:
        raise InvalidDocument(f"The document has more than {MAX_BYTES} bytes")
    is_json = data.lstrip()[:1] == b"{"
    root = _from_json(data) if is_json else _from_yaml(data)
    version = root.get("openapi") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or not isinstance(version, str):
        raise InvalidDocument("The document does not say 'openapi: 3.0' or 'openapi: 3.1'")
    if not version.startswith(("3.0", "3.1")):
        raise InvalidDocument(f"OpenAPI {version[:20]!r} is not read; 3.0 and 3.1 are")
    return Document(root)


def _from_json(data: bytes) -> JsonValue:
    try:
        return strict_json.parse(data, max_depth=MAX_DEPTH)
    except strict_json.InvalidJson as error:
        raise InvalidDocument(str(error).replace("The body", "The document")) from error


def _from_yaml(data: bytes) -> JsonValue:
    if len(data) > MAX_YAML_BYTES:
        raise InvalidDocument(f"A document of more than {MAX_YAML_BYTES} bytes must be JSON")
    import yaml  # noqa: PLC0415 - loaded by an import alone

    try:
        text = data.decode()
        _require_plain(yaml.parse(text, Loader=yaml.CSafeLoader))
        return _plain(yaml.load(text, Loader=_loader()))  # noqa: S506 - it is a safe one
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise InvalidDocument("The document is neither JSON nor YAML") from error


def _loader() -> "type[CSafeLoader]":
    """Return the safe loader less what YAML 1.2's JSON schema lacks: dates, `on`, `yes`."""
    import yaml  # noqa: PLC0415

    class Loader(yaml.CSafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012 - as its base has it
            first: [
                (tag, pattern)
                for tag, pattern in items
                if not tag.endswith(":timestamp") and (first in "tTfF" or not tag.endswith(":bool"))
            ]
            for first, items in yaml.CSafeLoader.yaml_implicit_resolvers.items()
        }

    return Loader


def _require_plain(events: Iterator[Any]) -> None:
    """Refuse aliases, by which a few lines stand for billions, and deep nesting."""
    import yaml  # noqa: PLC0415

    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise InvalidDocument("The document has YAML aliases, which are not followed")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise InvalidDocument("The document is nested too deeply")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _plain(value: object) -> JsonValue:
    """Return what YAML read as JSON: names become strings; what JSON lacks raises `TypeError`."""
    if isinstance(value, dict):
        return {_name(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        raise TypeError
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError


def _name(name: object) -> str:
    """Write a member's name: `200:` and `on:` are names too."""
    if isinstance(name, bool):
        return "true" if name else "false"
    return str(name)
