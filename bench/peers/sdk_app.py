"""The same tools by hand on the official SDK's server: stateless, JSON; nobody is authenticated."""

import os
from typing import Annotated, Any

import httpx2
from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import Field

UPSTREAM = os.environ["UPSTREAM"]
client = httpx2.AsyncClient()
server = MCPServer("bench", log_level="ERROR")

ContactId = Annotated[str, Field(description="The id of the contact, such as 1")]
Fields = Annotated[str, Field(description="The fields to return, separated by commas")]


async def look_up(contact_id: ContactId, fields: Fields = "name") -> dict[str, Any]:
    """Look up one contact of the address book by its id, and return what is known."""
    url = f"{UPSTREAM}/v1/contacts/{contact_id}"
    found: dict[str, Any] = (await client.get(url, params={"fields": fields})).json()
    return found


for number in range(int(os.environ["TOOLS"])):
    server.add_tool(look_up, name=f"tool_{number:04}")

app = server.streamable_http_app(
    stateless_http=True,
    json_response=True,
    transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
)
