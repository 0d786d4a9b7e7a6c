"""Numbers as they cross JSON: whole floats become integers.

JSON does not keep 5 and 5.0 apart, so arguments that travel in MCP are signed and judged in the
one form that every reader can come to. Whoever signs folds, and whoever verifies folds again.
"""

from collections.abc import Mapping
from typing import Final

_LEAST: Final = float(-(2**63))
_END: Final = float(2**63)


def folded(arguments: Mapping[str, object]) -> dict[str, object]:
    """Return the arguments with each whole float of 64 bits as an integer, at every depth."""
    return {name: _folded(value) for name, value in arguments.items()}


def _folded(value: object) -> object:
    if isinstance(value, float):
        return int(value) if value.is_integer() and _LEAST <= value < _END else value
    if isinstance(value, Mapping):
        return folded(value)
    if isinstance(value, list | tuple):
        return [_folded(item) for item in value]
    return value
