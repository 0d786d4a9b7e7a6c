"""FastMCP's client: list the tools and call one. Runs in an environment of its own."""

import asyncio
import json
import os

from fastmcp import Client


async def main() -> None:
    """Print what was listed and what the call gave."""
    async with Client(os.environ["MCP_URL"], auth=os.environ["MCP_TOKEN"]) as client:
        listed = await client.list_tools()
        called = await client.call_tool("who_am_i", {})
    print(json.dumps([[tool.name for tool in listed], called.structured_content]))


asyncio.run(main())
