"""Where attacks take place: a victim's project, an attacker's own, and what must stay untouched."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from gatehouse.domain.key_ring_documents import read_ring
from local.stack import LocalStack
from tests.attack.hostile import Hostile
from tests.attack.wire import Answer, Wire
from tests.integration.echo import Echo
from tests.integration.world import Json, Tenant, World

LEGACY = "2025-11-25"
MODERN = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
}


@dataclass
class Listener:
    """Something inside that must never be connected to; it counts who does."""

    port: int = 0
    connections: int = 0

    def accept_from(self, server: socket.socket) -> None:
        """Count connections until the socket is closed."""
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                self.connections += 1
                connection.close()


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen on one free port of 127.0.0.1, and of ::1 where there is one."""
    listener = Listener()
    with ExitStack() as open_sockets:
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with suppress(OSError):
                server = socket.create_server((address, listener.port), family=family)
                open_sockets.callback(server.close)
                # A plain close does not wake the thread that waits in accept.
                open_sockets.callback(suppressed(server))
                listener.port = server.getsockname()[1]
                threading.Thread(target=listener.accept_from, args=(server,), daemon=True).start()
        yield listener


def suppressed(server: socket.socket) -> Any:
    """Return what shuts a socket down, if it still can be."""

    def shut() -> None:
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)

    return shut


@dataclass(kw_only=True)
class Ground:
    """Both projects on the deployed stack; `tool` is the victim's, `own` the attacker's."""

    stack: LocalStack
    world: World
    echo: Echo
    inside: Listener
    hostile: Hostile
    victim: Tenant
    attacker: Tenant
    tool: Json
    own: Json
    members_tool: Json
    prepared: dict[str, Json] = field(default_factory=dict)

    @property
    def wire(self) -> Wire:
        """The public door."""
        return Wire(urlsplit(self.stack.api_url).port or 0)

    def api(
        self, method: str, path: str, body: object = None, *, key: str | None = None, **headers: str
    ) -> Answer:
        """Call the management API, with the attacker's key unless another one is given."""
        sent = {"Authorization": f"Bearer {self.attacker.api_key if key is None else key}"}
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = (
            b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        )
        return self.wire.send(method, path, sent.items(), data)

    def rpc(
        self, credential: str, method: str, params: Json | None = None, **headers: str
    ) -> Answer:
        """Send one request of the legacy era."""
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
        return self.mcp(json.dumps(message).encode(), credential, **headers)

    def mcp(self, body: bytes, credential: str | None = None, **headers: str) -> Answer:
        """Post a body to the MCP endpoint; headers replace the usual ones, empty ones drop them."""
        key = self.attacker.api_key if credential is None else credential
        usual = {
            "authorization": f"Bearer {key}",
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            "mcp-protocol-version": LEGACY,
        }
        usual |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.wire.send("POST", "/mcp", [(n, v) for n, v in usual.items() if v], body)

    def call(
        self, name: str, arguments: Json | None = None, credential: str | None = None
    ) -> Answer:
        """Call a tool of the attacker's project, or of whichever the credential is."""
        params = {"name": name, "arguments": arguments or {}}
        return self.rpc(credential or self.attacker.api_key, "tools/call", params)

    def registered(self, **fields: Any) -> Answer:
        """Try to register a tool."""
        body = {
            "name": "attacking",
            "description": "A tool of an attack",
            "input_schema": {"type": "object"},
            "base_url": self.echo.url,
            "http_method": "GET",
            "endpoint_path": "/json",
            **fields,
        }
        return self.api("POST", "/api/v1/custom-tools", body)

    def with_tool(self, **fields: Any) -> Json:
        """Return a tool of the attacker's project with these fields, made when first needed."""
        name = json.dumps(fields, sort_keys=True)
        if name not in self.prepared:
            base_url = fields.pop("base_url", self.echo.url)
            self.prepared[name] = self.attacker.tool(base_url, **fields)
        return self.prepared[name]

    def told_by(self, path: str, **fields: Any) -> Answer:
        """Call a tool whose upstream misbehaves in the way that `path` says."""
        tool = self.with_tool(base_url=self.hostile.url, endpoint_path=f"/{path}", **fields)
        return self.call(tool["name"])

    def moved(self, tool: Json, base_url: str) -> None:
        """Change a stored tool's address behind the rules' back, as if they had let it pass."""
        client, table = self.stack.client("dynamodb"), self.stack.tables["authority"]
        key = {
            "PK": {"S": f"P#{self.attacker.project_id}"},
            "SK": {"S": f"TOOLDEF#{tool['name']}"},
        }
        item = client.get_item(TableName=table, Key=key)["Item"]
        definition = {**json.loads(item["definition"]["S"]), "base_url": base_url}
        client.put_item(TableName=table, Item={**item, "definition": {"S": json.dumps(definition)}})

    def signing_key(self) -> tuple[str, bytes]:
        """The kid and the secret under which sessions are signed: nobody outside has them."""
        secrets = self.stack.client("secretsmanager")
        found = secrets.get_secret_value(SecretId=self.stack.outputs["KeyRing"])
        ring = read_ring(found["SecretString"])
        return ring.current.kid, ring.current.secret

    def leaked(self, answer: Answer) -> list[str]:
        """Say what kinds of secrets an answer holds that no answer may hold."""
        once = self.world.journal.shown_once
        secrets = self.world.journal.secrets.items()
        return [what for secret, what in secrets if secret in answer.text and secret not in once]


def forged(
    token: str, key: bytes, *, header: Mapping[str, Any] | None = None, **claims: Any
) -> str:
    """Rewrite a session token and sign it with `key`; a claim that is None is left out."""
    prefix = "tng_mst_"
    head, payload, _ = token.removeprefix(prefix).split(".")
    head = _encoded({**_decoded(head), **(header or {})})
    payload = _encoded({**_decoded(payload), **claims})
    signed = f"{head}.{payload}"
    digest = hmac.digest(key, signed.encode(), hashlib.sha256)
    return f"{prefix}{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def claims_of(token: str) -> Json:
    """Read the claims of a session token."""
    return _decoded(token.removeprefix("tng_mst_").split(".")[1])


def _decoded(segment: str) -> Json:
    found: Json = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    return found


def _encoded(document: Mapping[str, Any]) -> str:
    present = {name: value for name, value in document.items() if value is not None}
    text = json.dumps(present, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()
