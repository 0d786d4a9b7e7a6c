"""What is measured warm, and the processes that live while it is."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.ground import Ground, result_of
from bench.measure import Subject
from bench.runtime import Worker, working
from bench.servers import DidNotServe, Server


@dataclass
class Field:
    """What is being measured, and the processes that live until the end of it."""

    ground: Ground
    stack: ExitStack
    missing: dict[str, str] = field(default_factory=dict)

    def worker(self, name: str, code: Any) -> Worker:  # noqa: ANN401
        """Start a worker."""
        return self.stack.enter_context(working(code, self.ground.log(name)))

    def server(self, name: str, start: Any) -> Server | None:  # noqa: ANN401
        """Start a server; note why, if it does not."""
        try:
            server: Server = self.stack.enter_context(start)
        except (DidNotServe, OSError) as error:
            self.missing[name] = str(error).strip().rpartition("\n")[2][:200] or repr(error)
            return None
        return server


@contextmanager
def fielded(ground: Ground, *, is_counting: bool = False) -> Iterator[Field]:
    """Open a field; dispatch stands by for those who invoke it."""
    with ExitStack() as stack:
        opened = Field(ground, stack)
        code = ground.counting("dispatch") if is_counting else ground.function("dispatch")
        ground.dispatch = opened.worker("dispatch", code)
        try:
            yield opened
        finally:
            ground.dispatch = None


def both(
    ground: Ground, mcp: Worker, make: Callable[[], bytes], calls: int = 30, *, uses: int = 100
) -> Subject:
    """Return tool calls whose cost is that of mcp and dispatch together."""
    dispatch = ground.dispatch
    assert dispatch is not None  # noqa: S101
    event = _renewed(make, uses)

    def settle() -> None:
        mcp.settle()
        dispatch.settle()

    return Subject(
        call=lambda: result_of(mcp.call(event())),
        pids=(mcp.process.pid, dispatch.process.pid),
        calls=calls,
        settle=settle,
    )


def alone(worker: Worker, make: Callable[[], bytes], calls: int = 30) -> Subject:
    """Return calls of one worker."""
    event = _renewed(make)
    return Subject(
        call=lambda: _checked(worker.call(event())),
        pids=(worker.process.pid,),
        calls=calls,
        settle=worker.settle,
    )


def asked(server: Server, body: str, calls: int = 30) -> Subject:
    """Return requests to a server."""
    return Subject(call=lambda: server.call(body), pids=(server.process.pid,), calls=calls)


def _renewed(make: Callable[[], bytes], uses: int = 100) -> Callable[[], bytes]:
    """Return what gives an event, made anew now and then: tokens, assertions and proofs end."""
    kept: list[bytes] = []

    def event() -> bytes:
        if not kept:
            kept.extend([make()] * uses)
        return kept.pop()

    return event


def _checked(answer: bytes) -> None:
    if json.loads(answer)["statusCode"] != 200:  # noqa: PLR2004
        raise AssertionError(answer)
