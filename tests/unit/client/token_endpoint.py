"""A real HTTP server on loopback that plays Gatehouse's token endpoint."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread

import jwt


@dataclass
class Answer:
    status: int = 200
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class TokenEndpoint:
    """What it was asked, and what it answers; `gate` holds every answer back while it is clear."""

    answer: Answer = field(default_factory=Answer)
    gate: Event = field(default_factory=Event)
    arrived: Event = field(default_factory=Event)
    asked: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)
    url: str = ""

    def members(self) -> list[object]:
        return [claims["sub"] for _, _, claims in self.asked]

    def take(self, path: str, bearer: str, body: bytes) -> Answer:
        assertion = json.loads(body)["member_assertion"]
        claims = jwt.decode(assertion, options={"verify_signature": False})
        with self.lock:
            self.asked.append((path, bearer, claims))
            token = f"tng_mst_{len(self.asked)}"
        self.arrived.set()
        assert self.gate.wait(10)
        minted = {"token": token, "expires_in_minutes": 15, "token_type": "Bearer"}
        body_text = json.dumps(minted) if self.answer.body is None else self.answer.body
        return Answer(self.answer.status, body_text, self.answer.headers)


@contextmanager
def serving() -> Iterator[TokenEndpoint]:
    endpoint = TokenEndpoint()
    endpoint.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = endpoint.take(self.path, self.headers["Authorization"], body)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write((answer.body or "").encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    endpoint.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()
