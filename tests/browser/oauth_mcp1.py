"""The official Python SDK 1.x, by OAuth: call, refresh, call. In an environment of its own."""

import asyncio
import json
import os
import sys
from urllib.parse import parse_qs, urlsplit

from mcp import ClientSession
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamablehttp_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

URL = os.environ["MCP_URL"]
REDIRECT_URI = os.environ["MCP_REDIRECT_URI"]


class Kept:
    """A `TokenStorage`: knows the client as it was registered, and keeps tokens while this runs."""

    def __init__(self) -> None:
        self.tokens: list[OAuthToken] = []

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens[-1] if self.tokens else None

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens.append(tokens)

    async def get_client_info(self) -> OAuthClientInformationFull:
        return OAuthClientInformationFull.model_validate(
            {
                "client_id": os.environ["MCP_CLIENT_ID"],
                "client_secret": os.environ["MCP_CLIENT_SECRET"],
                "redirect_uris": [REDIRECT_URI],
                "token_endpoint_auth_method": "client_secret_basic",
            }
        )

    async def set_client_info(self, _client_info: OAuthClientInformationFull) -> None:
        raise AssertionError("nobody registers anything")


async def redirect(address: str) -> None:
    print(address, flush=True)


async def callback() -> tuple[str, str | None]:
    address = await asyncio.to_thread(sys.stdin.readline)
    query = parse_qs(urlsplit(address.strip()).query)
    return query["code"][0], query["state"][0]


async def main() -> None:
    """Print what two calls gave, the second with a refreshed token."""
    metadata = OAuthClientMetadata.model_validate(
        {"client_name": "Desk", "redirect_uris": [REDIRECT_URI]}
    )
    kept = Kept()
    auth = OAuthClientProvider(URL, metadata, kept, redirect, callback)
    async with (
        streamablehttp_client(URL, auth=auth) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        listed = await session.list_tools()
        first = await session.call_tool("who_am_i", {})
        auth.context.token_expiry_time = 1.0
        second = await session.call_tool("who_am_i", {})
    refreshed = [tokens.refresh_token for tokens in kept.tokens]
    print(
        json.dumps(
            {
                "tools": [tool.name for tool in listed.tools],
                "errors": [first.isError, second.isError],
                "refresh_tokens": len({*refreshed}),
            }
        )
    )


asyncio.run(main())
