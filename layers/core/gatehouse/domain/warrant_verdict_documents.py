"""A verdict as JSON, between our own parts: both directions beside each other."""

from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.strict_fields import StrictFields, UnreadableDocument
from gatehouse.domain.warrant_policies import Decision, WarrantMode, WarrantVerdict


def verdict_document(verdict: WarrantVerdict | None) -> JsonObject | None:
    """Write a verdict with every field; None where nothing was decided."""
    if verdict is None:
        return None
    return {
        "mode": verdict.mode.value,
        "decision": verdict.decision.value,
        "warrant_id": verdict.warrant_id,
        "reason": verdict.reason,
        "code": verdict.code,
        "field": verdict.field,
        "hint": verdict.hint,
    }


def read_verdict(document: JsonValue) -> WarrantVerdict | None:
    """Read what `verdict_document` wrote; raise `UnreadableDocument`."""
    if document is None:
        return None
    fields = StrictFields.of(document, "mode decision warrant_id reason code field hint")
    try:
        mode, decision = WarrantMode(fields.text("mode")), Decision(fields.text("decision"))
    except ValueError as error:
        raise UnreadableDocument("mode or decision is unknown") from error
    return WarrantVerdict(
        mode=mode,
        decision=decision,
        warrant_id=fields.optional_text("warrant_id"),
        reason=fields.optional_text("reason"),
        code=None if fields.values["code"] is None else fields.number("code"),
        field=fields.optional_text("field"),
        hint=fields.optional_text("hint"),
    )
