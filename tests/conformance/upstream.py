"""The HTTP service behind the fixture tools: plain answers, and whole MCP results where it must.

It knows HTTP, JSON and the media type `application/vnd.mcp.result+json`, and nothing of MCP's
transport, versions or sessions. It trusts requests that its project signed, and no others.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from gatehouse_client import InvalidSignature, MemoryReplays, RequestVerifier
from tests.conformance import media, rounds
from tests.conformance.rounds import Asked, Json, text

RESULT: Final = "application/vnd.mcp.result+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back."""

    content_type: str
    body: bytes
    status: int = 200


def as_json(value: object) -> Answer:
    """Answer with plain JSON."""
    return Answer(content_type="application/json", body=json.dumps(value).encode())


def as_result(result: Json) -> Answer:
    """Answer with a whole MCP result."""
    return Answer(content_type=RESULT, body=json.dumps(result).encode())


def picture() -> Json:
    """Return a picture as a content block."""
    return {"type": "image", "data": media.PICTURE, "mimeType": "image/png"}


def embedded(uri: str, mime_type: str, content: str) -> Json:
    """Return a resource as a content block."""
    return {"type": "resource", "resource": {"uri": uri, "mimeType": mime_type, "text": content}}


def with_progress(_: Asked) -> Answer:
    """Report three steps and be done."""
    steps = [
        {"method": "notifications/progress", "params": {"progress": step, "total": 100}}
        for step in (0, 50, 100)
    ]
    return as_result({"content": text("Done in three steps."), "notifications": steps})


def with_logging(_: Asked) -> Answer:
    """Log three lines and be done."""
    lines = ("Tool execution started", "Tool processing data", "Tool execution completed")
    messages = [
        {
            "method": "notifications/message",
            "params": {"level": "info", "logger": "fixture", "data": line},
        }
        for line in lines
    ]
    return as_result({"content": text("Logged three lines."), "notifications": messages})


PLAIN: Final[Mapping[str, Callable[[Asked], Answer]]] = {
    "simple-text": lambda _: Answer(
        content_type="text/plain; charset=utf-8",
        body=b"This is a simple text response for testing.",
    ),
    "image": lambda _: Answer(content_type="image/png", body=media.red_pixel()),
    "audio": lambda _: Answer(content_type="audio/wav", body=media.short_silence()),
    "embedded-resource": lambda _: as_result(
        {
            "content": [
                embedded(
                    "test://embedded-resource",
                    "text/plain",
                    "This is an embedded resource content.",
                )
            ]
        }
    ),
    "mixed": lambda _: as_result(
        {
            "content": [
                *text("Multiple content types test:"),
                picture(),
                embedded(
                    "test://mixed-content-resource",
                    "application/json",
                    json.dumps({"test": "data", "value": 123}),
                ),
            ]
        }
    ),
    "error": lambda _: as_result(
        {
            "content": text("This tool intentionally returns an error for testing"),
            "isError": True,
        }
    ),
    "progress": with_progress,
    "logging": with_logging,
    "echo": lambda asked: as_json({"received": asked.body or dict(asked.query)}),
    "watched": lambda _: Answer(content_type="text/plain", body=b"Nothing has changed yet."),
}
"""What each path answers that needs nobody's input."""


def answer(asked: Asked) -> Answer:
    """Answer one request that was proven to be the project's."""
    match asked.path:
        case (name,) if name in PLAIN:
            return PLAIN[name](asked)
        case ("rounds", name) if name in rounds.ROUNDS:
            return as_result(rounds.ROUNDS[name](asked))
        case ("data", number):
            told = {"id": number, "templateTest": True, "data": f"Data for ID: {number}"}
            return as_json(told)
        case _:
            body = json.dumps({"error": "not found"}).encode()
            return Answer(status=404, content_type="application/json", body=body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    verifier: ClassVar[RequestVerifier]

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        try:
            self.verifier.verify(
                method=self.command,
                target=self.path,
                headers=dict(self.headers.items()),
                body=body,
            )
        except InvalidSignature as error:
            said = json.dumps({"error": str(error)}).encode()
            self.send(Answer(status=401, content_type="application/json", body=said))
            return
        parts = urlsplit(self.path)
        asked = Asked(
            path=tuple(unquote(segment) for segment in parts.path.strip("/").split("/")),
            query=dict(parse_qsl(parts.query)),
            body=json.loads(body or b"{}"),
        )
        self.send(answer(asked))

    def send(self, said: Answer) -> None:
        self.send_response_only(said.status)
        self.send_header("content-type", said.content_type)
        self.send_header("content-length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)

    do_GET = do_POST = answer


@contextmanager
def serving(project_id: str, secret: str) -> Iterator[str]:
    """Serve one project on a free port of 127.0.0.1; give the origin."""
    verifier = RequestVerifier(project_id, secret, replays=MemoryReplays())
    handler = type("Handler", (_Handler,), {"verifier": verifier})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
