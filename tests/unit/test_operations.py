"""What happens is noticed: alarms for every function, each with an action and a runbook."""

import json
import re

import pytest

from gatehouse.edge.metrics import DIMENSIONS, NAMESPACE, Metric
from tests.cloud import ROOT, Json, translated
from tests.roles import MAY

NOUNS = sorted(MAY)
OURS = {str(metric) for metric in Metric} | {"LatencyMs"}


def of_type(kind: str, stage: str = "prod", **parameters: str) -> dict[str, Json]:
    found = translated(stage, **parameters)
    return {n: r["Properties"] for n, r in found.items() if r["Type"] == kind}


ALARMS = of_type("AWS::CloudWatch::Alarm")


def measured(alarm: Json) -> list[Json]:
    return [m["MetricStat"]["Metric"] for m in alarm["Metrics"] if "MetricStat" in m]


def dimensions(metric: Json) -> dict[str, str]:
    return {d["Name"]: d["Value"] for d in metric["Dimensions"]}


@pytest.mark.parametrize("noun", NOUNS)
def test_every_function_has_an_alarm_of_its_own_for_errors(noun: str) -> None:
    function = f"{noun.capitalize()}Function"
    metrics = measured(ALARMS[f"{noun.capitalize()}Errors"])

    assert {dimensions(m)["FunctionName"] for m in metrics} == {function}
    assert "Errors" in {m["MetricName"] for m in metrics}


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_every_alarm_tells_somebody_and_names_a_runbook_that_exists(name: str) -> None:
    alarm = ALARMS[name]
    (file, section) = re.findall(
        r"Runbook: (docs/\S+\.md)#([a-z0-9-]+)$", alarm["AlarmDescription"]
    )[0]

    assert alarm["AlarmActions"] == alarm["OKActions"] == ["AlarmTopic"]
    assert section in sections(file)
    index = (ROOT / "docs/operations/README.md").read_text()
    assert f"`{name}`" in index
    assert f"(incidents.md#{section})" in index


def sections(file: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", (ROOT / file).read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_every_alarm_calculates_with_what_is_written(name: str) -> None:
    alarm = ALARMS[name]
    (result,) = [m for m in alarm["Metrics"] if m.get("ReturnData", True)]
    inputs = {m["Id"] for m in alarm["Metrics"]} - {result["Id"]}

    assert inputs == set(re.findall(r"\b[a-z]+\b", result["Expression"]))
    assert len(alarm["Metrics"]) <= 10
    for metric in measured(alarm):
        if metric["Namespace"] == NAMESPACE:
            assert metric["MetricName"] in OURS
            assert set(dimensions(metric)) == set(DIMENSIONS)


def test_every_metric_but_the_number_of_requests_alone_is_watched() -> None:
    watched = {m["MetricName"] for a in ALARMS.values() for m in measured(a)}

    assert watched >= OURS


@pytest.mark.parametrize("name", ["RotationDead", "AuditMissing"])
def test_silence_of_what_runs_daily_is_an_alarm(name: str) -> None:
    assert ALARMS[name]["TreatMissingData"] == "breaching"
    assert {a["TreatMissingData"] for n, a in ALARMS.items() if n != name} >= {"notBreaching"}


def test_the_dashboard_is_json_and_shows_what_is_written() -> None:
    (dashboard,) = of_type("AWS::CloudWatch::Dashboard").values()
    widgets = json.loads(dashboard["DashboardBody"])["widgets"]
    shown = {m[1] for w in widgets for m in w["properties"]["metrics"] if m[0] == NAMESPACE}

    assert shown == OURS


def test_saved_queries_ask_for_fields_that_a_line_has() -> None:
    written = (ROOT / "layers/core/gatehouse/edge/log.py").read_text()
    queries = of_type("AWS::Logs::QueryDefinition")

    assert len(queries) == 4
    for query in queries.values():
        for field in re.findall(r"`([a-z_.]+)`", query["QueryString"]):
            assert f'"{field}"' in written, field
    assert of_type("AWS::Logs::QueryDefinition", "local") == {}


def test_a_budget_is_there_if_asked_for() -> None:
    assert of_type("AWS::Budgets::Budget") == {}
    (budget,) = of_type(
        "AWS::Budgets::Budget", MonthlyBudgetDollars="250", AlarmEmail="ops@example.com"
    ).values()

    assert budget["Budget"]["BudgetLimit"] == {"Amount": "250", "Unit": "USD"}


def test_alarms_are_mailed_if_asked_for() -> None:
    assert of_type("AWS::SNS::Subscription") == {}
    (mailed,) = of_type("AWS::SNS::Subscription", AlarmEmail="ops@example.com").values()

    assert mailed == {"TopicArn": "AlarmTopic", "Protocol": "email", "Endpoint": "ops@example.com"}
