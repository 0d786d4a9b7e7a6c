"""Which clearance a tool asks for.

The levels: 0 untrusted, 10 external, 20 partner, 30 internal, 40 privileged, 50 system.
"""

from collections.abc import Mapping

MOST = 255


def require_patterns(clearances: Mapping[str, int]) -> None:
    """Raise `ValueError` for a pattern with a star elsewhere than at its end, or a bad level."""
    for pattern, level in clearances.items():
        if "*" in pattern[:-1]:
            raise ValueError("a clearance pattern may have one *, at its end")
        if type(level) is not int or not 0 <= level <= MOST:
            raise ValueError(f"a clearance is an integer from 0 to {MOST}")


def required(clearances: Mapping[str, int], tool: str) -> int:
    """Return the level that `tool` asks for: by its name, else by the longest prefix, else 0."""
    if tool in clearances:
        return clearances[tool]
    fitting = [
        pattern for pattern in clearances if pattern.endswith("*") and tool.startswith(pattern[:-1])
    ]
    return clearances[max(fitting, key=len)] if fitting else 0
