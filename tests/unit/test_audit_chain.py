"""The audit's chain: what follows what, and that nothing can be taken out, put in or altered."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.audit import (
    NO_ENTRY,
    AuditEntry,
    AuditHead,
    Change,
    Target,
    entry_digest,
    entry_document,
    read_entry,
)
from gatehouse.domain.audit_chain import BrokenChain, next_entry, require_chain
from gatehouse.domain.audit_heads import HeadStatement, date_of, signed_bytes
from gatehouse.domain.principals import BOOTSTRAP
from gatehouse.domain.strict_fields import UnreadableDocument
from tests.audited import AUTHOR
from tests.samples import NOW, PROJECT_ID

CHANGE = Change(target=Target(kind="tool", id="lookup"), before=None, after="ab" * 32)


def chain(length: int = 5) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    head = NO_ENTRY
    for number in range(length):
        author = replace(AUTHOR, at=NOW + number, request_id=f"request-{number}")
        entries.append(next_entry(head, PROJECT_ID, author, CHANGE))
        head = entries[-1].head
    return entries


def test_a_chain_holds_and_ends_with_its_last_entry() -> None:
    entries = chain()
    assert require_chain(entries, chain=PROJECT_ID) == entries[-1].head
    assert require_chain(entries[2:], chain=PROJECT_ID, after=entries[1].head) == entries[-1].head
    assert require_chain([], chain=PROJECT_ID) == NO_ENTRY


def test_the_first_entry_is_number_one_and_follows_nothing() -> None:
    (first,) = chain(1)
    assert (first.seq, first.prev) == (1, None)
    assert first.head == AuditHead(seq=1, digest=entry_digest(first), at=NOW)


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (lambda e: e[:2] + e[3:], "entry 3 is missing"),
        (lambda e: e[1:], "entry 1 is missing"),
        (lambda e: [e[0], e[2], e[1], *e[3:]], "entry 2 is missing"),
        (lambda e: [e[0], e[0], *e[1:]], "entry 2 is missing"),
        (lambda e: [*e[:2], replace(e[2], seq=4), replace(e[3], seq=3), e[4]], "entry 3 is miss"),
        (lambda e: [*e[:2], replace(e[3], seq=3), replace(e[2], seq=4), e[4]], "entry 3 does not"),
        (lambda e: [*e[:2], replace(e[2], chain="Other001"), *e[3:]], "entry 3 is of chain Other"),
    ],
)
def test_what_was_removed_moved_or_doubled_is_found(
    tamper: Callable[[list[AuditEntry]], list[AuditEntry]], said: str
) -> None:
    with pytest.raises(BrokenChain, match=said):
        require_chain(tamper(chain()), chain=PROJECT_ID)


ALTERED: list[Callable[[AuditEntry], AuditEntry]] = [
    lambda e: replace(e, author=replace(e.author, actor=BOOTSTRAP)),
    lambda e: replace(e, author=replace(e.author, action="GET /")),
    lambda e: replace(e, author=replace(e.author, source_ip="198.51.100.1")),
    lambda e: replace(e, author=replace(e.author, request_id="another")),
    lambda e: replace(e, author=replace(e.author, at=e.author.at + 1)),
    lambda e: replace(e, author=replace(e.author, actor=replace(e.author.actor, name="x"))),
    lambda e: replace(e, change=replace(e.change, before="00")),
    lambda e: replace(e, change=replace(e.change, after=None)),
    lambda e: replace(e, change=replace(e.change, target=Target(kind="tool", id="other"))),
    lambda e: replace(e, change=replace(e.change, target=Target(kind="role", id="lookup"))),
]


@pytest.mark.parametrize("alter", ALTERED)
def test_whatever_of_an_entry_is_altered_the_next_one_no_longer_follows(
    alter: Callable[[AuditEntry], AuditEntry],
) -> None:
    entries = chain()
    entries[2] = alter(entries[2])
    with pytest.raises(BrokenChain, match="entry 4 does not follow"):
        require_chain(entries, chain=PROJECT_ID)


def test_the_last_entry_can_be_cut_off_unless_somebody_knows_the_end() -> None:
    entries = chain()
    known = entries[-1].head
    assert require_chain(entries[:-1], chain=PROJECT_ID) != known


def test_times_never_decrease_whatever_clocks_say() -> None:
    late = next_entry(NO_ENTRY, PROJECT_ID, replace(AUTHOR, at=NOW + 100), CHANGE)
    early = next_entry(late.head, PROJECT_ID, replace(AUTHOR, at=NOW), CHANGE)
    assert early.author.at == NOW + 100
    forged = replace(early, author=replace(AUTHOR, at=NOW))
    with pytest.raises(BrokenChain, match="entry 2 is older"):
        require_chain([late, forged], chain=PROJECT_ID)


def test_an_entry_is_read_as_it_was_written() -> None:
    for entry in chain(2):
        assert read_entry(json.loads(json.dumps(entry_document(entry)))) == entry


@pytest.mark.parametrize(
    "change", [{"seq": True}, {"extra": 1}, {"at": "yesterday"}, {"actor": {"kind": "x"}}]
)
def test_what_is_no_entry_is_not_read(change: dict[str, Any]) -> None:
    document: dict[str, Any] = json.loads(json.dumps(entry_document(chain(1)[0])))
    with pytest.raises(UnreadableDocument):
        read_entry({**document, **change})


@given(name=st.text(max_size=20), source=st.ip_addresses().map(str))
def test_a_digest_is_of_canonical_json_that_anybody_can_write(name: str, source: str) -> None:
    if any("\ud800" <= character <= "\udfff" for character in name):
        return
    actor = replace(AUTHOR.actor, name=name)
    entry = next_entry(NO_ENTRY, PROJECT_ID, replace(AUTHOR, actor=actor, source_ip=source), CHANGE)
    text = json.dumps(
        entry_document(entry), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert entry_digest(entry) == hashlib.sha256(text.encode()).hexdigest()


def test_a_statement_names_its_deployment_chain_and_day_behind_a_domain_of_its_own() -> None:
    said = HeadStatement(
        deployment_id="d-1", chain=PROJECT_ID, date=date_of(NOW), seq=7, digest="ab" * 32
    )
    signed = signed_bytes(said)
    assert signed.startswith(b'gatehouse-audit-head-v1{"chain":')
    others = (
        replace(said, deployment_id="d-2"),
        replace(said, chain="Other001"),
        replace(said, date="2000-01-01"),
        replace(said, seq=8),
        replace(said, digest="cd" * 32),
    )
    assert len({signed, *map(signed_bytes, others)}) == 6
