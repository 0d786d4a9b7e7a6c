"""Values against JSON Schema 2020-12, within bounds, and what is wrong with them in words.

Patterns run in linear time, nothing is fetched, and problems never repeat the value: it may be
someone's secret. Names of members are repeated, shortened, for they say where to look.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final, cast

from gatehouse.domain.errors import InvalidRequest
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.schema_cost import SchemaCost, UncountableSchema

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

MAX_PROBLEMS: Final = 10
MAX_NAME_LENGTH: Final = 64
MAX_COMPILED: Final = 256
"""Compiled schemas that one instance keeps; the one unused for longest goes first."""
MAX_PATTERN_BYTES: Final = 1 << 20
"""Size of one compiled pattern."""
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class UnusableSchema(InvalidRequest):
    """The schema is not JSON Schema 2020-12, needs another document, or has a costly pattern."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema, compiled."""

    validator: "Draft202012Validator"
    cost: SchemaCost

    def problems(self, value: JsonValue, *, name: str) -> tuple[str, ...]:
        """Say what is wrong with `value`, at most ten sentences; empty when it conforms.

        `name` is what the value is called in them, such as "arguments".
        """
        if not self.cost.is_bounded_for(value):
            return (f"{name} would take too long to check",)
        errors = islice(self.validator.iter_errors(value), MAX_PROBLEMS)
        return tuple(_problem(error, name) for error in errors)


def compiled(schema: JsonObject) -> Schema:
    """Compile `schema`; raise `UnusableSchema` saying what is wrong with it."""
    # jsonschema_rs takes 16 ms to import, which only a call pays for.
    from jsonschema_rs import (  # noqa: PLC0415
        Draft202012Validator,
        RegexOptions,
        ValidationError,
    )

    if schema.get("$schema", DIALECT) not in {DIALECT, DIALECT + "#"}:
        raise UnusableSchema("The schema's dialect is not JSON Schema 2020-12")
    try:
        validator = Draft202012Validator(
            cast("dict[str, object]", schema),
            offline=True,
            validate_formats=False,
            pattern_options=RegexOptions(
                size_limit=MAX_PATTERN_BYTES, dfa_size_limit=MAX_PATTERN_BYTES
            ),
        )
        return Schema(validator, SchemaCost.of(schema))
    except (ValidationError, ValueError, UncountableSchema) as error:
        raise UnusableSchema(_first_line(error)) from error


@dataclass(frozen=True, slots=True)
class Schemas:
    """Compiled schemas by the digest of their tool, a bounded number of them."""

    limit: int = MAX_COMPILED
    kept: OrderedDict[tuple[str, str], Schema] = field(default_factory=OrderedDict)

    def of(self, digest: str, role: str, schema: JsonObject) -> Schema:
        """Return the tool's schema in its `role` ("input" or "output"), compiled once.

        A digest covers the whole definition, so another schema always has another digest.
        """
        key = (digest, role)
        if key not in self.kept:
            self.kept[key] = compiled(schema)
            if len(self.kept) > self.limit:
                self.kept.popitem(last=False)
        self.kept.move_to_end(key)
        return self.kept[key]


def _problem(error: "ValidationError", name: str) -> str:
    where = name + "".join(map(_step, error.instance_path))
    keyword = error.kind.name
    say = _SENTENCES.get(keyword)
    what = say(error.kind.as_dict()) if say else f"does not satisfy '{keyword}'"
    return f"{where} {what}"


def _step(step: str | int) -> str:
    return f"[{step}]" if isinstance(step, int) else f".{_short(step)}"


def _short(name: str) -> str:
    """Write a name from a stranger: printable, and no longer than it needs to be recognized."""
    shown = "".join(c if c.isprintable() else "?" for c in name[:MAX_NAME_LENGTH])
    return shown if len(name) <= MAX_NAME_LENGTH else shown + "..."


def _names(names: object) -> str:
    listed = cast("Sequence[str]", names)
    shown = ", ".join(f"'{_short(name)}'" for name in listed[:MAX_PROBLEMS])
    return shown if len(listed) <= MAX_PROBLEMS else f"{shown} and others"


def _types(kind: Mapping[str, object]) -> str:
    return "must be of type " + " or ".join(cast("Sequence[str]", kind["types"]))


def _limit(words: str) -> Callable[[Mapping[str, object]], str]:
    return lambda kind: words.format(kind["limit"])


def _fixed(words: str) -> Callable[[Mapping[str, object]], str]:
    return lambda _kind: words


_SENTENCES: Final[Mapping[str, Callable[[Mapping[str, object]], str]]] = {
    "type": _types,
    "required": lambda kind: f"lacks '{_short(str(kind['property']))}'",
    "additionalProperties": lambda kind: f"may not have {_names(kind['unexpected'])}",
    "unevaluatedProperties": lambda kind: f"may not have {_names(kind['unexpected'])}",
    "enum": _fixed("is none of the values that the schema lists"),
    "const": _fixed("is not the value that the schema demands"),
    "pattern": lambda kind: f"does not match the pattern {kind['pattern']}",
    "minimum": _limit("must be at least {}"),
    "maximum": _limit("must be at most {}"),
    "exclusiveMinimum": _limit("must be more than {}"),
    "exclusiveMaximum": _limit("must be less than {}"),
    "minLength": _limit("must have at least {} characters"),
    "maxLength": _limit("must have at most {} characters"),
    "minItems": _limit("must have at least {} items"),
    "maxItems": _limit("must have at most {} items"),
    "minProperties": _limit("must have at least {} members"),
    "maxProperties": _limit("must have at most {} members"),
    "multipleOf": lambda kind: f"must be a multiple of {kind['multiple_of']}",
    "uniqueItems": _fixed("must not hold the same item twice"),
    "anyOf": _fixed("fits none of the alternatives"),
    "oneOf": _fixed("must fit exactly one of the alternatives"),
    "falseSchema": _fixed("is not allowed"),
}


def _first_line(error: Exception) -> str:
    return f"The schema cannot be used: {str(error).splitlines()[0][:200]}"
