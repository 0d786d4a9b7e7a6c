"""How the fields of a form become those of a JSON body."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gatehouse.domain import strict_json
from gatehouse.domain.errors import FieldError, InvalidFields
from gatehouse.domain.json_values import JsonValue

Form = Mapping[str, str]


class _LeftOut(Exception):
    """The form says nothing about a field."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field, and how it is read; what is left out of a form is left out of the body.

    One of `boxes` is what was ticked: the values of all that are called `name:` and something.
    """

    name: str
    read: Callable[[str | None], JsonValue]
    boxes: bool = False

    def value(self, form: Form) -> str | None:
        """Return what a form says, a line for each box."""
        if not self.boxes:
            return form.get(self.name)
        return "\n".join(each for name, each in form.items() if name.startswith(f"{self.name}:"))

    def found(self, form: Form) -> JsonValue:
        """Return what a form holds; lines end as browsers do not end them."""
        value = self.value(form)
        return self.read(None if value is None else value.replace("\r\n", "\n"))


@dataclass(frozen=True, slots=True)
class AndOne:
    """A list that is replaced as a whole: those of `name`, as JSON, and one made of `parts`."""

    name: str
    parts: "tuple[Input, ...]"

    def found(self, form: Form) -> JsonValue:
        """Return the list; raise `ValueError` where its first part is none."""
        others = _parsed(form.get(self.name, "[]"))
        if not isinstance(others, list):
            raise ValueError("must be a list")  # noqa: TRY004 - what a form says, not a bug
        return [*others, body_of(form, self.parts)]


Input = Field | AndOne


def text(name: str) -> Field:
    """Return a field of text; empty means left out."""
    return Field(name, _given)


def clearable(name: str) -> Field:
    """Return a field of text that may be emptied: then it is null."""
    return Field(name, lambda value: value)


def whole(name: str) -> Field:
    """Return a field of whole numbers; empty means left out."""
    return Field(name, lambda value: _whole(_given(value)))


def number(name: str) -> Field:
    """Return a field of whole numbers that may be emptied: then it is null."""
    return Field(name, lambda value: None if value is None else _whole(value))


def flag(name: str) -> Field:
    """Return a field that is ticked or not."""
    return Field(name, lambda value: value is not None)


def choice_flag(name: str) -> Field:
    """Return a field that says `true` or `false`; anything else is left out."""
    return Field(name, _choice)


def lines(name: str) -> Field:
    """Return a list of texts, one on each line."""
    return Field(name, lambda value: _lines(value or ""))


def clearable_lines(name: str) -> Field:
    """Return the same where none at all is null."""
    return Field(name, lambda value: None if value is None else _lines(value))


def ticked(name: str) -> Field:
    """Return a list of texts, one for each box that is ticked."""
    return Field(name, lines(name).read, boxes=True)


def json(name: str) -> Field:
    """Return any JSON value; empty means null."""
    return Field(name, lambda value: None if value is None else _parsed(value))


def given_json(name: str) -> Field:
    """Return any JSON value; empty means left out."""
    return Field(name, lambda value: _parsed(_given(value)))


def body_of(form: Form, fields: tuple[Input, ...]) -> dict[str, JsonValue]:
    """Return the body that a form describes; raise `InvalidFields` naming all that is wrong.

    A dot in a field's name is one step into an object, as in the errors of the API.
    """
    body: dict[str, JsonValue] = {}
    errors: list[FieldError] = []
    for field in fields:
        try:
            _put(body, field.name.split("."), field.found(form))
        except _LeftOut:
            continue
        except ValueError as error:
            errors.append(FieldError(field.name, str(error)))
    if errors:
        raise InvalidFields(tuple(errors))
    return body


def _put(body: dict[str, JsonValue], steps: list[str], value: JsonValue) -> None:
    for step in steps[:-1]:
        inner = body.setdefault(step, {})
        if not isinstance(inner, dict):
            raise TypeError(step)
        body = inner
    body[steps[-1]] = value


def _given(value: str | None) -> str:
    if value is None:
        raise _LeftOut
    return value


def _lines(value: str) -> list[JsonValue]:
    return [line for each in value.split("\n") if (line := each.strip())]


def _whole(value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ValueError("must be a whole number") from None


def _choice(value: str | None) -> bool:
    if value not in {"true", "false"}:
        raise _LeftOut
    return value == "true"


def _parsed(value: str) -> JsonValue:
    try:
        return strict_json.parse(value.encode())
    except strict_json.InvalidJson as error:
        raise ValueError(str(error).replace("The body", "The text")) from None
