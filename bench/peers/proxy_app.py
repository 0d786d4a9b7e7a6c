"""The same tools by FastMCP from the upstream's OpenAPI document; nobody is authenticated."""

import os
from typing import Any

import httpx2
from fastmcp import FastMCP


def operation(number: int) -> dict[str, Any]:
    """Describe one tool's endpoint."""
    text = {"type": "string"}
    return {
        "operationId": f"tool_{number:04}",
        "summary": "Look up one contact of the address book by its id, and return what is known.",
        "parameters": [
            {"name": "contact_id", "in": "path", "required": True, "schema": text},
            {"name": "fields", "in": "query", "required": False, "schema": text},
        ],
        "responses": {"200": {"description": "The contact"}},
    }


def path(number: int) -> str:
    """Return a path of its own for each tool: a document names each path once."""
    return f"/v{number + 1}/contacts/{{contact_id}}"


tools = range(int(os.environ["TOOLS"]))
document = {
    "openapi": "3.1.0",
    "info": {"title": "Contacts", "version": "1"},
    "paths": {path(number): {"get": operation(number)} for number in tools},
}
client = httpx2.AsyncClient(base_url=os.environ["UPSTREAM"])
server = FastMCP.from_openapi(document, client=client, name="bench")
app = server.http_app(stateless_http=True, json_response=True, host_origin_protection=False)
