"""AWS without an SDK: Signature Version 4 over one kept connection; no retries, nothing checked.

No client can take much less, so this is what AWS calls cost at the least.
"""

import hashlib
import hmac
import json
import os
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

CALLS = json.loads(os.environ["CALLS"])
THERE = urlsplit(os.environ["AWS_ENDPOINT_URL"])
SECRET = os.environ["AWS_SECRET_ACCESS_KEY"]
ACCESS = os.environ["AWS_ACCESS_KEY_ID"]
TOKEN = os.environ["AWS_SESSION_TOKEN"]
REGION = os.environ["AWS_REGION"]
connection = HTTPConnection(THERE.hostname or "", THERE.port)
keys: dict[tuple[str, str], bytes] = {}


def signing_key(day: str, service: str) -> bytes:
    """Return the day's key, derived once."""
    if (day, service) not in keys:
        key = b"AWS4" + SECRET.encode()
        for part in (day, REGION, service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        keys[day, service] = key
    return keys[day, service]


def call(service: str, path: str, target: str, body: bytes) -> object:
    """Make one signed call and read its answer."""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "host": THERE.netloc,
        "x-amz-date": now,
        "x-amz-security-token": TOKEN,
    }
    if target:
        headers["x-amz-target"] = target
    names = ";".join(sorted(headers))
    told = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"POST\n{path}\n\n{told}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{now[:8]}/{REGION}/{service}/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{digest}".encode()
    signature = hmac.digest(signing_key(now[:8], service), text, "sha256").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={ACCESS}/{scope},SignedHeaders={names},Signature={signature}"
    )
    connection.request("POST", path, body, headers)
    return json.loads(connection.getresponse().read())


def lambda_handler(_event: object, _context: object) -> dict[str, object]:
    """Make the calls that a tool call costs."""
    for service, path, target, body in CALLS:
        call(service, path, target, body.encode())
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": "{}"}
