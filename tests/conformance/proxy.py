"""A loopback proxy that adds a credential, for clients that cannot send one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final, cast
from urllib.parse import urlsplit

OWN: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "host", "authorization"})
"""Headers that the proxy writes itself, of requests and of answers."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    target: ClassVar[str]
    token: ClassVar[Callable[[], str]]

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    def handle(self) -> None:
        """Serve one connection; a client that has seen enough may close it."""
        with suppress(ConnectionError):
            super().handle()

    def forward(self) -> None:
        """Send the request on as it is, and its answer back."""
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        target = urlsplit(self.target)
        connection = HTTPConnection(target.netloc, timeout=60)
        connection.putrequest(self.command, self.path, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in OWN:
                connection.putheader(name, self.translated(name, value))
        connection.putheader("authorization", f"Bearer {type(self).token()}")
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in OWN | {"content-length"}:
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def translated(self, name: str, value: str) -> str:
        """Turn the proxy's own origin into the target's, and leave any other as it is.

        The Host is always the target's: one that nobody has registered never reaches a function
        on AWS. So what refuses a foreign page is the gateway's own check of the Origin.
        """
        port = cast("ThreadingHTTPServer", self.server).server_port
        own = {f"http://localhost:{port}", f"http://127.0.0.1:{port}"}
        return self.target if name.lower() == "origin" and value in own else value

    do_GET = do_POST = do_DELETE = do_OPTIONS = do_HEAD = forward


@contextmanager
def forwarding(target: str, token: Callable[[], str]) -> Iterator[str]:
    """Forward to the origin `target` with `token()` as the bearer; give the proxy's origin."""
    values = {"target": target, "token": staticmethod(token)}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), values))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
