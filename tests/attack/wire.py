"""HTTP written byte by byte, so that a request can be as wrong as an attacker wants it."""

import json
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any, Final

SECONDS: Final = 40
Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; `headers` are lower-case."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.text)

    def __str__(self) -> str:
        return f"{self.status}: {self.text[:500]}"


@dataclass(frozen=True, slots=True)
class Wire:
    """Sends to `port` of 127.0.0.1, one connection for each request."""

    port: int

    def send(self, method: str, target: str, headers: Headers = (), body: bytes = b"") -> Answer:
        """Send a request; Host and Content-Length are added unless they are given."""
        given = list(headers)
        names = {name.lower() for name, _ in given}
        if "host" not in names:
            given.append(("Host", f"127.0.0.1:{self.port}"))
        if not names & {"content-length", "transfer-encoding"}:
            given.append(("Content-Length", str(len(body))))
        lines = "".join(f"{name}: {value}\r\n" for name, value in given)
        head = f"{method} {target} HTTP/1.1\r\nConnection: close\r\n{lines}\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS) as connection:
            with suppress(ConnectionError):  # it may have read enough to refuse
                connection.sendall(head.encode("utf-8") + body)
            response = HTTPResponse(connection, method=method)
            response.begin()
            text = response.read().decode("utf-8", "replace")
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(status=response.status, headers=found, text=text)
