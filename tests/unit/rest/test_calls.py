"""Calls and usage through the API."""

from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.ids import request_id
from gatehouse.domain.warrant_policies import Decision, WarrantMode, WarrantVerdict
from tests.rest import Api
from tests.samples import INTEGRATION_ID, NOW, PROJECT_ID

CALLS = "/api/v1/tool-calls"


def record(number: int, **changes: object) -> CallRecord:
    """The call made `number` minutes ago."""
    started = (NOW - 60 * number) * 1000
    values: dict[str, object] = {
        "request_id": request_id(started, number),
        "project_id": PROJECT_ID,
        "integration_id": INTEGRATION_ID,
        "tool_name": "lookup",
        "tool_digest": "d" * 64,
        "member_external_id": "ada",
        "outcome": Outcome.SUCCEEDED,
        "started_at_ms": started,
        "duration_ms": 10,
        "upstream_status": 200,
    }
    return CallRecord(**{**values, **changes})  # type: ignore[arg-type]


def api_with(*records: CallRecord) -> Api:
    api = Api()
    for each in records:
        api.records.write(each)
    return api


def listed(api: Api, query: str = "") -> list[str]:
    answer = api.call("GET", CALLS, query=query)
    assert answer.status == 200, answer.text
    return [call["request_id"] for call in answer.json["items"]]


def test_a_call_is_read_with_what_remains_of_it() -> None:
    made = record(1, attempts=(503, None, 200))
    api = api_with(made)
    assert api.call("GET", f"{CALLS}/{made.request_id}").json == {
        "request_id": made.request_id,
        "integration_id": INTEGRATION_ID,
        "tool": "lookup",
        "tool_digest": "d" * 64,
        "member": "ada",
        "outcome": "succeeded",
        "reason": None,
        "upstream_status": 200,
        "attempts": [503, None, 200],
        "repeated_of": None,
        "started_at": "2023-11-14T22:12:20.000Z",
        "duration_ms": 10,
        "warrant": None,
        "receipt": None,
    }


def test_a_call_says_what_was_decided_about_its_warrant() -> None:
    verdict = WarrantVerdict(
        mode=WarrantMode.AUDIT,
        decision=Decision.WOULD_DENY,
        warrant_id="tnu_wrt_00",
        reason="constraint-violation",
        code=1501,
        field="path",
        hint="it is elsewhere",
    )
    made = record(1, warrant=verdict)
    assert api_with(made).call("GET", f"{CALLS}/{made.request_id}").json["warrant"] == {
        "mode": "audit",
        "decision": "would_deny",
        "warrant_id": "tnu_wrt_00",
        "reason": "constraint-violation",
        "code": 1501,
        "field": "path",
        "hint": "it is elsewhere",
    }


def test_calls_are_listed_newest_first_and_filtered() -> None:
    new, other, old = (
        record(1),
        record(2, tool_name="other", member_external_id=None, outcome=Outcome.DENIED),
        record(60 * 30),
    )
    api = api_with(old, new, other)
    assert listed(api) == [new.request_id, other.request_id]
    assert listed(api, "tool=lookup") == [new.request_id]
    assert listed(api, "member=ada") == [new.request_id]
    assert listed(api, "outcome=denied") == [other.request_id]
    assert listed(api, "from=2023-11-13T00:00:00Z&to=2023-11-14T00:00:00Z") == [old.request_id]
    first = api.call("GET", CALLS, query="limit=1").json
    assert listed(api, f"limit=1&cursor={first['next_cursor']}") == [other.request_id]


def test_a_wrong_filter_is_named() -> None:
    api = Api()
    for query, field in (
        ("outcome=fine", "outcome"),
        ("from=yesterday", "from"),
        ("to=2023-11-14T00:00:00", "to"),
        ("from=2023-11-14T00:00:00Z&to=2023-11-14T00:00:00Z", "from"),
        ("from=2023-01-01T00:00:00Z&to=2023-11-14T00:00:00Z", "from"),
    ):
        answer = api.call("GET", CALLS, query=query)
        assert (answer.status, answer.fields) == (422, [field])


def test_another_projects_call_reads_as_absent_whatever_the_shape_of_its_id() -> None:
    theirs = record(1, project_id="Other001")
    api = api_with(theirs)
    assert listed(api) == []
    for name in (theirs.request_id, record(2).request_id, "x", theirs.request_id.upper(), "%00"):
        assert api.call("GET", f"{CALLS}/{name}").status == 404


def test_usage_is_summed_by_tool_and_day_or_hour() -> None:
    calls = [record(number, duration_ms=number) for number in range(1, 121)]
    api = api_with(*calls, record(1, outcome=Outcome.FAILED), record(1, outcome=Outcome.DENIED))
    [day] = api.call("GET", "/api/v1/usage").json["items"]
    assert (day["tool"], day["starts_at"]) == ("lookup", "2023-11-14T00:00:00Z")
    assert (day["calls"], day["failures"], day["denied"]) == (121, 1, 1)
    assert 60 <= day["p50_ms"] <= 91
    assert 114 <= day["p95_ms"] <= 182
    hours = api.call("GET", "/api/v1/usage", query="granularity=hour").json["items"]
    assert [hour["starts_at"][11:13] for hour in hours] == ["20", "21", "22"]
    assert sum(hour["calls"] for hour in hours) == 121


def test_usage_is_of_at_most_a_week() -> None:
    week, more = "from=2023-11-07T00:00:00Z", "from=2023-11-06T23:59:59Z"
    assert Api().call("GET", "/api/v1/usage", query=f"{week}&to=2023-11-14T00:00:00Z").status == 200
    longer = Api().call("GET", "/api/v1/usage", query=f"{more}&to=2023-11-14T00:00:00Z")
    assert (longer.status, longer.fields) == (422, ["from"])


def test_usage_of_nothing_is_empty_and_of_another_project_unseen() -> None:
    api = api_with(record(1, project_id="Other001"))
    assert api.call("GET", "/api/v1/usage").json == {"items": [], "next_cursor": None}
    assert api.call("GET", "/api/v1/usage", query="granularity=week").fields == ["granularity"]
