"""How things are put right: commands to copy, in which capitals stand for what is one's own."""

import json

from gatehouse.domain.json_values import JsonObject


def attest(item: str) -> str:
    """Return how somebody gives their word that an item holds."""
    return ask("POST", "/api/v1/checklist/attestations", {"item": item, "note": "WHAT YOU SAW"})


def ask(method: str, path: str, body: JsonObject | None = None) -> str:
    """Return a request to the management API."""
    sent = "" if body is None else f" --json '{json.dumps(body)}'"
    return f'curl -X {method} "$GATEHOUSE_URL{path}" -H "Authorization: Bearer $KEY"{sent}'


def change_tool(fields: JsonObject) -> str:
    """Return the change of a tool."""
    return ask("PATCH", "/api/v1/custom-tools/TOOL_ID", {**fields, "version": "VERSION"})


def deploy(**parameters: str) -> str:
    """Return a deployment with other parameters."""
    given = " ".join(f"{name}={value}" for name, value in parameters.items())
    return f"sam deploy --config-env prod --parameter-overrides {given}".rstrip()
