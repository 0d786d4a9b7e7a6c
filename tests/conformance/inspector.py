"""`make inspector`: the official Inspector's command line against the deployed template.

Each of its three eras does the same: meet the server, list and call tools, read prompts and
resources, and be refused where it must be.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from tests.conformance import ground, node
from tests.conformance.media import PICTURE
from tests.conformance.schemas import JSON_SCHEMA_2020_12
from tests.conformance.tools import asking_tools, plain_tools

Json = dict[str, Any]
ERAS: Final[Mapping[str, str]] = {
    "legacy": "2025-11-25",
    "auto": "2026-07-28",
    "modern": "2026-07-28",
}
"""The version that each era must come to."""
UNAUTHENTICATED: Final = 3
TOOL_ERROR: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One run of the Inspector, and what must come of it."""

    name: str
    options: tuple[str, ...]
    holds: Callable[[Json], bool] = bool
    """Looks at `result` of what it printed."""
    exit_status: int = 0


def steps(version: str) -> Iterator[Step]:
    """List what is done in the era that speaks `version`."""
    yield Step(
        name="initialize",
        options=("--method", "initialize"),
        holds=lambda got: (
            got["protocolVersion"] == version
            and got["serverInfo"]["name"] == "gatehouse"
            and {"tools", "prompts", "resources", "completions"} <= set(got["capabilities"])
        ),
    )
    yield Step(
        name="tools/list",
        options=("--method", "tools/list", "--strict"),
        holds=lambda got: (
            [tool["name"] for tool in got["tools"]] == sorted(known_tools())
            and JSON_SCHEMA_2020_12 in [tool["inputSchema"] for tool in got["tools"]]
        ),
    )
    yield from tool_steps()
    yield from prompt_steps()
    yield from resource_steps()


def tool_steps() -> Iterator[Step]:
    """Call tools: with arguments that travel in headers too, a picture, an error."""
    yield Step(
        name="tools/call with arguments",
        options=call("test_x_mcp_header", "region=eu west", "limit=3", "urgent=true"),
        holds=lambda got: (
            got["structuredContent"]["received"]
            == {"region": "eu west", "limit": "3", "urgent": "true"}
        ),
    )
    yield Step(
        name="tools/call for a picture",
        options=call("test_image_content"),
        holds=lambda got: got["content"][0]["data"] == PICTURE,
    )
    yield Step(
        name="tools/call that fails",
        options=call("test_error_handling"),
        holds=lambda got: got["isError"] is True,
        exit_status=TOOL_ERROR,
    )


def prompt_steps() -> Iterator[Step]:
    """List the prompts and get one."""
    yield Step(
        name="prompts/list",
        options=("--method", "prompts/list"),
        holds=lambda got: "test_simple_prompt" in [prompt["name"] for prompt in got["prompts"]],
    )
    name, arguments = ("--prompt-name", "test_prompt_with_arguments"), ("arg1=one", "arg2=two")
    yield Step(
        name="prompts/get",
        options=("--method", "prompts/get", *name, "--prompt-args", *arguments),
        holds=lambda got: (
            got["messages"][0]["content"]["text"] == "Prompt with arguments: arg1='one', arg2='two'"
        ),
    )


def resource_steps() -> Iterator[Step]:
    """List the resources and read one that is stored and one behind a template."""
    yield Step(
        name="resources/list",
        options=("--method", "resources/list"),
        holds=lambda got: "test://static-text" in [item["uri"] for item in got["resources"]],
    )
    yield Step(
        name="resources/templates/list",
        options=("--method", "resources/templates/list"),
        holds=lambda got: got["resourceTemplates"][0]["uriTemplate"] == "test://template/{id}/data",
    )
    yield Step(
        name="resources/read of a stored one",
        options=("--method", "resources/read", "--uri", "test://static-binary"),
        holds=lambda got: got["contents"][0]["blob"] == PICTURE,
    )
    yield Step(
        name="resources/read through an endpoint",
        options=("--method", "resources/read", "--uri", "test://template/7/data"),
        holds=lambda got: json.loads(got["contents"][0]["text"])["id"] == "7",
    )


def call(tool: str, *arguments: str) -> tuple[str, ...]:
    """Write the options of a tool call."""
    pairs = (option for argument in arguments for option in ("--tool-arg", argument))
    return ("--method", "tools/call", "--tool-name", tool, *pairs)


def known_tools() -> set[str]:
    """Return the names of the fixture tools."""
    return {tool["name"] for tool in (*plain_tools(), *asking_tools())}


def problem(url: str, token: str, era: str, step: Step) -> str:
    """Take one step; return what is wrong, or nothing."""
    server = (f"{url}/mcp", "--transport", "http", "--header", f"Authorization: Bearer {token}")
    how = ("--protocol-era", era, "--stored-auth-only", "--format", "json", "-q")
    ran = node.run(".bin/mcp-inspector", "--cli", *server, *how, *step.options, timeout=60)
    said = " ".join((ran.stdout + ran.stderr).replace(token, "...").split())[:1000]
    if ran.returncode != step.exit_status:
        return f"exit status {ran.returncode}, not {step.exit_status}: {said}"
    try:
        held = step.exit_status == UNAUTHENTICATED or step.holds(json.loads(ran.stdout)["result"])
    except (ValueError, LookupError, TypeError) as error:
        return f"{error!r} in: {said}"
    return "" if held else f"not as expected: {said}"


def main() -> int:
    """Take every step in every era; return 0 when nothing is wrong."""
    wrong = 0
    with ground.laid() as laid, ThreadPoolExecutor(2) as pool:
        token = laid.session()
        refused = Step(
            name="a bad credential",
            options=("--method", "tools/list"),
            exit_status=UNAUTHENTICATED,
        )
        todo = [
            *((era, step, token) for era, version in ERAS.items() for step in steps(version)),
            *((era, refused, f"{token[:-4]}AAAA") for era in ERAS),
        ]
        found = pool.map(lambda do: problem(laid.api_url, do[2], do[0], do[1]), todo)
        for (era, step, _), what in zip(todo, found, strict=True):
            wrong += bool(what)
            print(f"{era:7}{step.name}: {what or 'ok'}")
    print(f"inspector: {len(todo) - wrong}/{len(todo)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
