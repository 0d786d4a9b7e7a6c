"""What came of the checklist is told whole, in each of its forms."""

import io
import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from jsonschema_rs import validator_for
from rich.console import Console

from gatehouse.domain.checklist.catalogue import ITEMS
from gatehouse.domain.checklist.evaluation import Finding, Standing, evaluate
from gatehouse.domain.checklist.snapshot import Snapshot
from gatehouse_cli.preflight import reports
from gatehouse_cli.preflight.command import status
from tests.samples import NOW
from tests.unit.checklist.worlds import RIGHT, with_table
from tests.unit.cli.sarif import SHAPE, broken

URL = "https://gate.example.com"
WRONG = replace(with_table(is_recoverable=False), attestations={})


def found(snapshot: Snapshot = WRONG) -> tuple[Finding, ...]:
    return evaluate(snapshot, NOW)


def test_sarif_has_the_required_shape_with_a_rule_for_each_item() -> None:
    log = json.loads(reports.for_scanners(found(), URL, "0.1.0"))
    validator_for(SHAPE, validate_formats=True).validate(log)
    assert list(broken(log)) == []
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == [item.id for item in ITEMS]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert (result["kind"] == "fail") == (result["level"] == "error")
    failed = [result["ruleId"] for result in run["results"] if result["kind"] == "fail"]
    assert failed == ["tables-recoverable"]
    assert {result["ruleId"] for result in run["results"]} == set(rules)


def test_what_breaks_a_rule_of_sarif_is_found() -> None:
    """The rules bind: each is broken once."""
    log = json.loads(reports.for_scanners(found(), URL, "0.1.0"))
    (run,) = log["runs"]
    rules, result = run["tool"]["driver"]["rules"], run["results"][0]

    def problems(**changes: object) -> list[str]:
        changed = {**log, "runs": [{**run, "results": [{**result, **changes}]}]}
        return list(broken(changed))

    assert problems() == []
    assert "3.27.6" in problems(ruleIndex=1)[0]
    assert "3.27.6" in problems(ruleIndex=len(rules))[0]
    assert "3.27.10" in problems(kind="pass", level="error")[0]
    assert "3.11.5" in problems(message={"text": "a {b} c"})[0]
    assert "3.11.6" in problems(message={"text": "[a](b)"})[0]
    for wrong in ({"message": {"text": ""}}, {"kind": "failed"}, {"severity": "high"}):
        changed = {**log, "runs": [{**run, "results": [{**result, **wrong}]}]}
        assert not validator_for(SHAPE).is_valid(changed)


def test_json_tells_everything_of_each_item() -> None:
    told = reports.for_programs(found())
    assert sum(told["counts"].values()) == len(told["items"]) == len(ITEMS)
    assert told["counts"]["failed"] == 1
    item = next(each for each in told["items"] if each["id"] == "tables-recoverable")
    assert item["problems"] == ["table authority has no point-in-time recovery"]
    assert item["risk"]
    assert item["fix"]
    assert item["command"].startswith("aws dynamodb")
    attested = reports.for_programs(found(RIGHT))["items"][1]["attestation"]
    assert attested["by"] == "user:ada"


def test_people_read_of_each_failure_its_risk_its_fix_and_the_command() -> None:
    console = Console(file=io.StringIO(), width=200)
    console.print(reports.for_people(found()))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for item in ITEMS:
        assert item.id in text
    assert "table authority has no point-in-time recovery" in text
    assert "Risk: A mistake in the data is for ever." in text
    assert "$ aws dynamodb update-continuous-backups" in text
    assert "1 failed" in text


@pytest.mark.parametrize(
    ("snapshot", "color"), [(RIGHT, "#15803d"), (WRONG, "#b91c1c")], ids=["right", "wrong"]
)
def test_the_badge_is_an_image_that_says_how_many_passed(snapshot: Snapshot, color: str) -> None:
    findings = found(snapshot)
    passed = sum(each.standing is Standing.PASSED for each in findings)
    image = ET.fromstring(reports.badge(findings))  # noqa: S314 - our own
    assert image.get("aria-label") == f"preflight: {passed} of {len(ITEMS)}"
    assert color in reports.badge(findings)


def test_the_status_is_0_only_where_nothing_is_open() -> None:
    assert status(found(RIGHT), unattested=False) == 0
    unsaid = found(replace(RIGHT, attestations={}))
    assert status(unsaid, unattested=False) == 1
    assert status(unsaid, unattested=True) == 0
    assert status(found(WRONG), unattested=True) == 1
