"""All that is wrong with a new tool, told at once: wrong types and broken rules together.

The rules speak of whole definitions. Where a field is of a wrong type, something harmless stands
in for it, and what the rules say about that field, or because of it, is left out.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import JsonValue, ValidationError

from gatehouse.domain.addresses import PRIVATE_NETWORKS
from gatehouse.domain.errors import FieldError
from gatehouse.domain.tool_rules import field_errors as rule_errors
from gatehouse.domain.tools import ToolDefinition
from gatehouse.domain.upstreams import UpstreamPolicy
from gatehouse.edge.rest.models import field_errors as type_errors

STAND_INS: Final[Mapping[str, JsonValue]] = {
    "name": "name",
    "description": "description",
    "input_schema": {"type": "object"},
    "base_url": "https://example.com",
    "http_method": "POST",
    "endpoint_path": "/",
}
_TEMPLATES: Final = frozenset(
    {"endpoint_path", "headers_template", "query_template", "body_template"}
)
_FOLLOWS: Final[Mapping[str, frozenset[str]]] = {
    "input_schema": _TEMPLATES,  # their variables are its properties
    "auth_strategy": frozenset({"encrypted_auth_secret"}),
}
"""Fields that cannot be judged without another one."""
_LENIENT: Final = UpstreamPolicy(allow_local_http=True, private_networks=PRIVATE_NETWORKS)
"""What a deployment lets tools call is for the use case to say, of a request that is whole."""


def wrong_fields(error: ValidationError) -> frozenset[str]:
    """Return the names of the fields that are of a wrong type, missing or unknown."""
    return frozenset(str(each["loc"][0]) for each in error.errors() if each["loc"])


def without(values: Mapping[str, JsonValue], wrong: frozenset[str]) -> dict[str, JsonValue]:
    """Return `values` with something harmless in place of wrong fields."""
    right = {name: value for name, value in values.items() if name not in wrong}
    return {**{name: STAND_INS[name] for name in wrong & STAND_INS.keys()}, **right}


def all_errors(
    error: ValidationError, definition: ToolDefinition, secret: str | None
) -> tuple[FieldError, ...]:
    """Return what is wrong with a request: its types, and the rules that `definition` breaks."""
    wrong = wrong_fields(error)
    unjudged = wrong.union(*(_FOLLOWS.get(name, frozenset()) for name in wrong))
    return (*type_errors(error), *_judged(definition, secret, unjudged))


def _judged(
    definition: ToolDefinition, secret: str | None, unjudged: frozenset[str]
) -> Iterator[FieldError]:
    found = rule_errors(definition, secret=secret, keeps_secret=False, upstreams=_LENIENT)
    return (each for each in found if each.field.partition(".")[0] not in unjudged)
