"""Documents between our own parts, read strictly: each field there, and of its type."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from gatehouse.domain.json_values import JsonObject, JsonValue

Kind = TypeVar("Kind", str, int, bool)


class UnreadableDocument(ValueError):
    """The document is not one that this version writes; `str(error)` holds no content."""


@cache
def _names(names: str) -> frozenset[str]:
    """Return the names in a list of them; the lists are this program's own, and few."""
    return frozenset(names.split())


@dataclass(frozen=True, slots=True)
class StrictFields:
    """The members of one object, each read as the type it must have."""

    values: Mapping[str, JsonValue]

    @classmethod
    def of(cls, document: JsonValue, names: str) -> "StrictFields":
        """Take an object with exactly the named members."""
        if not isinstance(document, Mapping) or document.keys() != _names(names):
            raise UnreadableDocument(f"not an object of exactly: {names}")
        return cls(document)

    def text(self, name: str) -> str:
        """Read a string."""
        return self._exactly(name, str)

    def optional_text(self, name: str) -> str | None:
        """Read a string or null."""
        return None if self.values[name] is None else self.text(name)

    def number(self, name: str) -> int:
        """Read a whole number."""
        return self._exactly(name, int)

    def flag(self, name: str) -> bool:
        """Read a boolean."""
        return self._exactly(name, bool)

    def raw(self, name: str) -> bytes:
        """Read base64."""
        try:
            return b64decode(self.text(name), validate=True)
        except ValueError as error:
            raise UnreadableDocument(f"{name} is not base64") from error

    def texts(self, name: str) -> tuple[str, ...]:
        """Read a list of strings."""
        value = self.values[name]
        if not isinstance(value, list):
            raise UnreadableDocument(f"{name} is not a list")
        if not all(isinstance(item, str) for item in value):
            raise UnreadableDocument(f"{name} is not a list of texts")
        return tuple(str(item) for item in value)

    def json_object(self, name: str) -> JsonObject:
        """Read an object, whatever it holds."""
        value = self.values[name]
        if not isinstance(value, Mapping):
            raise UnreadableDocument(f"{name} is not an object")
        return value

    def optional_json_object(self, name: str) -> JsonObject | None:
        """Read an object or null."""
        return None if self.values[name] is None else self.json_object(name)

    def _exactly(self, name: str, kind: type[Kind]) -> Kind:
        value = self.values[name]
        if type(value) is not kind:  # a bool is no number here
            raise UnreadableDocument(f"{name} is not of type {kind.__name__}")
        return value
