"""What enforcing would have denied, by tool and reason, through the API."""

import pytest

from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.ids import request_id
from gatehouse.domain.warrant_policies import Decision, WarrantMode, WarrantVerdict
from tests.rest import Api
from tests.samples import INTEGRATION_ID, NOW, PROJECT_ID

VIOLATIONS = "/api/v1/warrants/violations"
HOUR = 3600
FULL_HOUR = NOW // HOUR * HOUR


class World(Api):
    """An API with a history."""

    def decided(
        self,
        tool: str,
        decision: str,
        reason: str | None = None,
        *,
        hour: int = 0,
        project_id: str = PROJECT_ID,
    ) -> None:
        """Let one call have been decided so, in an hour from the present one on."""
        at = (FULL_HOUR + hour * HOUR) * 1000
        denied = decision == Decision.DENIED
        verdict = WarrantVerdict(mode=WarrantMode.AUDIT, decision=Decision(decision), reason=reason)
        self.records.write(
            CallRecord(
                request_id=request_id(at, next(self.numbers)),
                project_id=project_id,
                integration_id=INTEGRATION_ID,
                tool_name=tool,
                tool_digest=None,
                member_external_id=None,
                outcome=Outcome.DENIED if denied else Outcome.SUCCEEDED,
                started_at_ms=at,
                duration_ms=1,
                warrant=verdict,
            )
        )


def test_without_calls_there_are_none() -> None:
    assert Api().call("GET", VIOLATIONS).json == {
        "items": [],
        "checked": 0,
        "allowed": 0,
        "from": "2023-11-13T22:00:00Z",
        "to": "2023-11-14T23:00:00Z",
    }


def test_violations_are_added_up_by_tool_and_reason_most_first() -> None:
    api = World()
    for hour in (-3, -1, -1):
        api.decided("read", "would_deny", "warrant-missing", hour=hour)
    api.decided("read", "denied", "warrant-missing", hour=-2)
    api.decided("read", "would_deny", "constraint-violation")
    api.decided("write", "would_deny", "constraint-violation")
    for _ in range(5):
        api.decided("read", "allowed")
    api.decided("read", "would_deny", "warrant-missing", project_id="Proj0002")
    api.decided("read", "would_deny", "warrant-missing", hour=-30)
    answer = api.call("GET", VIOLATIONS).json
    assert answer["items"] == [
        {
            "tool": "read",
            "reason": "warrant-missing",
            "denied": 1,
            "would_deny": 3,
            "last_seen": "2023-11-14T21:00:00Z",
        },
        {
            "tool": "read",
            "reason": "constraint-violation",
            "denied": 0,
            "would_deny": 1,
            "last_seen": "2023-11-14T22:00:00Z",
        },
        {
            "tool": "write",
            "reason": "constraint-violation",
            "denied": 0,
            "would_deny": 1,
            "last_seen": "2023-11-14T22:00:00Z",
        },
    ]
    assert (answer["checked"], answer["allowed"]) == (11, 5)


def test_the_period_is_of_whole_hours() -> None:
    api = World()
    for hour in (-3, -2, -1, 0):
        api.decided("read", "would_deny", "warrant-missing", hour=hour)
    query = "from=2023-11-14T20:30:00Z&to=2023-11-14T21:30:00Z"
    answer = api.call("GET", VIOLATIONS, query=query).json
    assert (answer["from"], answer["to"]) == ("2023-11-14T20:00:00Z", "2023-11-14T22:00:00Z")
    assert answer["checked"] == 2


@pytest.mark.parametrize(
    "query",
    [
        "from=2023-11-14T20:00:00Z&to=2023-11-14T20:00:00Z",
        "from=2023-11-01T00:00:00Z&to=2023-11-08T00:00:01Z",
        "from=2023-11-14",
        "granularity=hour",
    ],
)
def test_other_periods_are_refused(query: str) -> None:
    assert Api().call("GET", VIOLATIONS, query=query).status == 422
