"""The official Python SDK 2.x: list the tools and call one. Runs in an environment of its own."""

import asyncio
import json
import os

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


async def main() -> None:
    """Print what was listed and what the call gave; MCP_MODE is `auto` or `legacy`."""
    headers = {"authorization": f"Bearer {os.environ['MCP_TOKEN']}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        transport = streamable_http_client(os.environ["MCP_URL"], http_client=http)
        async with Client(transport, mode=os.environ["MCP_MODE"]) as client:
            listed = await client.list_tools()
            arguments = json.loads(os.environ.get("MCP_ARGUMENTS", "{}"))
            called = await client.call_tool(os.environ.get("MCP_TOOL", "who_am_i"), arguments)
    print(json.dumps([[tool.name for tool in listed.tools], called.structured_content]))


asyncio.run(main())
