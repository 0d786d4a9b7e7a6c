"""A project's warrant policy as JSON: both directions beside each other."""

from typing import Final

from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.warrant_policies import WarrantMode, WarrantPolicy

_FIELDS: Final = frozenset({"mode", "require_warrant", "clearances", "receipts"})


def policy_document(policy: WarrantPolicy) -> JsonObject:
    """Return the policy as JSON, with every field."""
    return {
        "mode": policy.mode.value,
        "require_warrant": policy.require_warrant,
        "clearances": dict(policy.clearances),
        "receipts": policy.receipts,
    }


def read_policy(document: JsonValue) -> WarrantPolicy:
    """Return the policy that `policy_document` wrote; raise `ValueError` for anything else."""
    if not isinstance(document, dict) or document.keys() != _FIELDS:
        raise ValueError("this is no warrant policy")
    return WarrantPolicy(
        mode=WarrantMode(document["mode"]),
        require_warrant=_flag(document["require_warrant"]),
        clearances=_levels(document["clearances"]),
        receipts=_flag(document["receipts"]),
    )


def _flag(value: JsonValue) -> bool:
    if not isinstance(value, bool):
        raise ValueError("this is no flag")  # noqa: TRY004 - stored, not passed
    return value


def _levels(value: JsonValue) -> dict[str, int]:
    if not isinstance(value, dict):
        raise ValueError("these are no clearances")  # noqa: TRY004 - stored, not passed
    levels = {}
    for name, level in value.items():
        if not isinstance(level, int) or isinstance(level, bool):
            raise ValueError("this is no level")  # noqa: TRY004 - stored, not passed
        levels[name] = level
    return levels
