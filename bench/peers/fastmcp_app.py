"""The same tools by hand on FastMCP: stateless, JSON; nobody is authenticated."""

import os
from typing import Annotated, Any

import httpx2
from fastmcp import FastMCP
from fastmcp.tools import Tool
from pydantic import Field

UPSTREAM = os.environ["UPSTREAM"]
client = httpx2.AsyncClient()
server = FastMCP("bench")

ContactId = Annotated[str, Field(description="The id of the contact, such as 1")]
Fields = Annotated[str, Field(description="The fields to return, separated by commas")]


async def look_up(contact_id: ContactId, fields: Fields = "name") -> dict[str, Any]:
    """Look up one contact of the address book by its id, and return what is known."""
    url = f"{UPSTREAM}/v1/contacts/{contact_id}"
    found: dict[str, Any] = (await client.get(url, params={"fields": fields})).json()
    return found


for number in range(int(os.environ["TOOLS"])):
    server.add_tool(Tool.from_function(look_up, name=f"tool_{number:04}"))

app = server.http_app(stateless_http=True, json_response=True, host_origin_protection=False)
