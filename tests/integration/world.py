"""Projects on the deployed stack, each made through the public API, and how to talk to them."""

import itertools
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

Json = dict[str, Any]


@dataclass
class Journal:
    """Everything that was secret, and everything that was answered."""

    secrets: dict[str, str] = field(default_factory=dict)
    """What must not be found, and what it is."""
    shown_once: set[str] = field(default_factory=set)
    """Secrets that one answer was allowed to hold, and has held."""
    answers: list[tuple[str, str]] = field(default_factory=list)
    """Each answer's request line, and its whole text with headers."""

    def note(self, what: str, secret: str) -> str:
        """Remember `secret`, and give it back."""
        self.secrets[secret] = what
        return secret

    def keep(self, answer: httpx.Response) -> None:
        """Remember an answer."""
        answer.read()
        line = f"{answer.request.method} {answer.request.url.path}"
        self.answers.append((line, f"{dict(answer.headers)}\n{answer.text}"))


@dataclass(kw_only=True)
class Tenant:
    """One project and what its backend holds."""

    http: httpx.Client
    journal: Journal
    project_id: str
    integration_id: str
    api_key: str
    kid: str
    private_pem: str = field(repr=False)

    def api(
        self, method: str, path: str, body: object = None, *, key: str | None = None
    ) -> httpx.Response:
        """Call the management API."""
        headers = bearer(self.api_key if key is None else key)
        return self.http.request(method, path, json=body, headers=headers)

    def tool(self, base_url: str, **fields: Any) -> Json:
        """Register a tool; a secret is made up where the strategy needs one."""
        body: Json = {
            "name": f"tool-{next(_numbers)}",
            "description": "A tool for a test",
            "input_schema": {"type": "object"},
            "base_url": base_url,
            "http_method": "GET",
            "endpoint_path": "/json",
            **fields,
        }
        if body.get("auth_strategy", "none") != "none":
            made_up = self.journal.note("tool secret", secrets.token_urlsafe(24))
            body.setdefault("encrypted_auth_secret", made_up)
        answer = self.api("POST", "/api/v1/custom-tools", body)
        assert answer.status_code == 201, answer.text
        return {**answer.json(), "secret": body.get("encrypted_auth_secret")}

    def assertion(self, member: str, *, lifetime: int = 60, **claims: Any) -> str:
        """Vouch for a member, as any JWT library would."""
        now = int(time.time())
        payload = {
            "sub": member,
            "aud": f"tengine:project:{self.project_id}",
            "iat": now,
            "exp": now + lifetime,
            "jti": secrets.token_hex(8),
            **claims,
        }
        text = jwt.encode(payload, self.private_pem, algorithm="ES256", headers={"kid": self.kid})
        return self.journal.note("member assertion", text)

    def exchange(self, body: Json, *, key: str | None = None) -> httpx.Response:
        """Ask for a session token."""
        return self.api("POST", "/api/v1/mcp/session-token", body, key=key)

    def session(self, member: str = "user-1", **claims: Any) -> str:
        """Return a session token of `member`."""
        answer = self.exchange({"member_assertion": self.assertion(member, **claims)})
        assert answer.status_code == 200, answer.text
        token = self.journal.note("session token", answer.json()["token"])
        self.journal.shown_once.add(token)
        return token

    def rpc(self, credential: str, method: str, params: Json | None = None) -> httpx.Response:
        """Send one JSON-RPC request of the legacy era."""
        return self.http.post(
            "/mcp",
            json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}},
            headers={
                **bearer(credential),
                "accept": "application/json, text/event-stream",
                "mcp-protocol-version": "2025-11-25",
            },
        )

    def call(self, credential: str, tool: str, arguments: Json | None = None) -> Json:
        """Call a tool and return the JSON-RPC answer."""
        params = {"name": tool, "arguments": arguments or {}}
        answer = self.rpc(credential, "tools/call", params)
        assert answer.status_code == 200, answer.text
        said: Json = answer.json()
        return said

    def listed(self, credential: str) -> set[str]:
        """Return the names of all tools that the credential sees."""
        names: set[str] = set()
        params: Json = {}
        while True:
            answer = self.rpc(credential, "tools/list", params)
            assert answer.status_code == 200, answer.text
            result = answer.json()["result"]
            names |= {tool["name"] for tool in result["tools"]}
            if not result.get("nextCursor"):
                return names
            params = {"cursor": result["nextCursor"]}


@dataclass
class World:
    """The deployed stack, and tenants on it."""

    api_url: str
    admin_token: str
    journal: Journal = field(default_factory=Journal)

    def __post_init__(self) -> None:
        self.journal.note("admin token", self.admin_token)
        self.http = httpx.Client(
            base_url=self.api_url,
            timeout=60,
            event_hooks={"response": [self.journal.keep]},
        )

    def admin(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Call the API of the deployment's administrator, and wait when told to.

        Many tests together ask more within a minute than one administrator may.
        """
        headers = bearer(self.admin_token)
        answer = self.http.request(method, path, json=body, headers=headers)
        if answer.status_code == 429:
            time.sleep(float(answer.headers["retry-after"]))
            answer = self.http.request(method, path, json=body, headers=headers)
        return answer

    def tenant(self, name: str = "Tenant", **integration: Any) -> Tenant:
        """Make a project with an integration and an assertion key."""
        project = self.admin("POST", "/admin/v1/projects", {"name": name})
        assert project.status_code == 201, project.text
        project_id = project.json()["id"]
        made = self.admin(
            "POST",
            f"/admin/v1/projects/{project_id}/integrations",
            {"name": "backend", **integration},
        )
        assert made.status_code == 201, made.text
        api_key = self.journal.note("API key", made.json()["api_key"])
        self.journal.shown_once.add(api_key)
        private_pem, public_pem = key_pair()
        kid = f"kid-{next(_numbers)}"
        tenant = Tenant(
            http=self.http,
            journal=self.journal,
            project_id=project_id,
            integration_id=made.json()["id"],
            api_key=api_key,
            kid=kid,
            private_pem=private_pem,
        )
        if "manage" in made.json()["scopes"]:
            key = {"kid": kid, "public_key_pem": public_pem, "algorithm": "ES256"}
            answer = tenant.api("POST", "/api/v1/assertion-keys", key)
            assert answer.status_code == 201, answer.text
        return tenant


def key_pair() -> tuple[str, str]:
    """Make a P-256 key, private and public in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private, public.decode()


def bearer(credential: str) -> Mapping[str, str]:
    """Write a credential as a header."""
    return {"authorization": f"Bearer {credential}"}


_numbers = itertools.count(1)
