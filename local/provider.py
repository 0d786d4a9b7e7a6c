"""The demo's own company: an OpenID provider on 127.0.0.1 that lets its one person in, unasked.

So whoever runs Gatehouse here can sign in to the console. Nothing outside this machine reaches
it, and only a stack of stage `local` accepts a provider without https.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

Json = dict[str, Any]
CLIENT_ID = "gatehouse"
KID = "demo-company"
LIFETIME = 300
"""Seconds for which what it says of the person holds."""


class DemoCompany:
    """What the provider knows: one person, its client, and who is just signing in."""

    def __init__(self, issuer: str, email: str) -> None:
        self.issuer, self.email = issuer, email
        self.secret = secrets.token_urlsafe(24)
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.asked: dict[str, dict[str, str]] = {}

    def listed(self) -> Json:
        """Describe it as an operator lists a provider."""
        return {
            "id": "demo",
            "kind": "oidc",
            "name": "the demo company",
            "issuer": self.issuer,
            "client_id": CLIENT_ID,
            "client_secret": self.secret,
        }

    def document(self, path: str) -> Json | None:
        """Return what is at a path for everybody."""
        if path == "/.well-known/openid-configuration":
            ends = {"authorization": "authorize", "token": "token"}
            return {
                "issuer": self.issuer,
                "jwks_uri": f"{self.issuer}/jwks",
                **{f"{name}_endpoint": f"{self.issuer}/{end}" for name, end in ends.items()},
            }
        if path == "/jwks":
            jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [{**jwk, "kid": KID, "use": "sig", "alg": "RS256"}]}
        return None

    def authorize(self, query: dict[str, str]) -> str:
        """Return where the person goes back to."""
        code = secrets.token_urlsafe(24)
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def redeem(self, form: dict[str, str], authorization: str) -> tuple[int, Json]:
        """Say who signed in, once, to whoever holds the secret and the verifier."""
        asked = self.asked.pop(form.get("code", ""), None)
        proof = base64.b64encode(f"{CLIENT_ID}:{self.secret}".encode()).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or authorization != f"Basic {proof}":
            return 400, {"error": "invalid_grant"}
        if asked.get("code_challenge") != challenge:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + LIFETIME,
            "nonce": asked["nonce"],
            "sub": "ada",
            "name": "Ada",
            "email": self.email,
            "email_verified": True,
        }
        token = jwt.encode(claims, self.key, "RS256", headers={"kid": KID})
        return 200, {"token_type": "Bearer", "access_token": "none", "id_token": token}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    company: ClassVar[DemoCompany]

    def log_message(self, *_: Any) -> None:  # noqa: ANN401
        """Stay silent: request lines hold codes."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/authorize":
            location = self.company.authorize(dict(parse_qsl(url.query)))
            self._answer(302, b"", location=location)
            return
        document = self.company.document(url.path)
        self._json(404 if document is None else 200, document or {})

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
        proof = self.headers.get("authorization", "")
        self._json(*self.company.redeem(dict(parse_qsl(form)), proof))

    def _json(self, status: int, document: Json) -> None:
        self._answer(status, json.dumps(document).encode(), content_type="application/json")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response_only(status)
        for name, value in {**headers, "content_length": str(len(body))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def demo_company(email: str) -> Iterator[DemoCompany]:
    """Serve it on a free port of 127.0.0.1."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    company = DemoCompany(f"http://127.0.0.1:{server.server_address[1]}", email)
    handler.company = company  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    try:
        yield company
    finally:
        server.shutdown()
        server.server_close()
