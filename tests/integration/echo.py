"""An upstream that does as the path says and remembers what it was sent, byte for byte."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

RICH = "application/vnd.mcp.result+json"
PICTURE = b"\x89PNG\r\n\x1a\n\0\xff"
_SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}}
_PARAMS = {"message": "What is your name?", "requestedSchema": _SCHEMA}
ASKS = {
    "inputRequests": {"who": {"method": "elicitation/create", "params": _PARAMS}},
    "state": {"asked": "who"},
}


def said(text: str) -> dict[str, Any]:
    """A whole MCP result of one line."""
    return {"content": [{"type": "text", "text": text}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Echo:
    """Where it listens, and what it was sent; under the paths of `documents` it publishes those."""

    url: str
    received: list[Received] = field(default_factory=list)
    documents: dict[str, str] = field(default_factory=dict)

    def last(self) -> Received:
        """Return the latest request."""
        return self.received[-1]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    echo: ClassVar[Echo]

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Received(method=self.command, target=self.path, headers=headers, body=body)
        self.echo.received.append(request)
        if (published := self.echo.documents.get(self.path)) is not None:
            status, kind, content = 200, "application/json", published.encode()
        else:
            status, kind, content = _answer(request)
        self.send_response_only(status)
        if status != 204:
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
        self.end_headers()
        if status != 204:
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer


def _answer(request: Received) -> tuple[int, str, bytes]:
    path = request.target.partition("?")[0].strip("/").split("/")
    if path[0] in _RICH_ANSWERS:
        return 200, *_RICH_ANSWERS[path[0]](request)
    match path:
        case ["status", number, *_]:
            return int(number), "application/json", b'{"error":"as asked"}'
        case ["text", *_]:
            return 200, "text/plain; charset=utf-8", "wörds".encode()
        case ["broken", *_]:
            return 200, "application/json", b"{not json"
        case ["secret", *_]:  # an upstream that repeats what it was told
            told = request.headers.get("authorization", "")
            return 200, "application/json", json.dumps({"told": told}).encode()
        case ["slow", seconds, *_]:
            time.sleep(float(seconds))
        case _:
            pass
    content = {"method": request.method, "target": request.target, "n": len(request.body)}
    return 200, "application/json", json.dumps(content).encode()


def _ask(request: Received) -> tuple[str, bytes]:
    """Ask for a name once, and then tell what the request told."""
    told = json.loads(request.body)
    document = said(json.dumps(told)) if "responses" in told else ASKS
    return RICH, json.dumps(document).encode()


_RICH_ANSWERS: dict[str, Callable[[Received], tuple[str, bytes]]] = {
    "picture": lambda _: ("image/png", PICTURE),
    "rich": lambda request: (RICH, request.body),  # says what it is sent
    "ask": _ask,
}


@contextmanager
def echoing() -> Iterator[Echo]:
    """Serve on a free port of 127.0.0.1."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    echo = Echo(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = type("Handler", (_Handler,), {"echo": echo})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield echo
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
