"""The items of tools: both directions beside each other."""

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from gatehouse.aws.attributes import (
    Item,
    NewItem,
    flag,
    flag_value,
    json_value,
    number,
    number_value,
    optional_text,
    parsed,
    text,
    text_value,
)
from gatehouse.aws.item_parts import (
    FORMAT,
    RETIRING,
    limits_value,
    read_item_limits,
    read_sealed_secret,
    sealed_secret_attributes,
)
from gatehouse.aws.tables import tool_definition_key, tool_key
from gatehouse.domain.imports import ImportedFrom, imported_document, read_imported
from gatehouse.domain.sealing import RetiringSecret
from gatehouse.domain.tool_documents import (
    definition_document,
    read_definition,
    tool_descriptor_text,
)
from gatehouse.domain.tools import Tool, ToolDefinition
from gatehouse.domain.warrant_policies import WarrantMode

if TYPE_CHECKING:
    from gatehouse.domain.json_values import JsonObject

MAX_DEFINITIONS: Final = 256
"""Definitions that an instance remembers, as many as compiled schemas."""
MAX_REMEMBERED: Final = 16_384
"""Characters of such a one; larger ones would take more room than they are worth."""


def tool_items(tool: Tool) -> tuple[NewItem, NewItem]:
    """Write a tool as its two items: what decides, and what describes.

    They are written together and read together; `digest` says that they belong to each other.
    """
    name = tool.definition.name
    decides: NewItem = {
        **tool_key(tool.project_id, name),
        "project_id": text_value(tool.project_id),
        "format": number_value(FORMAT),
        "digest": text_value(tool.digest),
        "version": number_value(tool.version),
        "is_enabled": flag_value(tool.is_enabled),
        "created_at": number_value(tool.created_at),
        "updated_at": number_value(tool.updated_at),
    }
    decides |= sealed_secret_attributes(tool.sealed_secret)
    if retiring := tool.retiring_secret:
        decides |= sealed_secret_attributes(retiring.sealed, RETIRING)
        decides["retiring_until"] = number_value(retiring.until)
    describes: NewItem = {
        **tool_definition_key(tool.project_id, name),
        "digest": text_value(tool.digest),
        "is_enabled": flag_value(tool.is_enabled),
        "definition": json_value(definition_document(tool.definition)),
        "descriptor": text_value(tool_descriptor_text(tool.definition)),
    }
    if tool.imported_from is not None:
        describes["imported_from"] = json_value(imported_document(tool.imported_from))
    if limits := limits_value(tool.limits):
        decides["limits"] = limits
    if tool.warrant_mode is not None:
        decides["warrant_mode"] = text_value(tool.warrant_mode)
    if tool.allow_equal_calls:
        decides["allow_equal_calls"] = flag_value(tool.allow_equal_calls)
    if tool.approved_digest is not None:
        # On both: one decides whether the tool may be called, the other whether it is listed.
        approved = text_value(tool.approved_digest)
        decides["approved_digest"] = describes["approved_digest"] = approved
    return decides, describes


def read_tool(decides: Item, describes: Item) -> Tool:
    """Read a tool from its two items."""
    return Tool(
        project_id=text(decides, "project_id"),
        definition=_definition_of(text(describes, "definition")),
        digest=text(decides, "digest"),
        version=number(decides, "version"),
        is_enabled=flag(decides, "is_enabled"),
        created_at=number(decides, "created_at"),
        updated_at=number(decides, "updated_at"),
        sealed_secret=read_sealed_secret(decides),
        retiring_secret=_read_retiring_secret(decides),
        approved_digest=optional_text(decides, "approved_digest"),
        limits=read_item_limits(decides),
        warrant_mode=_read_warrant_mode(decides),
        allow_equal_calls="allow_equal_calls" in decides and flag(decides, "allow_equal_calls"),
        imported_from=_read_imported(describes),
    )


def _read_imported(item: Item) -> ImportedFrom | None:
    if "imported_from" not in item:
        return None
    return read_imported(cast("JsonObject", parsed(item, "imported_from")))


def _definition_of(document: str) -> ToolDefinition:
    """Read a definition; the same text, which says all of it, is read once."""
    return (_read_once if len(document) <= MAX_REMEMBERED else _read)(document)


def _read(document: str) -> ToolDefinition:
    return read_definition(cast("JsonObject", json.loads(document)))


_read_once: Final = lru_cache(maxsize=MAX_DEFINITIONS)(_read)


def _read_warrant_mode(item: Item) -> WarrantMode | None:
    mode = optional_text(item, "warrant_mode")
    return None if mode is None else WarrantMode(mode)


def _read_retiring_secret(item: Item) -> RetiringSecret | None:
    sealed = read_sealed_secret(item, RETIRING)
    if sealed is None:
        return None
    return RetiringSecret(sealed=sealed, until=number(item, "retiring_until"))
