"""Whatever has copies is written through `copied_writes`, and nowhere else."""

import ast
from pathlib import Path

import pytest

import gatehouse.aws
import scripts
from gatehouse.aws.attributes import CorruptItem
from gatehouse.aws.copies import NONE, Copies, copies_attribute, is_copied, read_copies
from gatehouse.aws.tables import (
    integration_key,
    member_key,
    project_key,
    resource_key,
    tool_definition_key,
    tool_key,
    trusted_root_key,
)

MODULES = sorted(
    path
    for package in (gatehouse.aws, scripts)
    for folder in package.__path__
    for path in Path(folder).glob("*.py")
)
WRITES = {"put_item", "update_item", "delete_item", "batch_write_item", "transact_write_items"}
KEYS_OF_COPIED = {
    "project_item",
    "integration_item",
    "integration_key",
    "assertion_key_item",
    "assertion_key_key",
    "tool_items",
    "tool_key",
    "tool_definition_key",
    "prompt_item",
    "prompt_key",
    "root_item",
    "trusted_root_key",
}
WRITERS = {"copied_writes.py", "replication.py"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_module_writes_around_the_copies(path: Path) -> None:
    if path.name in WRITERS:
        return
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute | ast.Name)
    }
    assert not (names & WRITES and names & KEYS_OF_COPIED)


UNAUDITED = {
    "apps.py": "that a key of an app was used",
    "audit.py": "where the audit ends",
    "audited_writes.py": "it is what audits",
    "copied_writes.py": "it is what audited writes are made by",
    "members.py": "that a member was seen",
    "people.py": "that somebody signed in",
    "replication.py": "copies, of which the change of the settings has an entry",
    "revocations.py": "marks of revoked warrants, of which the list has an entry",
    "sweeping.py": "what is left of a thing, of whose end there is an entry",
}
"""Who writes Authority without an entry, and what."""
ACTIVITY = {
    "breakers.py", "call_records.py", "client_registrations.py", "codes.py", "deduplications.py",
    "families.py", "limit_items.py", "limits.py", "marks.py", "receipts.py", "sign_ins.py",
    "services.py", "sessions.py",
}  # fmt: skip
"""Who writes what happened, or only says how one writes."""


@pytest.mark.parametrize(
    "path", sorted(Path(gatehouse.aws.__path__[0]).glob("*.py")), ids=lambda path: path.name
)
def test_who_administers_writes_through_the_audit(path: Path) -> None:
    """Whoever writes the table of who may do what has a reason to do so without an entry."""
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    defined = {
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    }
    if (called | defined) & WRITES:
        assert path.name in UNAUDITED.keys() | ACTIVITY


def test_what_every_call_reads_has_copies_and_what_spreads_by_itself_has_none() -> None:
    given = "Proj0001", "name"
    keys = [project_key("Proj0001"), integration_key(*given), tool_key(*given)]
    keys += [tool_definition_key(*given), trusted_root_key("Proj0001", b"key")]
    assert all(map(is_copied, keys))
    assert not is_copied(member_key(*given))
    assert not is_copied(resource_key(*given))


def test_copies_are_read_as_they_were_written() -> None:
    some = Copies(read=(1, 2), filling=(5,), leaving=(3, 4), unused=6)
    assert read_copies(copies_attribute(some)) == some
    assert read_copies(copies_attribute(NONE)) == read_copies(None) == NONE


@pytest.mark.parametrize("stored", ["[]", "{}", '{"read":1,"filling":[],"leaving":[],"unused":1}'])
def test_copies_that_cannot_be_read_are_no_copies_to_believe(stored: str) -> None:
    with pytest.raises(CorruptItem):
        read_copies({"copies": {"S": stored}})


def test_copies_half_filled_for_another_number_are_given_up() -> None:
    """Some would hold what others do not, and all are filled together."""
    half = NONE.toward(2)
    assert half.toward(2) == half
    assert half.toward(3) == Copies(filling=(3, 4, 5), leaving=(1, 2), unused=6)
    whole = half.filled()
    assert whole.toward(4) == Copies(read=(1, 2), filling=(3, 4), unused=5)
    assert whole.toward(1) == Copies(leaving=(1, 2), unused=3)
    assert whole.toward(1).swept() == Copies(unused=3)
