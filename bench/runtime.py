"""A function in AWS's own runtime client, as Lambda runs it: spawned, handed events, measured."""

import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from bench.measure import cpu_seconds
from bench.sockets import Asked, Said, serving

ROOT = Path(__file__).resolve().parent.parent
CLIENT = ("awslambdaric", "runtime_client*", "simplejson", "snapshot_restore_py*")
"""AWS's runtime client and what it needs; Lambda has them beside the function's own code too."""
PATIENCE = 30.0
PYTHON = str(getattr(sys, "_base_executable", sys.executable))
"""An interpreter without anybody's packages."""


Waited = TypeVar("Waited")


class DidNotAnswer(Exception):
    """The worker ended or kept silent; its log says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What is deployed: where the handler is, its layers and its environment."""

    handler: str
    folder: Path
    layers: Sequence[Path] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def spawned(self, runtime_api: str, log: int) -> subprocess.Popen[bytes]:
        """Start a process of it."""
        path = [_client_alone(), self.folder, *self.layers]
        environment = {
            "PATH": os.defpath,
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "AWS_SESSION_TOKEN": "t" * 600,
            "LAMBDA_TASK_ROOT": str(self.folder),
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.environment,
        }
        command = [PYTHON, "-S", "-m", "awslambdaric", self.handler]
        return subprocess.Popen(
            command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A cold start: seconds from the spawn until it asked for work, and until it had answered."""

    ready: float
    answered: float
    cpu: float
    answer: bytes


@dataclass
class Worker:
    """One instance of a function that answers one event after the other."""

    process: subprocess.Popen[bytes]
    log: Path
    ready_at: float | None = None
    _events: queue.Queue[bytes] = field(default_factory=queue.Queue)
    _answers: queue.Queue[bytes] = field(default_factory=queue.Queue)
    _idle: threading.Event = field(default_factory=threading.Event)

    def call(self, event: bytes) -> bytes:
        """Hand out an event once the worker asks for one, and return the answer."""
        self.settle()
        self._idle.clear()
        self._events.put(event)
        return self._patiently(lambda seconds: self._answers.get(timeout=seconds))

    def settle(self) -> None:
        """Wait until the worker asks for work."""

        def idle(seconds: float) -> None:
            if not self._idle.wait(seconds):
                raise queue.Empty

        self._patiently(idle)

    def steps(self) -> int:
        """Return how many steps the last request took a function that counts them; 0 for none."""
        return int((re.findall(r"^steps (\d+)$", self.log.read_text(), re.MULTILINE) or [0])[-1])

    def serve(self, asked: Asked) -> Said:
        """Keep Lambda's Runtime API (2018-06-01)."""
        if asked.method == "GET":
            self.ready_at = self.ready_at or time.perf_counter()
            self._idle.set()
            event = self._events.get()
            deadline = int((time.time() + PATIENCE) * 1000)
            headers = {
                "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                "Lambda-Runtime-Deadline-Ms": str(deadline),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:0:function:bench",
                "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
            }
            return Said(headers=headers, body=event)
        self._answers.put(asked.body)
        return Said(status=202)

    def _patiently(self, wait: Callable[[float], Waited]) -> Waited:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return wait(0.5)
            except queue.Empty:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise DidNotAnswer(self.log.read_text()[-3000:]) from None


@cache
def _client_alone() -> Path:
    """Return a folder with the runtime client of our own environment and nothing else of it."""
    found = find_spec("awslambdaric")
    assert found is not None  # noqa: S101
    assert found.origin is not None  # noqa: S101
    packages, alone = Path(found.origin).parents[1], ROOT / ".local" / "bench" / "runtime"
    alone.mkdir(parents=True, exist_ok=True)
    for pattern in CLIENT:
        for part in packages.glob(pattern):
            link = alone / part.name
            if not link.exists():
                link.symlink_to(part)
    return alone


@contextmanager
def working(code: Code, log: Path) -> Iterator[Worker]:
    """Run a worker of `code` until the end of the block."""
    with log.open("wb") as output:
        worker: Worker | None = None

        def serve(asked: Asked) -> Said:
            while worker is None:  # the process is quicker than the assignment below
                time.sleep(0.0001)
            return worker.serve(asked)

        with serving(serve) as port:
            worker = Worker(code.spawned(f"127.0.0.1:{port}", output.fileno()), log)
            try:
                yield worker
            finally:
                worker.process.kill()
                worker.process.wait()


def cold(code: Code, event: bytes, log: Path) -> Start:
    """Start an instance, have it answer one event, and end it."""
    began = time.perf_counter()
    with working(code, log) as worker:
        answer = worker.call(event)
        answered, ready = time.perf_counter(), worker.ready_at or 0.0
        cpu = cpu_seconds(worker.process.pid)
        return Start(ready=ready - began, answered=answered - began, cpu=cpu, answer=answer)
