"""The official suite: run it for one revision, and read what it found."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from tests.conformance import node

PROGRAM: Final = "@modelcontextprotocol/conformance/dist/index.js"
EXPECTED: Final = node.HERE / "expected-failures.yml"
LONGEST: Final = 480.0
"""Seconds that one revision may take."""
FAULTY: Final = frozenset({"FAILURE", "WARNING"})
_FOLDER: Final = re.compile(r"(authorization-)?server-(?P<scenario>.+)-\d{4}-\d\d-\d\dT[\d-]+Z")


@dataclass(frozen=True, slots=True)
class Fault:
    """A check that failed, or warned."""

    check: str
    status: str
    message: str


Findings = Mapping[str, tuple[Fault, ...]]
"""What is wrong, by scenario; a scenario that ran and is well has nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one revision."""

    findings: Findings
    scored: frozenset[str]
    as_expected: bool
    """The suite's own word: no failure or warning but those listed, and all of those listed."""
    said: str

    @property
    def passed(self) -> frozenset[str]:
        """The scored scenarios in which nothing failed."""
        return frozenset(name for name in self.scored if name in self.findings and self.good(name))

    def good(self, scenario: str) -> bool:
        """Tell whether a scenario ran without a failure."""
        faults = self.findings.get(scenario)
        return faults is not None and not any(fault.status == "FAILURE" for fault in faults)


def run(url: str, revision: str, results: Path) -> Outcome:
    """Test the server at `url` against what `revision` requires.

    A revision without a frozen list of requirements is tested with every scenario it knows.
    """
    required = _required(revision)
    chosen = (
        ["--requirements", revision] if required else ["--suite", "all", "--spec-version", revision]
    )
    options = ["--expected-failures", str(EXPECTED), "--output-dir", str(results)]
    ran = node.run(PROGRAM, "server", "--url", url, *chosen, *options, timeout=LONGEST)
    findings = dict(read(results))
    return Outcome(
        findings=findings,
        scored=required or frozenset(findings),
        as_expected=ran.returncode == 0,
        said=ran.stdout + ran.stderr,
    )


def expected_failures() -> frozenset[str]:
    """Return the scenarios, and the checks as `scenario:check`, that are expected to fail."""
    return frozenset(yaml.safe_load(EXPECTED.read_text())["server"])


def _required(revision: str) -> frozenset[str]:
    file = (
        node.HERE / f"node_modules/@modelcontextprotocol/conformance/requirements/{revision}.yaml"
    )
    return frozenset(yaml.safe_load(file.read_text())["server"]) if file.exists() else frozenset()


def read(results: Path, faulty: frozenset[str] = FAULTY) -> Iterator[tuple[str, tuple[Fault, ...]]]:
    """Give each scenario that the suite wrote about, and its faults: checks of these statuses."""
    for folder in sorted(results.iterdir()):
        found, file = _FOLDER.fullmatch(folder.name), folder / "checks.json"
        if found and file.exists():
            checks = json.loads(file.read_text())
            yield (
                found["scenario"],
                tuple(
                    Fault(check["id"], check["status"], check.get("errorMessage", ""))
                    for check in checks
                    if check["status"] in faulty
                ),
            )
