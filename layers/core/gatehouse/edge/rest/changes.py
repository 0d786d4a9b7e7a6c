"""Changes: fields given replace those stored, and null means the default."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, Any

from gatehouse.domain.errors import FieldError, InvalidFields

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def defaulted(given: Mapping[str, Any], definition: "type[DataclassInstance]") -> Mapping[str, Any]:
    """Return `given` with the default of `definition` for each null; raise `InvalidFields`."""
    known = {field.name: field for field in fields(definition)}
    nulls = [name for name, value in given.items() if value is None]
    required = [name for name in nulls if not _has_default(known[name])]
    if required:
        raise InvalidFields(tuple(FieldError(name, "must not be null") for name in required))
    return {**given, **{name: _default(known[name]) for name in nulls}}


def _has_default(field: "Field[Any]") -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _default(field: "Field[Any]") -> object:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default
