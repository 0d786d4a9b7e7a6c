"""The demo project, made through the public API alone, and the call that proves it works."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from gatehouse_client import AssertionSigner, SessionTokens

KID = "demo"
MEMBER = "5f0c3e52-demo-member"
EMAIL = "ada@example.com"
ROLES = ("support",)
MCP_VERSION = "2025-11-25"

Json = dict[str, Any]


class NotSeeded(Exception):
    """Gatehouse answered the demo's set-up, or its proof, with something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the demo needs to be used again; kept in a file that only its owner can read."""

    project_id: str
    integration_id: str
    api_key: str
    private_key_pem: str
    upstream_url: str
    secrets: dict[str, str]

    def signer(self) -> AssertionSigner:
        """Vouch for members, as the project's backend would."""
        return AssertionSigner(self.project_id, KID, self.private_key_pem)


def prepare(api_url: str, admin_token: str, upstream_url: str, file: Path) -> Demo:
    """Return the demo kept in `file` if it still stands, else seed a new one."""
    if file.exists():
        demo = load(file)
        if demo.upstream_url == upstream_url and stands(api_url, demo):
            return demo
    demo = seed(api_url, admin_token, upstream_url)
    write_private(file, asdict(demo))
    return demo


def load(file: Path) -> Demo:
    """Read a demo that was kept."""
    return Demo(**json.loads(file.read_text()))


def stands(api_url: str, demo: Demo) -> bool:
    """Ask Gatehouse whether it knows the demo's project."""
    answer = httpx.get(f"{api_url}/api/v1/project", headers=bearer(demo.api_key), timeout=30)
    return answer.status_code == httpx.codes.OK


def seed(api_url: str, admin_token: str, upstream_url: str) -> Demo:
    """Make a project, an integration, an assertion key and four tools."""
    private_key = ec.generate_private_key(ec.SECP256R1())
    public_key = private_key.public_key()
    tools = {tool["name"]: tool for tool in demo_tools(upstream_url)}
    with httpx.Client(base_url=api_url, timeout=30) as http:
        http.headers.update(bearer(admin_token))
        project = created(http, "/admin/v1/projects", {"name": "Demo"})
        integrations = f"/admin/v1/projects/{project['id']}/integrations"
        integration = created(http, integrations, {"name": "Demo client"})
        http.headers.update(bearer(integration["api_key"]))
        pem = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        key = {"kid": KID, "public_key_pem": pem, "algorithm": "ES256", "description": "Demo"}
        created(http, "/api/v1/assertion-keys", key)
        for tool in tools.values():
            created(http, "/api/v1/custom-tools", tool)
    return Demo(
        project_id=project["id"],
        integration_id=integration["id"],
        api_key=integration["api_key"],
        private_key_pem=private_key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode(),
        upstream_url=upstream_url,
        secrets={name: tool["encrypted_auth_secret"] for name, tool in tools.items()},
    )


def demo_tools(upstream_url: str) -> list[Json]:
    """Describe one tool for each way of calling: query, body, bearer, identity."""
    text = {"type": "string"}
    contact_id = {**text, "description": "Id of the contact, such as 1"}
    fields = {**text, "description": "Fields to return, separated by commas"}
    told = {"name": text, "email": text, "city": text}
    return [
        tool(
            upstream_url,
            "get_contact",
            "Look up a contact by its id.",
            "/v1/contacts/{id}",
            input_schema=schema({"id": contact_id, "fields": fields}, "id"),
            query_template={"fields": "{fields}"},
        ),
        tool(
            upstream_url,
            "create_contact",
            "Add a contact.",
            "/v1/contacts",
            http_method="POST",
            input_schema=schema(told, "name", "email"),
            body_template={
                "contact": {"name": "{name}", "email": "{email}", "city": "{city}"},
                "created_by": "{integration.id}",
            },
        ),
        tool(
            upstream_url,
            "get_weather",
            "Tell the weather of a city.",
            "/v1/weather",
            input_schema=schema({"city": text}, "city"),
            query_template={"city": "{city}"},
            auth_strategy="static_bearer",
        ),
        tool(
            upstream_url,
            "who_am_i",
            "Tell who the signed-in user is.",
            "/v1/me",
            input_schema=schema({}),
            require_member=True,
            inject_member_identity={"id": True, "email": True, "roles": True},
        ),
    ]


def tool(upstream_url: str, name: str, description: str, path: str, **more: Any) -> Json:  # noqa: ANN401
    """Describe one tool with a secret of its own."""
    return {
        "name": name,
        "description": description,
        "base_url": upstream_url,
        "http_method": "GET",
        "endpoint_path": path,
        "auth_strategy": "hmac_signature",
        "encrypted_auth_secret": secrets.token_urlsafe(32),
        **more,
    }


def schema(properties: Json, *required: str) -> Json:
    """Describe arguments: these and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def prove(api_url: str, demo: Demo) -> Json:
    """Call a tool over MCP as a member, signed all the way, and return what came back.

    Raises:
        NotSeeded: Anything else came back than the upstream's answer.
    """
    token = session_token(api_url, demo)
    call = {"name": "who_am_i", "arguments": {}}
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    headers = {
        **bearer(token),
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": MCP_VERSION,
    }
    answer = httpx.post(f"{api_url}/mcp", json=request, headers=headers, timeout=30)
    result: Json = answer.json().get("result", {}) if answer.status_code == httpx.codes.OK else {}
    if result.get("structuredContent", {}).get("id") != MEMBER:
        raise NotSeeded(f"the proof call answered {answer.status_code}: {answer.text[:500]}")
    return result


def session_token(api_url: str, demo: Demo) -> str:
    """Exchange an assertion about the demo's member for a session token."""
    with SessionTokens(api_url, demo.api_key, demo.signer()) as tokens:
        return tokens.token(MEMBER, email=EMAIL, roles=ROLES)


def created(http: httpx.Client, path: str, body: Json) -> Json:
    """Post `body` and return what was made."""
    answer = http.post(path, json=body)
    if answer.status_code != httpx.codes.CREATED:
        raise NotSeeded(f"POST {path} answered {answer.status_code}: {answer.text[:500]}")
    made: Json = answer.json()
    return made


def bearer(token: str) -> dict[str, str]:
    """Write a credential as a header."""
    return {"authorization": f"Bearer {token}"}


def write_private(file: Path, content: Json) -> None:
    """Write `content` to `file` at once, readable by its owner alone."""
    aside = file.with_suffix(".new")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        json.dump(content, output, indent=2)
    aside.replace(file)
