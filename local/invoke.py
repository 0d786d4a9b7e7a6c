"""`make invoke F=mcp E=tools_list`: one function, one event, AWS's own runtime client, no Docker.

The function runs in `awslambdaric`, which polls the Runtime API below as it polls Lambda's. Its
environment, rights and tables are those of the stack of `make run`, or of one started for this.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from local import demo
from local.aws import REGION, LocalAws
from local.build import ROOT, build_layer
from local.live import engine, live
from local.processes import clean_environment

EVENTS = ROOT / "events"
SAMPLES = EVENTS / "samples.json"
"""Credentials and ids as the sample events spell them, by their names in stack.json."""


class DidNotAnswer(Exception):
    """The function did not start, ended, or took longer than it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a function answered, or the error it raised."""

    failed: bool
    payload: Any


@dataclass(kw_only=True)
class RuntimeApi:
    """Lambda's Runtime API (2018-06-01) for exactly one invocation."""

    event: bytes
    function_arn: str
    seconds: float
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    outcome: Outcome | None = field(default=None, init=False)
    answered: threading.Event = field(default_factory=threading.Event, init=False)
    handed_out: bool = field(default=False, init=False)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve on a free port and give its address."""
        handler = type("Handler", (_Handler,), {"api": self})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()

    def next_headers(self) -> dict[str, str]:
        """Return what Lambda says about an invocation."""
        return {
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self.seconds) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.function_arn,
            "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}",
        }

    def take(self, path: str, body: bytes) -> None:
        """Keep what the runtime posts: an answer, or an error of the call or of the start."""
        self.outcome = Outcome(failed=path.endswith("/error"), payload=json.loads(body))
        self.answered.set()


class _Handler(BaseHTTPRequestHandler):
    api: ClassVar[RuntimeApi]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:  # noqa: ANN401
        """Stay silent."""

    def do_GET(self) -> None:
        """Hand out the event once, then keep the runtime waiting as Lambda does."""
        if self.api.handed_out:
            self.api.answered.wait()
            time.sleep(1)
            self.close_connection = True
            return
        self.api.handed_out = True
        self._answer(200, self.api.event, self.api.next_headers())

    def do_POST(self) -> None:
        """Take an answer."""
        self.api.take(self.path, self.rfile.read(int(self.headers["content-length"])))
        self._answer(202, b"{}", {})

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def invoke(aws: LocalAws, function: str, noun: str, event: bytes) -> Outcome:
    """Run `functions/<noun>` on `event` with the environment and rights of `function`.

    Raises:
        DidNotAnswer: With what it wrote to its log.
    """
    configuration = aws.client("lambda").get_function_configuration(FunctionName=function)
    rights = aws.role_credentials(configuration["Role"])
    api = RuntimeApi(
        event=event,
        function_arn=configuration["FunctionArn"],
        seconds=configuration["Timeout"],
    )
    code = ROOT / "functions" / noun
    with api.serving() as address, tempfile.TemporaryFile() as log:
        environment = clean_environment(
            **configuration.get("Environment", {}).get("Variables", {}),
            AWS_LAMBDA_RUNTIME_API=address,
            AWS_LAMBDA_FUNCTION_NAME=function,
            AWS_LAMBDA_FUNCTION_MEMORY_SIZE=str(configuration["MemorySize"]),
            AWS_LAMBDA_FUNCTION_VERSION="$LATEST",
            AWS_REGION=REGION,
            AWS_DEFAULT_REGION=REGION,
            AWS_ENDPOINT_URL=aws.endpoint,
            **{name.upper(): value for name, value in rights.items()},
            LAMBDA_TASK_ROOT=str(code),
            PYTHONPATH=os.pathsep.join([str(code), str(build_layer() / "python")]),
            PYTHONDONTWRITEBYTECODE="1",
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", configuration["Handler"]],
            cwd=code,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            deadline = time.monotonic() + api.seconds + 10  # Lambda's limit for a start
            while not api.answered.wait(0.05):
                if process.poll() is not None or time.monotonic() > deadline:
                    break
        finally:
            process.kill()
            process.wait()
        log.seek(0)
        written = log.read().decode(errors="replace")
    print(written, end="", file=sys.stderr)
    if api.outcome is None:
        raise DidNotAnswer(f"functions/{noun} gave no answer")
    return api.outcome


def main() -> int:
    """Run the events that the command line names and print each answer."""
    noun, name = [*sys.argv[1:], "", ""][:2]
    nouns = [noun] if noun else sorted(p.name for p in EVENTS.iterdir() if p.is_dir())
    files = [f for n in nouns for f in sorted((EVENTS / n).glob(f"{name or '*'}.json"))]
    if not files:
        print(f"There is no events/{noun or '*'}/{name or '*'}.json.", file=sys.stderr)
        return 2
    failures = 0
    with live() as facts:
        for file in files:
            name = facts["functions"][file.parent.name]
            event = spelled_live(file.read_text(), facts)
            outcome = invoke(engine(facts), name, file.parent.name, event.encode())
            failures += outcome.failed
            print(f"{file.parent.name}/{file.stem}:", json.dumps(outcome.payload, indent=2))
    print(f"{len(files) - failures} passed, {failures} failed")
    return 1 if failures else 0


def spelled_live(event: str, facts: Mapping[str, Any]) -> str:
    """Put live credentials and ids where the sample has its made-up ones."""
    project = demo.load(Path(facts["demo_file"]))
    fresh = {
        "session_token": lambda: demo.session_token(facts["api_url"], project),
        "member_assertion": lambda: project.signer().sign(demo.MEMBER),
    }
    for name, sample in json.loads(SAMPLES.read_text()).items():
        if sample in event:
            event = event.replace(sample, fresh[name]() if name in fresh else facts[name])
    return event


if __name__ == "__main__":
    sys.exit(main())
