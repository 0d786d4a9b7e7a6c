"""What the OAuth endpoints answered."""

import json
from typing import Any

import jwt

from tests.integration.world import Json


def error(answer: Any) -> tuple[int, str]:
    """Return status and code of a refusal, which has nothing else in it."""
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"error", "error_description"}
    return answer.status_code, answer.json()["error"]


def claims(token: str) -> Json:
    """Return what a token says, unproven."""
    found: Json = json.loads(jwt.utils.base64url_decode(token.split(".")[1]))
    return found
