"""A provider in this process that says what a test wants said, also what none may say."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.integration.world import Json

CLIENT_ID = "gatehouse"
CLIENT_SECRET = "of-a-provider-within-a-test"
KID = "provider-key-1"


def person(subject: str, email: str, **claims: Any) -> Json:
    """What a provider says of somebody."""
    return {"sub": subject, "email": email, "email_verified": True, "name": subject, **claims}


@dataclass
class Provider:
    """Who signs in next, and how the answers are bent; `redeemed` are the codes handed in."""

    issuer: str
    person: Json = field(default_factory=dict)
    claims: Json = field(default_factory=dict)
    answer: Json = field(default_factory=dict)
    userinfo: Json = field(default_factory=dict)
    is_lean: bool = False
    redeemed: list[str] = field(default_factory=list)
    codes: dict[str, Json] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    signs_with: rsa.RSAPrivateKey | None = None

    def sign_in_next(self, who: Json) -> None:
        """Forget how answers were bent; `who` signs in."""
        self.person, self.claims, self.answer, self.userinfo = who, {}, {}, {}
        self.is_lean, self.signs_with = False, None

    def listed(self, provider_id: str, **changes: str) -> Json:
        """How the operator lists it."""
        return {
            "id": provider_id,
            "kind": "oidc",
            "name": f"Company {provider_id}",
            "issuer": self.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            **changes,
        }

    def documents(self, path: str) -> Json | None:
        """What is at a path for everybody."""
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
            }
        if path == "/jwks":
            jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [{**jwk, "kid": KID, "use": "sig", "alg": "RS256"}]}
        return None

    def authorize(self, query: dict[str, str]) -> str:
        """Let the next person in without a question; return where they are sent back to."""
        code = f"code-{len(self.codes)}-{time.monotonic_ns()}"
        self.codes[code] = {**query, "person": self.person}
        answer = {"code": code, "state": query["state"], **self.answer}
        given = {name: value for name, value in answer.items() if value is not None}
        return f"{query['redirect_uri']}?{urlencode(given)}"

    def redeem(self, form: dict[str, str], authorization: str) -> tuple[int, Json]:
        """Answer at the token endpoint, as strictly as a provider should."""
        asked = self.codes.pop(form.get("code", ""), None)
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or authorization != f"Basic {expected}"
            or asked["redirect_uri"] != form.get("redirect_uri")
            or asked["code_challenge_method"] != "S256"
            or base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        self.redeemed.append(form["code"])
        access_token = f"at-{form['code']}"
        self.codes[access_token] = asked
        return 200, {
            "token_type": "Bearer",
            "access_token": access_token,
            "id_token": self.id_token(asked),
        }

    def id_token(self, asked: Json) -> str:
        """Sign what is said of a person."""
        said = {"sub": asked["person"]["sub"]} if self.is_lean else asked["person"]
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **said,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, self.signs_with or self.key, "RS256", headers={"kid": KID})

    def told(self, authorization: str) -> Json:
        """Answer at the userinfo endpoint."""
        asked = self.codes.get(authorization.removeprefix("Bearer "), {"person": {}})
        return {**asked["person"], **self.userinfo}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    provider: ClassVar[Provider]

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            self.send_response(302)
            self.send_header("location", self.provider.authorize(query))
            self.send_header("content-length", "0")
            self.end_headers()
        elif url.path == "/userinfo":
            self._json(200, self.provider.told(self.headers.get("authorization", "")))
        elif (document := self.provider.documents(url.path)) is not None:
            self._json(200, document)
        else:
            self._json(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        form = dict(parse_qsl(body.decode()))
        self._json(*self.provider.redeem(form, self.headers.get("authorization", "")))

    def _json(self, status: int, document: Json) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def providing(kind: type[Provider] = Provider) -> Iterator[Provider]:
    """Serve a provider on a free port of 127.0.0.1."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    handler.provider = kind(issuer=f"http://127.0.0.1:{server.server_address[1]}")  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    try:
        yield handler.provider  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def serving(documents: dict[str, Json]) -> Iterator[str]:
    """Serve JSON documents by path, as they are at each request; give their origin."""
    listed = type("Listed", (Provider,), {"documents": lambda _self, path: documents.get(path)})
    with providing(listed) as provider:
        yield provider.issuer
