"""Lambda's Runtime API, as AWS's own runtime client polls it, for one invocation."""

import json
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar

from local.front import Server


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
        server = Server(("127.0.0.1", 0), handler)
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
