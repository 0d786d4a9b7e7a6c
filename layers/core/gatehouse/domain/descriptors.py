"""Descriptors: what clients see of a thing in a list, as JSON text that is sent as it is."""

import json

from gatehouse.domain.json_values import JsonObject


def present(members: JsonObject) -> JsonObject:
    """Return the members that there are: none is null in MCP's descriptors."""
    return {name: value for name, value in members.items() if value is not None}


def descriptor_text(members: JsonObject) -> str:
    """Write those members that there are; what they hold stays as it was given."""
    return json.dumps(present(members), ensure_ascii=False, separators=(",", ":"))
