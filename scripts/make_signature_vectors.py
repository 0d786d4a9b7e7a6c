"""Write tests/vectors/outbound_signatures.json: what outbound signatures must look like.

The values are computed here from the prose of the protocol, with hashlib and hmac alone and
without a line of the gateway or the client, so that both can be checked against them.

    python scripts/make_signature_vectors.py            write the file
    python scripts/make_signature_vectors.py --check    fail if it is not what this would write
"""

import hashlib
import hmac
import json
import sys
from pathlib import Path
from typing import Final, TypedDict

FILE: Final = Path(__file__).parents[1] / "tests" / "vectors" / "outbound_signatures.json"

ABOUT: Final = (
    "Made by scripts/make_signature_vectors.py from the protocol's prose. A member's parts that "
    "the tool injects are in `member`; `headers` are all headers sent, `canonical` is the signed "
    "text, `secrets` are newest first."
)
PROJECT: Final = "Ab3dEf9h"
INTEGRATION: Final = "int0Zz19"
REQUEST: Final = "018bcfe5-6800-7abc-8def-0123456789ab"
NOW: Final = 1_700_000_000
SECRET: Final = "whsec-c7d1f0a4b9e24cc5"  # noqa: S105 - a test vector
OLD_SECRET: Final = "whsec-0ld-5e1f"  # noqa: S105 - a test vector
ATTR_CHAR: Final = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~"
)


class Told(TypedDict, total=False):
    """What of a member is told to the upstream API."""

    id: str
    email: str
    roles: list[str]


class Case(TypedDict, total=False):
    """One input, where it differs from the plainest request."""

    name: str
    integration_id: str
    scheme: str
    timestamp: int
    request_id: str
    method: str
    target: str
    body: str
    member: Told | None
    secrets: list[str]


CASES: Final[list[Case]] = [
    {"name": "a GET without a body, for no member"},
    {"name": "the same under tng2", "scheme": "tng2"},
    {"name": "a query is signed as it is sent", "target": "/v1/contacts?q=a%20b&limit=10&q=c"},
    {
        "name": "an encoded path segment stays encoded",
        "target": "/v1/contacts/..%2F%C3%A9%20%3F?x=%2F",
    },
    {
        "name": "a POST with a JSON body",
        "method": "POST",
        "target": "/v1/contacts/lookup",
        "body": '{"contact_id":"c-42"}',
    },
    {
        "name": "a body beyond ASCII, under tng2",
        "scheme": "tng2",
        "method": "PUT",
        "target": "/v1/notes/7",
        "body": '{"text":"Grüße, 世界\\n"}',
    },
    {"name": "a member by id", "member": {"id": "3f0c9a1e-user"}},
    {"name": "an id of printable ASCII is sent as it is", "member": {"id": "ada,(1)@x/y;z=\"'"}},
    {"name": "an id beyond ASCII is encoded", "member": {"id": "zoë/東京"}},
    {"name": "an id with a space is encoded whole", "member": {"id": "ada lovelace@x"}},
    {"name": "an id with a percent sign is encoded", "member": {"id": "100%"}},
    {
        "name": "a member with e-mail and roles",
        "method": "DELETE",
        "target": "/v1/contacts/9",
        "member": {"id": "u-1", "email": "ada@example.com", "roles": ["admin", "read only"]},
    },
    {
        "name": "an e-mail and roles beyond ASCII, under tng2",
        "scheme": "tng2",
        "method": "PATCH",
        "target": "/v1/contacts/9",
        "body": "{}",
        "member": {"id": "ü", "email": "zoë@例え.jp", "roles": ["Prüfer", '"quoted"', "🛠"]},
    },
    {"name": "an e-mail alone", "member": {"email": "ada@example.com"}},
    {"name": "roles alone", "member": {"roles": ["admin"]}},
    {"name": "a member with no roles", "member": {"id": "u-1", "roles": []}},
    {"name": "a secret in rotation", "secrets": [SECRET, OLD_SECRET]},
    {
        "name": "a secret in rotation, under tng2",
        "scheme": "tng2",
        "secrets": [SECRET, OLD_SECRET],
    },
    {"name": "a secret beyond ASCII", "secrets": ["gehëim 🔑"]},
]


