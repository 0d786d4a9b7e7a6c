"""What was, or would have been, denied on account of warrants: a rollout is decided on it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain.warrant_policies import Decision
from gatehouse.ports.calls import CallRecords
from gatehouse.usecases.read_calls import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """How often calls of one tool did not keep one rule.

    `denied` were denied, `would_deny` were made all the same; `last_seen` is the beginning of the
    last hour in which there was one, in epoch seconds.
    """

    tool_name: str
    reason: str
    denied: int
    would_deny: int
    last_seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Violations:
    """All violations of a period of whole hours, in epoch seconds.

    `checked` are all calls whose warrants were looked at, `allowed` those that kept every rule.
    """

    items: tuple[Violation, ...]
    checked: int
    allowed: int
    starts_at: int
    ends_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadViolations:
    """The use case."""

    records: CallRecords
    clock: Callable[[], int]

    def __call__(self, project_id: str, period: Period) -> Violations:
        """Add up the violations of at most 7 days, by default the last one; most first."""
        starts_at, ends_at = period.hours(self.clock())
        calls: Counter[Decision] = Counter()
        of_rule: Counter[tuple[str, str, Decision]] = Counter()
        last_seen: dict[tuple[str, str], int] = {}
        for each in self.records.verdicts(project_id, starts_at=starts_at, ends_at=ends_at):
            calls[each.decision] += each.calls
            if each.reason is not None:
                rule = (each.tool_name, each.reason)
                of_rule[*rule, each.decision] += each.calls
                last_seen[rule] = max(each.starts_at, last_seen.get(rule, 0))
        items = (
            Violation(
                tool_name=tool_name,
                reason=reason,
                denied=of_rule[tool_name, reason, Decision.DENIED],
                would_deny=of_rule[tool_name, reason, Decision.WOULD_DENY],
                last_seen=seen,
            )
            for (tool_name, reason), seen in last_seen.items()
        )
        return Violations(
            items=tuple(sorted(items, key=_order)),
            checked=calls.total(),
            allowed=calls[Decision.ALLOWED],
            starts_at=starts_at,
            ends_at=ends_at,
        )


def _order(violation: Violation) -> tuple[int, str, str]:
    count = violation.denied + violation.would_deny
    return -count, violation.tool_name, violation.reason
