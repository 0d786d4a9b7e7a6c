"""The items are whole: each says what to do, and what is proven by a test has that test."""

import re
from collections import Counter
from pathlib import Path

import pytest

from gatehouse.domain.checklist.catalogue import BY_ID, ITEMS
from gatehouse.domain.checklist.items import Asked, ByConstruction, Document, Item, Measured, Probed
from gatehouse.domain.checklist.page import document
from tests.unit.test_requirements import defined_in

PUBLISHED = Path(__file__).parents[3] / "docs" / "checklist.md"
PROVEN = [(item.id, item.known.test) for item in ITEMS if isinstance(item.known, ByConstruction)]


@pytest.mark.parametrize(("item", "test"), PROVEN, ids=[item for item, _ in PROVEN])
def test_the_test_that_proves_an_item_exists(item: str, test: str) -> None:
    path, _, name = test.partition("::")
    assert name in defined_in(path), item


def test_every_item_of_the_three_documents_is_there() -> None:
    assert Counter(item.document for item in ITEMS) == {
        Document.TENGINE: 21,
        Document.TENUO: 14,
        Document.SENTINEL: 11,
        Document.OWN: 7,
    }
    assert len(BY_ID) == len(ITEMS)
    assert len({item.origin for item in ITEMS}) == len(ITEMS)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_each_item_says_risk_fix_and_command(item: Item) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", item.id)
    for text in (item.says, item.risk, item.fix):
        assert re.fullmatch(r"[A-Z][^\n]{15,}[^.]", text), text
    assert item.command
    match item.known:
        case Measured():
            assert item.known.inside or item.known.outside
        case Asked() | Probed():
            assert 90 <= item.known.days <= 365
        case ByConstruction():
            pass


def test_the_published_page_is_fresh() -> None:
    assert PUBLISHED.read_text() == document(), "run `make checklist`"
