"""The public package's own MCP client, with its warrants. Runs in an environment of its own."""

import asyncio
import json
import os

import tenuo
from tenuo.mcp import SecureMCPClient

TOOL = os.environ["TOOL"]


async def main() -> None:
    """Print how calls ended: allowed, outside of the warrant, and allowed in an argument."""
    root = tenuo.SigningKey.from_bytes(bytes.fromhex(os.environ["ROOT_KEY"]))
    tenuo.configure(issuer_key=root, trusted_roots=[root.public_key])
    headers = {"authorization": f"Bearer {os.environ['MCP_KEY']}"}
    ended = []
    async with (
        SecureMCPClient(
            url=os.environ["MCP_URL"], transport="http", headers=headers, inject_warrant=True
        ) as client,
        tenuo.mint(tenuo.Capability(TOOL, path=tenuo.Pattern("/data/*"))),
    ):
        for path, carrier in (
            ("/data/1", True),
            ("/etc/passwd", True),
            ("/data/2", "argument"),
            ("/data/3", False),
        ):
            try:
                said = await client.call_tool(
                    TOOL, {"path": path}, warrant_context=False, inject_warrant=carrier
                )
                ended.append([path, str(said)])
            except Exception as error:  # noqa: BLE001 - what it raises is what is asked
                ended.append([path, f"{type(error).__name__}: {error}"])
    print(json.dumps(ended))


asyncio.run(main())
