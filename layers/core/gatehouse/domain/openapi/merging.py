"""A newer proposal into a tool that was imported before: what its owner edited stays."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from gatehouse.domain.canonical_json import canonical_bytes
from gatehouse.domain.imports import ImportedFrom
from gatehouse.domain.tool_documents import definition_document
from gatehouse.domain.tools import ToolDefinition

MERGED: Final = (
    "description",
    "input_schema",
    "output_schema",
    "base_url",
    "endpoint_path",
    "headers_template",
    "query_template",
    "body_template",
    "body_encoding",
)
"""What a document says of a tool. All else is its owner's alone, how calls are proven above all:
a document that no longer asks for a credential must not take it away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A tool as it would become, and why.

    `changed` are the fields that the document changed, `edited` those that the owner changed and
    keeps; a field may be both.
    """

    definition: ToolDefinition
    changed: tuple[str, ...]
    edited: tuple[str, ...]


def field_digests(definition: ToolDefinition) -> Mapping[str, str]:
    """Return the digest of each field that a document says."""
    document = definition_document(definition)
    return {
        name: hashlib.sha256(canonical_bytes(document[name])).hexdigest()[:32] for name in MERGED
    }


def merged(current: ToolDefinition, known: ImportedFrom, proposed: ToolDefinition) -> Merge:
    """Take over what the document changed since `known`, but for what was edited since.

    A field of which no digest is known counts as edited where it differs from the proposal.
    """
    here, there = field_digests(current), field_digests(proposed)
    changed = tuple(name for name in MERGED if there[name] != known.digests.get(name))
    edited = tuple(
        name for name in MERGED if here[name] not in {known.digests.get(name), there[name]}
    )
    taken = {name: getattr(proposed, name) for name in changed if name not in edited}
    return Merge(definition=replace(current, **taken), changed=changed, edited=edited)
