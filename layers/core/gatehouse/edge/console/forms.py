"""What a form of a page holds: what is stored, or what was just posted and refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A form that was refused, or answered at once; `problem` is the API's, as it wrote it."""

    action: str
    values: Mapping[str, str] = field(repr=False)
    problem: Mapping[str, Any] | None = None

    @property
    def errors(self) -> list[Mapping[str, str]]:
        """What is wrong, field by field."""
        return list((self.problem or {}).get("errors", ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """One form as a template fills it in; it shares ids of its fields with no other."""

    action: str
    key: str
    stored: Mapping[str, Any]
    posted: Posted | None

    def id(self, name: str) -> str:
        """Return the id of a field."""
        return f"{self.action}-{self.key}-{name}".replace(".", "-").replace(":", "-")

    def value(self, name: str) -> str:
        """Return what a field shows; what was posted stays what it was."""
        if self.posted is not None:
            return self.posted.values.get(name, "")
        found: Any = self.stored
        for step in name.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        return written(found)

    def is_ticked(self, name: str) -> bool:
        """Say whether a box is ticked."""
        if self.posted is not None:
            return name in self.posted.values
        return self.value(name) == "true"

    def holds(self, name: str, value: str) -> bool:
        """Say whether one of several boxes is ticked."""
        if self.posted is not None:
            return f"{name}:{value}" in self.posted.values
        return value in (self.stored.get(name) or ())

    def errors(self, name: str) -> list[str]:
        """Return what is wrong with a field, or with something within it."""
        found = self.posted.errors if self.posted else []
        return [
            each["message"] if each["field"] == name else f"{each['field']} {each['message']}"
            for each in found
            if each["field"] == name or each["field"].startswith(f"{name}.")
        ]


def written(value: object) -> str:
    """Return a value as text that `fields` reads back."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=2)
