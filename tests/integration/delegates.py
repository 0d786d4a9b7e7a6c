"""Who holds warrants, minted and signed by the public package `tenuo`, and calls with them."""

import base64
import hashlib
import itertools
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import tenuo
import tenuo_core
from tenuo.meta import argument_json

from tests.integration.echo import Echo, Received
from tests.integration.world import Json, Tenant, bearer

SCHEMA = {
    "type": "object",
    "properties": {"path": {"type": "string"}, "n": {"type": "integer"}},
    "additionalProperties": False,
}


@dataclass
class Holders:
    """A project that trusts a root; root -> alice -> bob -> carol, each with less."""

    tenant: Tenant
    echo: Echo
    root: Any = field(default_factory=tenuo.SigningKey.generate)
    alice: Any = field(default_factory=tenuo.SigningKey.generate)
    bob: Any = field(default_factory=tenuo.SigningKey.generate)
    carol: Any = field(default_factory=tenuo.SigningKey.generate)

    def look(self, mode: str, **policy: Any) -> None:
        """Set the project's policy."""
        path = "/api/v1/warrants/policy"
        version = self.tenant.api("GET", path).json()["version"]
        whole = {"require_warrant": True, "clearances": {}, "receipts": False, **policy}
        answer = self.tenant.api("PUT", path, {"mode": mode, "version": version, **whole})
        assert answer.status_code == 200, answer.text

    def trust(self, **fields: Any) -> None:
        """Trust the root."""
        body = {"public_key": public(self.root).hex(), **fields}
        answer = self.tenant.api("POST", "/api/v1/warrants/roots", body)
        assert answer.status_code == 201, answer.text

    def revoke(self, *warrants: str) -> None:
        """Revoke warrants by the project's own list."""
        body = {"warrant_ids": list(warrants)}
        answer = self.tenant.api("POST", "/api/v1/warrants/revocations", body)
        assert answer.status_code in {200, 201}, answer.text

    def tool(self, **fields: Any) -> str:
        """Register a tool that takes a path; what it is sent ends in its name."""
        name = f"read-{next(_numbers)}"
        settled = {"name": name, "input_schema": SCHEMA, "endpoint_path": f"/json/{name}", **fields}
        self.tenant.tool(self.echo.url, **settled)
        return name

    def received(self, tool: str) -> list[Received]:
        """What the upstream was sent for a tool."""
        ends = f"/json/{tool}"
        return [each for each in self.echo.received if each.target.partition("?")[0] == ends]

    def minted(self, tool: str, **options: Any) -> Any:
        """A warrant of the root's for alice; options name methods of the builder."""
        builder = tenuo.Warrant.mint_builder().capability(tool, path=tenuo.Pattern("/data/*"))
        for name, value in {"ttl": 600, **options}.items():
            builder = getattr(builder, name)(value)
        return builder.holder(self.alice.public_key).mint(self.root)

    def delegated(self, tool: str) -> list[Any]:
        """The chain of three: alice hands on to bob, and bob to carol."""
        first = self.minted(tool)
        second = _granted(first, tool, "/data/a/*", self.bob, self.alice)
        return [first, second, _granted(second, tool, "/data/a/b/*", self.carol, self.bob)]

    def rpc(
        self, params: Json, *, headers: Json | None = None, http: httpx.Client | None = None
    ) -> httpx.Response:
        """Call a tool with whatever is given."""
        return (http or self.tenant.http).post(
            f"{self.tenant.http.base_url}/mcp" if http else "/mcp",
            json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params},
            headers={
                **bearer(self.tenant.api_key),
                "accept": "application/json, text/event-stream",
                "mcp-protocol-version": "2025-11-25",
                **(headers or {}),
            },
        )

    def call(self, chain: list[Any], key: Any, tool: str, arguments: Json, **more: str) -> Json:
        """Call with a chain in `_meta`; return the result."""
        carried = {**envelope(chain, key, tool, arguments), **more}
        params = {"name": tool, "arguments": arguments, "_meta": {"tenuo": carried}}
        return result_of(self.rpc(params))

    def record(self, result: Json) -> Json:
        """What remains of a call."""
        request_id = result["_meta"]["gatehouse/requestId"]
        found: Json = self.tenant.api("GET", f"/api/v1/tool-calls/{request_id}").json()
        return found


def _granted(parent: Any, tool: str, paths: str, to: Any, by: Any) -> Any:
    builder = parent.grant_builder().capability(tool, path=tenuo.Pattern(paths))
    return builder.holder(to.public_key).ttl(300).grant(by)


def public(key: Any) -> bytes:
    """A key's public half."""
    return bytes(key.public_key.to_bytes())


def envelope(chain: list[Any], key: Any, tool: str, arguments: Json) -> Json:
    """The package's object for `_meta`."""
    made: Json = tenuo_core.sign_meta(
        chain, key, tool, argument_json(arguments), int(time.time()), None
    )
    return made


def with_nonce(carried: Json, key: Any, nonce: bytes) -> Json:
    """Tell one of several equal calls apart, as docs/protocol.md says."""
    pop = base64.b64decode(carried["signature"])
    message = b"gatehouse-pop-nonce-v1" + hashlib.sha256(pop).digest() + nonce
    signature = bytes(key.sign_raw(message))
    return {
        **carried,
        "nonce": base64.b64encode(nonce).decode(),
        "nonce_sig": base64.b64encode(signature).decode(),
    }


def result_of(answer: httpx.Response) -> Json:
    """The result of a call that was answered."""
    assert answer.status_code == 200, answer.text
    result: Json = answer.json()["result"]
    return result


def reason(result: Json) -> str | None:
    """Why the call was denied, or would have been."""
    note = result["_meta"].get("gatehouse/warrant")
    return note["reason"] if note else None


_numbers = itertools.count(1)
