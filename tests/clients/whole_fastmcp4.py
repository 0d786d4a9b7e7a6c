"""FastMCP's client does all it can. Runs in an environment of its own."""

import asyncio
import json
import os
from typing import Any

import mcp_types as types
from fastmcp import Client


async def main() -> None:
    """Print what came of each request."""
    logged: list[Any] = []
    steps: list[float] = []

    async def log(message: Any) -> None:
        logged.append(message.data)

    async def progress(done: float, _total: float | None, _message: str | None) -> None:
        steps.append(done)

    async def answer(*_: object) -> dict[str, str]:
        return {"name": "Ada"}

    async with Client(
        os.environ["MCP_URL"],
        auth=os.environ["MCP_TOKEN"],
        log_handler=log,
        elicitation_handler=answer,
    ) as client:
        picture = await client.call_tool("test_image_content", {})
        failed = await client.call_tool("test_error_handling", {}, raise_on_error=False)
        await client.call_tool("test_tool_with_progress", {}, progress_handler=progress)
        asked = await client.call_tool("test_input_required_result_elicitation", {})
        prompts = await client.list_prompts()
        prompt = await client.get_prompt(
            "test_prompt_with_arguments", {"arg1": "one", "arg2": "two"}
        )
        completed = await client.complete(
            types.PromptReference(type="ref/prompt", name="test_prompt_with_arguments"),
            {"name": "arg1", "value": "par"},
        )
        resources = await client.list_resources()
        templates = await client.list_resource_templates()
        text = await client.read_resource("test://static-text")
        data = await client.read_resource("test://template/7/data")
        report = {
            "version": client.protocol_version,
            "picture": picture.content[0].model_dump()["mime_type"],
            "failed": failed.is_error,
            "steps": steps,
            "logged": len(logged),
            "asked": asked.content[0].model_dump()["text"],
            "prompts": len(prompts),
            "prompt": prompt.messages[0].content.model_dump()["text"],
            "completed": completed.values,
            "resources": sorted(str(resource.uri) for resource in resources),
            "templates": [template.uri_template for template in templates],
            "text": text[0].model_dump()["text"],
            "data": json.loads(data[0].model_dump()["text"]),
        }
    print(json.dumps(report))


asyncio.run(main())
