"""docs/requirements.md and the tests hold each other: no demand without a test, no test made up."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from gatehouse.edge.mcp.eras import LEGACY_VERSIONS, MODERN_VERSIONS

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8").splitlines()
TABLES = [line for line in LINES[LINES.index("## Messages and transport, 2026-07-28") :] if line]
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split(" | "))
    for line in TABLES
    if re.match(r"\| [A-Z][0-9]+ \|", line)
]
NAMED = [(row[0], test) for row in ROWS for test in re.findall(r"`([^`]+)`", row[-1])]


@cache
def defined_in(path: str) -> frozenset[str]:
    """The test functions that a file defines."""
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    functions = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in functions if name.startswith("test_"))


@pytest.mark.parametrize(("row", "test"), NAMED, ids=[f"{row}-{test}" for row, test in NAMED])
def test_each_test_that_is_named_exists(row: str, test: str) -> None:
    path, _, name = test.partition("::")
    assert name in defined_in(path), row


def test_each_line_that_demands_is_a_row_with_a_page_and_a_test() -> None:
    demanding = [line for line in TABLES if "MUST" in line]
    assert len(demanding) == len(ROWS) > 40
    for row in ROWS:
        assert len(row) == 4, row
        _, demand, page, tests = row
        assert "MUST" in demand
        assert page.partition("/")[0] in LEGACY_VERSIONS + MODERN_VERSIONS
        assert re.fullmatch(r"(`[a-z0-9_/]+\.py::test_[a-z0-9_]+`(, )?)+", tests), row


def test_no_two_rows_have_one_id() -> None:
    assert len({row[0] for row in ROWS}) == len(ROWS)


def test_the_protocols_document_leads_here() -> None:
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    assert "(requirements.md)" in text
