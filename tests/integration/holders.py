"""Holders of warrants on the deployed stack: what a project is told, and calls that prove."""

import time
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from tests.integration.world import Json, Tenant
from tests.warrants import PUBLIC, Minted, proof


def set_policy(tenant: Tenant, **policy: Any) -> None:
    """Replace the project's policy; what is not given is that of enforcing."""
    version = tenant.api("GET", "/api/v1/warrants/policy").json()["version"]
    body = {"mode": "enforce", "require_warrant": True, "clearances": {}, "receipts": True}
    answer = tenant.api("PUT", "/api/v1/warrants/policy", {**body, **policy, "version": version})
    assert answer.status_code == 200, answer.text


def trust_root(tenant: Tenant) -> None:
    """Trust the warrants of the tests' root."""
    answer = tenant.api("POST", "/api/v1/warrants/roots", {"public_key": PUBLIC["root"].hex()})
    assert answer.status_code in {201, 409}, answer.text


@dataclass(frozen=True)
class Holder:
    """Holds a warrant for a tool whose argument `id` is one value."""

    tenant: Tenant
    tool: str
    chain: Minted

    @classmethod
    def of(cls, tenant: Tenant, tool: str, value: str = "c1") -> "Holder":
        """Mint a warrant that holds for an hour."""
        now = int(time.time())
        tools = {tool: {"constraints": {"id": [1, {"value": value}]}}}
        return cls(tenant, tool, Minted().to("alice", k3=tools, k6=now - 5, k7=now + 3600))

    def call(self, **arguments: Any) -> Json:
        """Call the tool, with a warrant in `_meta`."""
        pop = proof(self.chain, self.tool, arguments, now=int(time.time()))
        carried = {
            "warrant": b64encode(self.chain.stack).decode(),
            "signature": b64encode(pop).decode(),
        }
        params = {"name": self.tool, "arguments": arguments, "_meta": {"tenuo": carried}}
        answer = self.tenant.rpc(self.tenant.api_key, "tools/call", params)
        assert answer.status_code == 200, answer.text
        result: Json = answer.json()["result"]
        return result


def request_id(result: Json) -> str:
    """The id under which a call is recorded."""
    found: str = result["_meta"]["gatehouse/requestId"]
    return found
