"""Documents between our own parts, read strictly: each field there, and of its type."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gatehouse.domain.json_values import JsonObject, JsonValue


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
        if not isinstance(document, dict) or document.keys() != _names(names):
            raise UnreadableDocument(f"not an object of exactly: {names}")
        return cls(document)

    def text(self, name: str) -> str:
        """Read a string."""
        value = self.values[name]
        if isinstance(value, str):
            return value
        raise UnreadableDocument(f"{name} is not a text")

    def optional_text(self, name: str) -> str | None:
        """Read a string or null."""
        value = self.values[name]
        if value is None or isinstance(value, str):
            return value
        raise UnreadableDocument(f"{name} is not a text")

    def number(self, name: str) -> int:
        """Read a whole number."""
        value = self.values[name]
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise UnreadableDocument(f"{name} is not a whole number")

    def flag(self, name: str) -> bool:
        """Read a boolean."""
        value = self.values[name]
        if isinstance(value, bool):
            return value
        raise UnreadableDocument(f"{name} is not a boolean")

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
        texts = tuple([item for item in value if isinstance(item, str)])
        if len(texts) != len(value):
            raise UnreadableDocument(f"{name} is not a list of texts")
        return texts

    def json_object(self, name: str) -> JsonObject:
        """Read an object, whatever it holds."""
        value = self.values[name]
        if not isinstance(value, dict):
            raise UnreadableDocument(f"{name} is not an object")
        return value

    def optional_json_object(self, name: str) -> JsonObject | None:
        """Read an object or null."""
        return None if self.values[name] is None else self.json_object(name)