def header_text(text: str) -> str:
    """Return an id or e-mail as it is sent."""
    if all("!" <= character <= "~" and character != "%" for character in text):
        return text
    return "".join(
        chr(octet) if octet in ATTR_CHAR else f"%{octet:02X}" for octet in text.encode("utf-8")
    )


def member_headers(member: Told | None) -> dict[str, str]:
    """Return the headers that tell of `member`."""
    sent: dict[str, str] = {}
    if member is None:
        return sent
    if "id" in member:
        sent["X-Tengine-Member-Id"] = header_text(member["id"])
    if "email" in member:
        sent["X-Tengine-Member-Email"] = header_text(member["email"])
    if "roles" in member:
        sent["X-Tengine-Member-Roles"] = json.dumps(member["roles"], separators=(",", ":"))
    return sent


class Vector(TypedDict):
    """A case, and everything that follows from it."""

    name: str
    scheme: str
    secrets: list[str]
    timestamp: int
    request_id: str
    method: str
    target: str
    body: str
    project_id: str
    integration_id: str
    member: Told | None
    canonical: str
    headers: dict[str, str]


def vector(case: Case) -> Vector:
    """Return what must be sent for `case`."""
    scheme, secrets = case.get("scheme", "tng1"), case.get("secrets", [SECRET])
    method, target, body = (
        case.get("method", "GET"),
        case.get("target", "/v1/contacts"),
        case.get("body", ""),
    )
    timestamp, request_id = case.get("timestamp", NOW), case.get("request_id", REQUEST)
    integration = case.get("integration_id", INTEGRATION)
    identity = member_headers(case.get("member"))
    email, roles = (identity.get(f"X-Tengine-Member-{name}", "") for name in ("Email", "Roles"))
    fields = [
        str(timestamp),
        request_id,
        method,
        target,
        hashlib.sha256(body.encode("utf-8")).hexdigest(),
        PROJECT,
        integration,
        identity.get("X-Tengine-Member-Id", "-"),
        hashlib.sha256(f"{email}\n{roles}".encode("ascii")).hexdigest(),
    ]
    canonical = "\n".join(fields) if scheme == "tng1" else "tng2 " + " ".join(fields)
    signatures = [
        hmac.new(secret.encode("utf-8"), canonical.encode("ascii"), hashlib.sha256).hexdigest()
        for secret in secrets
    ]
    return {
        "name": case.get("name", ""),
        "scheme": scheme,
        "secrets": secrets,
        "timestamp": timestamp,
        "request_id": request_id,
        "method": method,
        "target": target,
        "body": body,
        "project_id": PROJECT,
        "integration_id": integration,
        "member": case.get("member"),
        "canonical": canonical,
        "headers": {
            "X-Tengine-Project-Id": PROJECT,
            "X-Tengine-Integration-Id": integration,
            "X-Tengine-Request-Id": request_id,
            "X-Tengine-Timestamp": str(timestamp),
            **identity,
            "X-Tengine-Signature": ",".join(f"{scheme}={value}" for value in signatures),
        },
    }


def document() -> str:
    """Return the whole file."""
    vectors = {"about": ABOUT, "vectors": [vector(case) for case in CASES]}
    return json.dumps(vectors, indent=1, ensure_ascii=True) + "\n"


def main() -> int:
    """Write the file, or say whether it is stale."""
    if "--check" not in sys.argv:
        FILE.write_text(document(), encoding="utf-8")
        return 0
    if FILE.read_text(encoding="utf-8") == document():
        return 0
    print(f"{FILE.name} is stale: run scripts/make_signature_vectors.py")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
