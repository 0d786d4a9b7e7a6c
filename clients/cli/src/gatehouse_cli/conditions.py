"""Conditions of warrants as JSON: `{"Pattern": "staging-*"}`, `{"Any": [{"Exact": 1}, ...]}`."""

from collections.abc import Mapping
from typing import Any, Final

from gatehouse_cli.failures import Misused
from gatehouse_client import warrants
from gatehouse_client.warrants import Capability

LEAVES: Final = (
    "Cel", "Cidr", "Contains", "Exact", "NotOneOf", "OneOf", "Pattern", "Range", "Regex", "Shlex",
    "Subpath", "Subset", "UrlPattern", "UrlSafe", "Wildcard",
)  # fmt: skip
"""Conditions on a value."""
LISTS: Final = ("All", "Any")
"""Conditions that hold a list of others."""
OPEN: Final = "_allow_unknown"
"""Beside a tool's arguments: `true` lets others go along."""
DEEPEST: Final = 16
"""How deep conditions may hold others; a verifier takes fewer."""


def capabilities(document: Mapping[str, object]) -> list[Capability]:
    """Return what a file says of tools: their arguments, and a condition on each.

    Raises:
        Misused: It says something else.
    """
    return [Capability(tool, **_arguments(tool, said)) for tool, said in document.items()]


def gates(document: Mapping[str, object]) -> dict[str, object]:
    """Return what a file says of the calls that need approval; raise as `capabilities`.

    A tool's gate is null (all calls), or by argument null, a condition, or `{"exempt": condition}`.
    """
    return {tool: _gate(tool, said) for tool, said in document.items()}


def _arguments(tool: str, said: object) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, each in _map(said, tool, "arguments and their conditions are expected").items():
        if name == OPEN:
            if not isinstance(each, bool):
                raise Misused(f"{tool}.{OPEN}: true or false is expected.")
            found[name] = each
        else:
            found[name] = _condition(each, f"{tool}.{name}")
    return found


def _gate(tool: str, said: object) -> object:
    if said is None:
        return None
    arguments: dict[str, object] = {}
    for name, each in _map(said, tool, "null, or arguments of which a value is gated").items():
        where = f"{tool}.{name}"
        match each:
            case None:
                arguments[name] = None
            case {"exempt": inner, **rest} if not rest:
                arguments[name] = {"exempt": _condition(inner, where)}
            case _:
                arguments[name] = _condition(each, where)
    return arguments


def _condition(said: object, where: str, depth: int = 0) -> object:
    if depth > DEEPEST:
        raise Misused(f"{where}: conditions in conditions go {DEEPEST} deep.")
    match said:
        case {**only} if len(only) == 1:
            ((name, value),) = only.items()
        case _:
            raise Misused(f'{where}: write {{"Name": value}}.')
    inner = f"{where}.{name}"
    if name in LISTS and isinstance(value, list):
        value = [_condition(each, inner, depth + 1) for each in value]
    elif name == "Not":
        value = _condition(value, inner, depth + 1)
    elif name not in LEAVES:
        known = ", ".join((*LEAVES, *LISTS, "Not"))
        raise Misused(f"{where}: {name} is none of {known}, or is written otherwise.")
    return _made(str(name), value, where)


def _made(name: str, value: object, where: str) -> object:
    make: Any = getattr(warrants, name)
    try:
        if value is None and name != "Exact":
            return make()
        return make(**value) if isinstance(value, dict) and name != "Exact" else make(value)
    except (TypeError, ValueError) as error:
        raise Misused(f"{where}: {name} does not take this.") from error


def _map(said: object, where: str, expected: str) -> Mapping[str, object]:
    if not isinstance(said, Mapping):
        raise Misused(f"{where}: {expected}.")
    return said
