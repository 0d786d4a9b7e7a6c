"""The programs around the official suite must be able to fail."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import authorization, node, run, suite
from tests.conformance.suite import Fault, Outcome

LATEST = "2026-07-28"
SCORED = frozenset(f"scenario-{number}" for number in range(37))
WELL: Mapping[str, tuple[Fault, ...]] = dict.fromkeys(SCORED | set(run.PENDING), ())
GOOD = Outcome(findings=WELL, scored=SCORED, as_expected=True, said="")


def with_fault(scenario: str, message: str = "broken") -> Outcome:
    findings = {**WELL, scenario: (Fault("a-check", "FAILURE", message),)}
    return replace(GOOD, findings=findings)


def test_a_run_without_faults_is_right() -> None:
    assert run.judge(LATEST, GOOD)


def test_one_failed_scenario_makes_the_run_wrong() -> None:
    assert not run.judge(LATEST, with_fault("scenario-3"))


def test_a_scenario_that_did_not_run_makes_the_run_wrong() -> None:
    findings = {name: faults for name, faults in WELL.items() if name != "scenario-3"}
    assert not run.judge(LATEST, replace(GOOD, findings=findings))


def test_a_scenario_fewer_than_required_makes_the_run_wrong() -> None:
    assert not run.judge(LATEST, replace(GOOD, scored=SCORED - {"scenario-3"}))


@pytest.mark.parametrize("scenario", run.PENDING)
def test_a_failed_pending_scenario_makes_the_run_wrong(scenario: str) -> None:
    assert not run.judge(LATEST, with_fault(scenario))


def test_an_unexpected_warning_makes_the_run_wrong() -> None:
    assert not run.judge(LATEST, replace(GOOD, as_expected=False))


def expected_to_fail(message: str) -> Outcome:
    expected = frozenset(name for name in suite.expected_failures() if ":" not in name)
    others = frozenset(f"scenario-{number}" for number in range(26))
    faults = dict.fromkeys(expected, (Fault("a-check", "FAILURE", message),))
    findings = {**dict.fromkeys(others, ()), **faults}
    return Outcome(findings=findings, scored=others | expected, as_expected=True, said="")


def test_failures_expected_for_the_reason_given_are_right() -> None:
    assert run.judge("2025-11-25", expected_to_fail(f"{run.REASON} sampling from client"))


def test_an_expected_failure_for_another_reason_makes_the_run_wrong() -> None:
    assert not run.judge("2025-11-25", expected_to_fail("Unknown tool: test_sampling"))


def test_each_fault_is_printed_on_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    run.judge(LATEST, with_fault("scenario-3", "two\nlines"))
    assert capsys.readouterr().out == f"{LATEST} scenario-3 FAILURE a-check: two lines\n"


def test_findings_are_read_from_what_the_suite_wrote(tmp_path: Path) -> None:
    folder = tmp_path / "server-tools-list-2026-11-22T14-46-54-123Z"
    folder.mkdir()
    checks: list[dict[str, Any]] = [
        {"id": "one", "status": "SUCCESS"},
        {"id": "two", "status": "FAILURE", "errorMessage": "no tools"},
        {"id": "three", "status": "WARNING"},
    ]
    (folder / "checks.json").write_text(json.dumps(checks))
    assert dict(suite.read(tmp_path)) == {
        "tools-list": (Fault("two", "FAILURE", "no tools"), Fault("three", "WARNING", "")),
    }


def test_the_lock_file_names_no_registry() -> None:
    lock = (node.HERE / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert json.loads(lock)["packages"]["node_modules/@modelcontextprotocol/conformance"][
        "version"
    ] == ("0.2.0-alpha.12")


def test_of_authorization_every_scenario_must_run_and_pass() -> None:
    well: Mapping[str, tuple[Fault, ...]] = dict.fromkeys(authorization.SCENARIOS, ())
    assert authorization.judge(well)
    for name in authorization.SCENARIOS:
        assert not authorization.judge({other: () for other in well if other != name})
        for status in ("FAILURE", "WARNING", "SKIPPED"):
            assert not authorization.judge({**well, name: (Fault("a-check", status, "why"),)})


def test_a_skipped_check_of_authorization_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "authorization-server-authorization-code-grant-2026-01-01T00-00-00-000Z"
    folder.mkdir()
    check = {"id": "c", "status": "SKIPPED", "errorMessage": "no client"}
    (folder / "checks.json").write_text(json.dumps([check]))
    name = "authorization-code-grant"
    assert dict(suite.read(tmp_path)) == {name: ()}
    found = dict(suite.read(tmp_path, suite.FAULTY | {"SKIPPED"}))
    assert found == {name: (Fault("c", "SKIPPED", "no client"),)}
