"""What a caller is told of its warrant: why a call is denied, or would be by a stricter mode."""

from collections.abc import Mapping
from typing import Final

from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.warrant_policies import Decision, WarrantMode, WarrantVerdict

WARRANT_NOTE: Final = "gatehouse/warrant"
WARRANT_HEADER: Final = "x-gatehouse-warrant"
_SAID: Final = {Decision.WOULD_DENY: "would-deny", Decision.DENIED: "denied"}


def shown_to_caller(verdict: WarrantVerdict | None) -> WarrantVerdict | None:
    """Return the verdict where the caller hears of it: not of what is only audited, or allowed."""
    if verdict is None or verdict.decision is Decision.ALLOWED or verdict.mode is WarrantMode.AUDIT:
        return None
    return verdict


def verdict_note(verdict: WarrantVerdict) -> JsonObject:
    """Write a verdict for `_meta`."""
    members = {
        "mode": verdict.mode.value,
        "decision": verdict.decision.value,
        "reason": verdict.reason,
        "code": verdict.code,
        "field": verdict.field,
        "hint": verdict.hint,
    }
    return {name: value for name, value in members.items() if value is not None}


def verdict_header(verdict: WarrantVerdict) -> Mapping[str, str]:
    """Write a verdict as a header; its reason is of a closed list, so nothing needs quoting."""
    return {WARRANT_HEADER: f'{_SAID[verdict.decision]}; reason="{verdict.reason}"'}
