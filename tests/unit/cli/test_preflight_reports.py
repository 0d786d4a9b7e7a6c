"""What came of the checklist is told whole, in each of its forms."""

import io
import json
from dataclasses import replace
from typing import Any
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

URL = "https://gate.example.com"
WRONG = replace(with_table(is_recoverable=False), attestations={})
SHAPE: Any = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name", "rules"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "semanticVersion": {"pattern": r"^[0-9]+\.[0-9]+\.[0-9]+"},
                                    "rules": {
                                        "uniqueItems": True,
                                        "items": {
                                            "required": ["id", "shortDescription", "help"],
                                            "properties": {
                                                "shortDescription": {"$ref": "#/$defs/text"},
                                                "fullDescription": {"$ref": "#/$defs/text"},
                                                "help": {"$ref": "#/$defs/text"},
                                            },
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {
                        "items": {
                            "required": ["message", "ruleId", "ruleIndex", "kind", "level"],
                            "properties": {
                                "message": {"$ref": "#/$defs/text"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "kind": {"enum": ["pass", "review", "fail"]},
                                "level": {"enum": ["none", "error"]},
                            },
                        }
                    },
                },
            },
        },
    },
    "$defs": {
        "text": {"required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
    },
}
"""What SARIF 2.1.0 requires of a log, as far as ours has it (sections 3.13 to 3.52)."""


def found(snapshot: Snapshot = WRONG) -> tuple[Finding, ...]:
    return evaluate(snapshot, NOW)


def test_sarif_has_the_required_shape_with_a_rule_for_each_item() -> None:
    log = json.loads(reports.for_scanners(found(), URL, "0.1.0"))
    validator_for(SHAPE).validate(log)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == [item.id for item in ITEMS]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert (result["kind"] == "fail") == (result["level"] == "error")
    failed = [result["ruleId"] for result in run["results"] if result["kind"] == "fail"]
    assert failed == ["tables-recoverable"]
    assert {result["ruleId"] for result in run["results"]} == set(rules)


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
