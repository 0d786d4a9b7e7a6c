"""What came of the checklist, for people, programs, code scanners and a README."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final
from xml.sax.saxutils import escape

from rich.console import Group
from rich.table import Table
from rich.text import Text

from gatehouse.domain.checklist.evaluation import Finding, Standing
from gatehouse.domain.checklist.page import way
from gatehouse_cli.output import Json, clean

SARIF_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_MARKS: Final[Mapping[Standing, tuple[str, str]]] = MappingProxyType(
    {
        Standing.PASSED: ("passed", "green"),
        Standing.NEEDS_ATTESTATION: ("asks you", "yellow"),
        Standing.FAILED: ("failed", "bold red"),
    }
)
_KINDS: Final[Mapping[Standing, tuple[str, str]]] = MappingProxyType(
    {
        Standing.PASSED: ("pass", "none"),
        Standing.NEEDS_ATTESTATION: ("review", "none"),
        Standing.FAILED: ("fail", "error"),
    }
)
"""SARIF's kind and level (SARIF 2.1.0, sections 3.27.9 and 3.27.10)."""


def counts(findings: Sequence[Finding]) -> Mapping[Standing, int]:
    """Return how many items came to what."""
    found = Counter(finding.standing for finding in findings)
    return {standing: found[standing] for standing in Standing}


def for_people(findings: Sequence[Finding]) -> Group:
    """Return a table of all items, and below it what to do about each that did not pass."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("", "item", "what holds", "known"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        mark, style = _MARKS[finding.standing]
        item = finding.item
        table.add_row(Text(mark, style=style), item.id, item.says, way(item.known))
    open_ones = [finding for finding in findings if finding.standing is not Standing.PASSED]
    return Group(table, Text(), *map(_advice, open_ones), Text(summary(findings), style="bold"))


def summary(findings: Sequence[Finding]) -> str:
    """Return how many items came to what, in words."""
    found = counts(findings)
    return ", ".join(f"{number} {_MARKS[standing][0]}" for standing, number in found.items())


def _advice(finding: Finding) -> Text:
    mark, style = _MARKS[finding.standing]
    item = finding.item
    text = Text.assemble((f"{mark}: {item.says}", style), f"  ({item.id}; {item.origin})\n")
    for problem in finding.problems:
        text.append(f"  - {clean(problem)}\n")
    text.append(f"  Risk: {item.risk}.\n  Fix: {item.fix}.\n  $ {item.command}\n")
    return text


def for_programs(findings: Sequence[Finding]) -> Json:
    """Return a document with everything about each item."""
    return {
        "counts": {str(standing): number for standing, number in counts(findings).items()},
        "items": [_document(finding) for finding in findings],
    }


def _document(finding: Finding) -> Json:
    item, said = finding.item, finding.attestation
    return {
        "id": item.id,
        "origin": item.origin,
        "says": item.says,
        "known": way(item.known),
        "standing": str(finding.standing),
        "problems": list(finding.problems),
        "risk": item.risk,
        "fix": item.fix,
        "command": item.command,
        "attestation": said and {"by": said.by, "at": said.at, "note": said.note},
    }


def for_scanners(findings: Sequence[Finding], url: str, version: str) -> str:
    """Return SARIF 2.1.0: a rule for each item, and a result for each problem."""
    driver = {
        "name": "gatehouse preflight",
        "semanticVersion": version,
        "rules": [_rule(finding) for finding in findings],
    }
    results = [
        _result(finding, index, problem, url)
        for index, finding in enumerate(findings)
        for problem in finding.problems or ("holds",)
    ]
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    return _json({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(finding: Finding) -> Json:
    item = finding.item
    return {
        "id": item.id,
        "shortDescription": _message(item.says),
        "fullDescription": _message(f"{item.says}. {item.risk}."),
        "help": _message(f"{item.fix}.\n\n{item.command}"),
        "properties": {"tags": ["security", str(item.document)]},
    }


def _result(finding: Finding, index: int, problem: str, url: str) -> Json:
    kind, level = _KINDS[finding.standing]
    return {
        "ruleId": finding.item.id,
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": _message(f"{finding.item.says}: {problem}"),
        "locations": [{"logicalLocations": [{"fullyQualifiedName": url, "kind": "resource"}]}],
    }


def _message(text: str) -> Json:
    """Return a message; a brace that means itself is doubled (section 3.11.5)."""
    return {"text": text.replace("{", "{{").replace("}", "}}")}


def badge(findings: Sequence[Finding]) -> str:
    """Return an SVG that says how many items passed."""
    found = counts(findings)
    passed, total = found[Standing.PASSED], len(findings)
    color = "#b91c1c" if found[Standing.FAILED] else "#15803d" if passed == total else "#a16207"
    label, value = "preflight", escape(f"{passed} of {total}")
    left, right = 64, 12 + 7 * len(value)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{label}: {value}"><title>{label}: {value}</title>'
        f'<rect width="{left}" height="20" fill="#404040"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{color}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" '
        f'text-anchor="middle"><text x="{left / 2}" y="14">{label}</text>'
        f'<text x="{left + right / 2}" y="14">{value}</text></g></svg>\n'
    )


def _json(document: Json) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
