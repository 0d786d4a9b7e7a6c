"""The official Python SDK 1.x: list the tools and call one. Runs in an environment of its own."""

import asyncio
import json
import os

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client


async def main() -> None:
    """Print what was listed and what the call gave."""
    headers = {"authorization": f"Bearer {os.environ['MCP_TOKEN']}"}
    async with (
        streamablehttp_client(os.environ["MCP_URL"], headers=headers) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        listed = await session.list_tools()
        called = await session.call_tool("who_am_i", {})
    print(json.dumps([[tool.name for tool in listed.tools], called.structuredContent]))


asyncio.run(main())
