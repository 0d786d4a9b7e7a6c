"""Definitions as documents: what their digests cover, and what outlives a new field."""

import hashlib
import json
from dataclasses import fields, replace

import pytest

from gatehouse.domain.tool_documents import definition_document, read_definition, tool_digest
from gatehouse.domain.tools import BodyEncoding, OnOversize
from tests.samples import LOOKUP

LATER = {"icons", "max_response_bytes", "on_oversize", "idempotency_key", "body_encoding"}


def test_a_definition_is_read_as_it_was_written() -> None:
    changed = replace(
        LOOKUP,
        max_response_bytes=5000,
        on_oversize=OnOversize.ERROR,
        idempotency_key=True,
        body_encoding=BodyEncoding.FORM,
    )
    for definition in (LOOKUP, changed):
        written = json.loads(json.dumps(definition_document(definition)))
        assert read_definition(written) == definition


def test_a_definition_of_before_keeps_its_meaning_and_its_digest() -> None:
    before = {n: v for n, v in definition_document(LOOKUP).items() if n not in LATER}
    assert read_definition(before) == LOOKUP
    canonical = json.dumps(before, sort_keys=True, separators=(",", ":")).encode()
    assert tool_digest(LOOKUP) == hashlib.sha256(canonical).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"max_response_bytes": 5000},
        {"on_oversize": OnOversize.ERROR},
        {"idempotency_key": True},
        {"body_encoding": BodyEncoding.FORM},
    ],
)
def test_a_later_field_that_says_something_changes_the_digest(change: dict[str, object]) -> None:
    assert tool_digest(replace(LOOKUP, **change)) != tool_digest(LOOKUP)  # type: ignore[arg-type]


def test_every_field_is_part_of_the_document() -> None:
    assert definition_document(LOOKUP).keys() == {field.name for field in fields(LOOKUP)}
