"""What enforcing would have denied."""

from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from gatehouse.edge.rest.calls import read_period
from gatehouse.edge.rest.models import Answer, Input, rfc3339
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.management import Management


class ViolationQuery(Input):
    """Which period of at most 7 days; by default the last one. Whole hours are counted."""

    model_config = ConfigDict(strict=False)

    from_: AwareDatetime | None = Field(default=None, alias="from")
    to: AwareDatetime | None = None


class ViolationAnswer(Answer):
    """One rule that calls of one tool did not keep."""

    tool: str
    reason: str
    denied: int
    would_deny: Annotated[int, Field(description="Made all the same, because of the mode.")]
    last_seen: Annotated[str, Field(description="The beginning of the hour.")]


class ViolationList(Answer):
    """All violations of a period, most first, and how many calls there were besides."""

    items: list[ViolationAnswer]
    checked: Annotated[int, Field(description="Calls whose warrants were looked at.")]
    allowed: Annotated[int, Field(description="Of these, those that kept every rule.")]
    from_: Annotated[str, Field(serialization_alias="from")]
    to: str


def read_violations(management: Management, call: Call, query: ViolationQuery) -> Answered:
    """Count what enforcing would have denied, by tool and reason."""
    found = management.violations(call.project_id, read_period(query.from_, query.to))
    items = [
        ViolationAnswer(
            tool=each.tool_name,
            reason=each.reason,
            denied=each.denied,
            would_deny=each.would_deny,
            last_seen=rfc3339(each.last_seen),
        )
        for each in found.items
    ]
    answer = ViolationList(
        items=items,
        checked=found.checked,
        allowed=found.allowed,
        from_=rfc3339(found.starts_at),
        to=rfc3339(found.ends_at),
    )
    return Answered(answer=answer)
