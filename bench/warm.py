"""Warm calls: CPU of the serving processes and time, ours and the peers' in turns."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import world
from bench.events import rpc_body
from bench.field import Field, alone, asked, both, fielded
from bench.ground import Ground, packages, result_of
from bench.measure import ROUNDS, Figure, Subject, in_turns
from bench.runtime import Worker
from bench.servers import LIST, DidNotServe, contextforge, serving_app
from bench.world import ENFORCED, World, chain_of
from gatehouse.domain.tools import AuthStrategy

if TYPE_CHECKING:
    from bench.sockets import Asked

CALL = rpc_body("tools/call", {"name": "tool_0000", "arguments": world.ARGUMENTS})
SIZES = (10, 100, 1_000)
PROJECTS = {10: "Tools010", 100: "Tools100", 1_000: "Tool1000"}
OURS = "gatehouse: none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warm:
    """Figures by subject; `lists` by size first; `missing` says why a peer was not measured."""

    calls: Mapping[str, Figure]
    lists: Mapping[int, Mapping[str, Figure]]
    missing: Mapping[str, str]

    @property
    def floor(self) -> list[float]:
        """F, round by round: two empty workers, one GET, and the AWS calls of the budget."""
        return self._floor(LEAN)

    @property
    def own_floor(self) -> list[float]:
        """What F would be if those calls were made by our own client."""
        return self._floor(OWN)

    def _floor(self, client: str) -> list[float]:
        empty, get, aws = (self.calls[name].cpu for name in (EMPTY, FETCH, client))
        return [2 * e + (g - e) + (a - e) for e, g, a in zip(empty, get, aws, strict=True)]


EMPTY = "an empty worker"
FETCH = "a worker with one httpx GET"
LEAN = "a worker with the AWS calls of a tool call"
OWN = "the same by our own client, which is in no floor"


def measure(ground: Ground, rounds: int = ROUNDS) -> Warm:
    """Measure tool calls and session exchanges, then the lists of each size.

    They are quick, so they take twice as many turns: a machine's speed changes within seconds.
    """
    rounds *= 2
    with fielded(ground) as field_:
        calls = in_turns(_calls(field_), rounds)
        missing = field_.missing
    lists = {}
    for size in SIZES:
        with fielded(ground) as field_:
            lists[size] = in_turns(_lists(field_, size), rounds)
            missing |= field_.missing
    return Warm(calls=calls, lists=lists, missing=missing)


def _calls(field_: Field) -> dict[str, Subject]:
    ground = field_.ground
    plain = ground.world(project_id="PlainCal")
    signed = ground.world(project_id="Signed01", strategy=AuthStrategy.HMAC_SIGNATURE)
    guarded = ground.world(
        project_id="Guarded1", strategy=AuthStrategy.HMAC_SIGNATURE, policy=ENFORCED
    )
    chain = chain_of(3)
    mcp = field_.worker("mcp", ground.function("mcp"))
    budget = _budget(ground, mcp, plain)
    token = field_.worker("token", ground.function("token"))
    empty = field_.worker("empty", ground.peer("empty"))
    fetch = field_.worker("fetch", ground.peer("fetch", packages("awslabs")))
    lean = field_.worker("lean", ground.peer("lean", CALLS=budget))
    own = field_.worker("own", ground.peer("wire", CALLS=budget))
    awslabs = field_.worker("awslabs", ground.peer("awslabs_app", packages("awslabs"), TOOLS="1"))
    return {
        EMPTY: alone(empty, plain.call),
        FETCH: alone(fetch, plain.call),
        LEAN: alone(lean, plain.call),
        OWN: alone(own, plain.call),
        OURS: both(ground, mcp, plain.call),
        "gatehouse: hmac_signature": both(ground, mcp, signed.call),
        "gatehouse: hmac_signature and a warrant": both(
            ground, mcp, lambda: guarded.call(chain=chain)
        ),
        "gatehouse: session exchange": alone(token, plain.exchange),
        "awslabs-mcp-lambda-handler": alone(awslabs, plain.call),
        **_servers(field_, 1, CALL),
    }


def _lists(field_: Field, size: int) -> dict[str, Subject]:
    ground = field_.ground
    held = ground.world(project_id=PROJECTS[size], tools=size)
    mcp = field_.worker("mcp", ground.function("mcp"))
    code = ground.peer("awslabs_app", packages("awslabs"), TOOLS=str(size))
    awslabs = field_.worker("awslabs", code)

    def page() -> bytes:
        return held.rpc("tools/list", {})

    calls = 30 if size < SIZES[-1] else 5
    return {
        "gatehouse": alone(mcp, page, calls),
        "gatehouse, all pages": _whole(mcp, held, calls),
        "awslabs-mcp-lambda-handler": alone(awslabs, page, calls),
        **_servers(field_, size, LIST, calls),
    }


def _whole(mcp: Worker, held: World, calls: int) -> Subject:
    """Return the reading of a whole list, page by page."""
    credential = held.session()

    def read() -> None:
        cursor: Mapping[str, str] | None = {}
        count = 0
        while cursor is not None:
            result = result_of(mcp.call(held.rpc("tools/list", dict(cursor), credential)))
            count += len(result["tools"])
            cursor = {"cursor": result["nextCursor"]} if "nextCursor" in result else None
        assert count == held.tools  # noqa: S101

    return Subject(call=read, pids=(mcp.process.pid,), calls=max(calls // 3, 2), settle=mcp.settle)


def _servers(field_: Field, tools: int, body: str, calls: int = 30) -> dict[str, Subject]:
    ground = field_.ground
    starts = {
        "mcp SDK server": serving_app(ground, "sdk", "sdk_app", tools),
        "fastmcp, by hand": serving_app(ground, "fastmcp", "fastmcp_app", tools),
        "fastmcp, from OpenAPI": serving_app(ground, "fastmcp", "proxy_app", tools),
        "ContextForge": contextforge(ground, tools),
    }
    found = {}
    for name, start in starts.items():
        server = field_.server(name, start)
        if server is None:
            continue
        asking = body
        if name == "ContextForge":  # it spells names its own way, and pages at its own length
            asking = body.replace("tool_0000", "tool-0000")
        try:
            server.call(asking)
        except (DidNotServe, OSError) as error:
            field_.missing[name] = str(error)[:200]
            continue
        found[name] = asked(server, asking, min(calls, 10) if name == "ContextForge" else calls)
    return found


def _budget(ground: Ground, mcp: Worker, plain: World) -> str:
    """Return the AWS calls of one warm tool call, as they were made, for the lean client."""
    result_of(mcp.call(plain.call()))
    recorded: list[Asked] = []
    ground.aws.recorded = recorded
    result_of(mcp.call(plain.call()))
    ground.aws.recorded = None
    calls = []
    for each in recorded:
        target = each.headers.get("x-amz-target", "")
        service = "dynamodb" if target.startswith("DynamoDB") else "lambda"
        path = each.target.replace("/functions/dispatch/", "/functions/kept/")
        calls.append((service, path, target, each.body.decode()))
    return json.dumps(calls)
