"""A small HTTP service that the demo's tools call: contacts, the weather, and who is asking.

It trusts nobody but Gatehouse. Each request must carry a fresh signature (or the bearer) of its
tool's own secret, for this project, with a request id not seen before. All in memory.
"""

import itertools
import json
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from gatehouse_client import (
    BearerVerifier,
    InvalidSignature,
    MemoryReplays,
    RequestVerifier,
    VerifiedRequest,
)
from local.front import Server
from local.processes import end_with_parent

Json = dict[str, Any]
MAX_BODY = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that was let through."""

    path: tuple[str, ...]
    query: Mapping[str, str]
    body: Json
    proven: VerifiedRequest


class Upstream:
    """The service itself; `secrets` names the secret of each tool."""

    def __init__(self, project_id: str, secrets: Mapping[str, str]) -> None:
        replays = MemoryReplays()
        self.verifiers: dict[str, RequestVerifier] = {
            tool: (BearerVerifier if tool == "get_weather" else RequestVerifier)(
                project_id, secret, replays=replays
            )
            for tool, secret in secrets.items()
        }
        self.contacts: dict[str, Json] = {
            "1": {"id": "1", "name": "Ada Lovelace", "email": "ada@example.com", "city": "London"},
            "2": {"id": "2", "name": "Grace Hopper", "email": "grace@example.com", "city": "York"},
        }
        self.ids = (str(number) for number in itertools.count(3))
        self.seen: deque[Json] = deque(maxlen=1000)

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Any:  # noqa: ANN401
        """Answer one request with a status and what to say."""
        parts = urlsplit(target)
        path = tuple(unquote(segment) for segment in parts.path.strip("/").split("/"))
        if (method, path) == ("GET", ("seen",)):
            return 200, {"requests": list(self.seen)}
        tool, act = self.route(method, path)
        if act is None:
            return 404, {"error": "not found"}
        try:
            proven = self.verifiers[tool].verify(
                method=method, target=target, headers=headers, body=body
            )
        except InvalidSignature as error:
            return 401, {"error": str(error)}
        member = proven.member.id if proven.member else None
        self.seen.append({"tool": tool, "request_id": proven.request_id, "member_id": member})
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        return act(Call(path=path, query=query, body=json.loads(body or b"{}"), proven=proven))

    def route(
        self, method: str, path: tuple[str, ...]
    ) -> tuple[str, Callable[[Call], tuple[int, Json]] | None]:
        """Find the tool that a request belongs to, and what to do."""
        match method, path:
            case "GET", ("v1", "contacts", _):
                return "get_contact", self.get_contact
            case "POST", ("v1", "contacts"):
                return "create_contact", self.create_contact
            case "GET", ("v1", "weather"):
                return "get_weather", self.get_weather
            case "GET", ("v1", "me"):
                return "who_am_i", self.who_am_i
            case _:
                return "", None

    def get_contact(self, call: Call) -> tuple[int, Json]:
        """Return one contact, or those of its fields that are asked for."""
        contact = self.contacts.get(call.path[-1])
        if contact is None:
            return 404, {"error": "no such contact"}
        fields = call.query.get("fields", "").split(",") if call.query.get("fields") else contact
        return 200, {name: contact[name] for name in fields if name in contact}

    def create_contact(self, call: Call) -> tuple[int, Json]:
        """Keep a new contact."""
        contact = {"id": next(self.ids), **call.body.get("contact", {})}
        self.contacts[contact["id"]] = contact
        return 201, contact

    def get_weather(self, call: Call) -> tuple[int, Json]:
        """Tell the weather, always the same for the same place."""
        city = call.query.get("city", "")
        return 200, {"city": city, "celsius": sum(city.encode()) % 30, "sky": "clear"}

    def who_am_i(self, call: Call) -> tuple[int, Json]:
        """Tell on whose behalf the call came."""
        member = call.proven.member
        if member is None:
            return 403, {"error": "no member"}
        return 200, {"id": member.id, "email": member.email, "roles": list(member.roles)}


def serve(upstream: Upstream, port: int) -> Server:
    """Bind the service to `port` of 127.0.0.1; the caller runs it."""
    handler = type("Handler", (_Handler,), {"upstream": upstream})
    return Server(("127.0.0.1", port), handler)


class _Handler(BaseHTTPRequestHandler):
    upstream: ClassVar[Upstream]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 75

    def log_message(self, *_: Any) -> None:  # noqa: ANN401
        """Stay silent."""

    def answer(self) -> None:
        """Read one request, answer it."""
        length = int(self.headers.get("content-length", "0"))
        body = self.rfile.read(min(length, MAX_BODY))
        status, said = self.upstream.handle(
            self.command, self.path, dict(self.headers.items()), body
        )
        content = json.dumps(said).encode()
        self.send_response_only(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer  # noqa: N815


def main() -> None:
    """Serve the project and secrets of the file named first on the port named second."""
    end_with_parent()
    demo = json.loads(Path(sys.argv[1]).read_text())
    upstream = Upstream(demo["project_id"], demo["secrets"])
    serve(upstream, int(sys.argv[2])).serve_forever()


if __name__ == "__main__":
    main()
