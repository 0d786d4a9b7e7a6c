"""The vectors printed in docs/protocol.md, recomputed with nothing of Gatehouse's own."""

import base64
import hashlib
import hmac
import json
import re
import uuid
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gatehouse.domain import api_keys, audit, audit_heads, ids, session_tokens
from gatehouse.domain.key_ring import SessionKey
from gatehouse.domain.warrants import pop
from gatehouse.usecases import spend_proof
from gatehouse.usecases.check_warrant import Proof

TEXT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")


def vector(name: str) -> dict[str, Any]:
    found = re.search(rf"<!-- vector: {name} -->\n```json\n(.*?)\n```", TEXT, re.DOTALL)
    assert found, f"docs/protocol.md has no vector called {name}"
    example: dict[str, Any] = json.loads(found[1])
    return example


def test_the_api_key() -> None:
    example = vector("api key")
    body = f"tengine_{example['project']}{example['integration']}{example['secret']}"
    number = int(hashlib.sha256(body.encode()).hexdigest()[:16], 16) % 62**5
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    checksum = "".join(alphabet[number // 62**place % 62] for place in (4, 3, 2, 1, 0))
    assert example["key"] == body + checksum
    assert example["stored"] == hashlib.sha256(example["key"].encode()).hexdigest()
    assert api_keys.read(example["key"]).digest == example["stored"]


def test_the_session_token() -> None:
    example = vector("session token")
    secret = bytes.fromhex(example["key_hex"])
    issuer = f"urn:gatehouse:{example['deployment_id']}"
    claims = jwt.decode(
        example["token"].removeprefix("tng_mst_"),
        secret,
        algorithms=["HS256"],
        audience=issuer,
        issuer=issuer,
        options={"verify_exp": False},
    )
    session = session_tokens.read(
        example["token"],
        key=SessionKey(kid=example["kid"], secret=secret, since=0),
        deployment_id=example["deployment_id"],
        now=claims["iat"],
    )
    assert claims["sub"] == f"member:{session.member.external_id}"
    assert claims["exp"] - claims["iat"] == 900


def test_the_ids() -> None:
    example = vector("ids")

    def encoded(text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    assert example["tool_id"] == "tool_" + encoded(example["tool_name"])
    assert example["assertion_key_id"] == "key_" + encoded(example["kid"])
    assert ids.tool_name(example["tool_id"]) == example["tool_name"]
    assert uuid.UUID(example["request_id"]).version == 7


def test_the_signed_nonce_and_the_mark_of_a_proof() -> None:
    example = vector("nonce")
    signature, nonce, nonce_sig = (
        base64.b64decode(example[name]) for name in ("signature", "nonce", "nonce_sig")
    )
    spent = hashlib.sha256(signature).digest()
    holder = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(example["holder_seed_hex"]))
    public = holder.public_key()
    assert public.public_bytes_raw().hex() == example["holder_hex"]
    public.verify(nonce_sig, b"gatehouse-pop-nonce-v1" + spent + nonce)
    pop.require_nonce(public.public_bytes_raw(), signature, nonce, nonce_sig)
    parts = (example["project"].encode(), spent, nonce)
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert example["mark"] == hashlib.sha256(framed).hexdigest()
    proof = Proof(digest=spent, nonce=nonce, ends_at=0)
    assert spend_proof.mark(example["project"], proof) == example["mark"]


def test_the_outbound_signature() -> None:
    example = vector("outbound signature")
    sent = example["headers"]
    member = sent.get("X-Tengine-Member-Email", "") + "\n" + sent.get("X-Tengine-Member-Roles", "")
    fields = [
        sent["X-Tengine-Timestamp"],
        sent["X-Tengine-Request-Id"],
        example["method"],
        example["target"],
        hashlib.sha256(example["body"].encode()).hexdigest(),
        sent["X-Tengine-Project-Id"],
        sent["X-Tengine-Integration-Id"],
        sent.get("X-Tengine-Member-Id", "-"),
        hashlib.sha256(member.encode()).hexdigest(),
    ]
    canonical = "\n".join(fields)
    assert canonical == example["canonical"]
    code = hmac.new(example["secrets"][0].encode(), canonical.encode(), "sha256").hexdigest()
    assert sent["X-Tengine-Signature"] == f"tng1={code}"


def test_the_audit() -> None:
    example = vector("audit")

    def canonical(document: object) -> str:
        return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    text = canonical(example["entry"])
    assert hashlib.sha256(text.encode()).hexdigest() == example["digest"]
    assert audit.entry_digest(audit.read_entry(example["entry"])) == example["digest"]
    assert example["signed"] == f"gatehouse-audit-head-v1{canonical(example['statement'])}"
    statement = audit_heads.HeadStatement(**example["statement"])
    assert audit_heads.signed_bytes(statement).decode() == example["signed"]
