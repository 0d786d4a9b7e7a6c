"""Cold starts: from the spawn of a process to its first answered call, ours and the peers'."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from bench import world
from bench.ground import Ground, packages, result_of
from bench.measure import ROUNDS
from bench.runtime import Code, Start, cold, working
from gatehouse.domain.tools import AuthStrategy

if TYPE_CHECKING:
    from bench.sockets import Asked

FLOOR = "floor: Logger + boto3, the same read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A function, what makes the first event that it gets, and whether its answer is JSON-RPC."""

    code: Code
    event: Callable[[], bytes]
    is_rpc: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStart:
    """Medians, in milliseconds; `to_floor` is of `answered`, the median of the rounds."""

    ready: float
    answered: float
    cpu: float
    to_floor: float


def measure(ground: Ground, rounds: int = ROUNDS) -> dict[str, ColdStart]:
    """Start everything in turns, each time anew."""
    subjects = _subjects(ground)
    starts: dict[str, list[Start]] = {name: [] for name in subjects}
    for number in range(-1, rounds):
        for name, subject in subjects.items():
            start = cold(subject.code, subject.event(), ground.log("cold"))
            if subject.is_rpc:
                result_of(start.answer)
            elif json.loads(start.answer).get("statusCode", 200) != 200:  # noqa: PLR2004
                raise AssertionError(start.answer)
            if number >= 0:  # the first round fills the page cache
                starts[name].append(start)
    floors = [start.answered for start in starts[FLOOR]]
    return {name: _figure(found, floors) for name, found in starts.items()}


def _figure(starts: list[Start], floors: list[float]) -> ColdStart:
    pairs = zip(starts, floors, strict=True)
    return ColdStart(
        ready=median(start.ready for start in starts) * 1000,
        answered=median(start.answered for start in starts) * 1000,
        cpu=median(start.cpu for start in starts) * 1000,
        to_floor=median(start.answered / floor for start, floor in pairs),
    )


def _subjects(ground: Ground) -> Mapping[str, Subject]:
    plain = ground.world()
    signed = ground.world(project_id="Proj0002", strategy=AuthStrategy.HMAC_SIGNATURE)
    asked = {"name": "tool_0000", "arguments": world.ARGUMENTS}
    by_key = partial(plain.rpc, "tools/call", asked, plain.api_key)
    call = plain.call
    read, (unsigned, hmac) = _recorded(ground, by_key(), signed.call())
    mcp = Subject(code=ground.function("mcp"), event=call)
    token = Subject(code=ground.function("token"), event=plain.exchange, is_rpc=False)
    dispatch = Subject(code=ground.function("dispatch"), event=lambda: unsigned, is_rpc=False)
    floor = ground.peer("floor", packages("floor"), READ=read)
    ours = {
        "mcp: tools/call, session": mcp,
        "mcp: tools/call, API key": replace(mcp, event=by_key),
        "mcp: tools/list, session": replace(mcp, event=partial(plain.rpc, "tools/list", {})),
        "token: session exchange": token,
        "dispatch: call, none": dispatch,
        "dispatch: call, hmac_signature": replace(dispatch, event=lambda: hmac),
    }
    bare = {"mcp: tools/call, session": "mcp", "token: session exchange": "token",
            "dispatch: call, none": "dispatch"}  # fmt: skip
    sources = {
        f"{name}, no byte code": replace(ours[name], code=ground.function(noun, byte_code=False))
        for name, noun in bare.items()
    }
    return {
        "empty handler": Subject(code=ground.peer("empty"), event=call, is_rpc=False),
        FLOOR: Subject(code=floor, event=by_key, is_rpc=False),
        **ours,
        **sources,
        **_peers(ground, call),
    }


def _peers(ground: Ground, call: Callable[[], bytes]) -> dict[str, Subject]:
    """Return the peers that run on Lambda, as they come and with byte code."""
    handlers = {
        "awslabs-mcp-lambda-handler": ("awslabs_app", "awslabs"),
        "mcp SDK server": ("sdk_lambda", "sdk"),
        "fastmcp": ("fastmcp_lambda", "fastmcp"),
    }
    found = {}
    for name, (handler, peer) in handlers.items():
        for byte_code, said in ((True, ""), (False, ", no byte code")):
            code = ground.peer(handler, packages(peer), byte_code=byte_code, TOOLS="1")
            found[f"{name}: tools/call{said}"] = Subject(code=code, event=call)
    return found


def _recorded(ground: Ground, by_key: bytes, signed: bytes) -> tuple[str, tuple[bytes, bytes]]:
    """Return what mcp reads for a call, and what it hands to dispatch for two."""
    recorded: list[Asked] = []
    ground.aws.recorded = recorded
    with working(ground.function("mcp"), ground.log("recorded")) as worker:
        for event in (by_key, signed):
            result_of(worker.call(event))
    ground.aws.recorded = None
    reads = [
        asked.body for asked in recorded if "BatchGetItem" in asked.headers.get("x-amz-target", "")
    ]
    unsigned, hmac = (asked.body for asked in recorded if "/functions/" in asked.target)
    return reads[0].decode(), (unsigned, hmac)
