"""What Gatehouse would send, made by the script that makes the vectors."""

import json
from pathlib import Path
from typing import Unpack

from gatehouse_client import BearerVerifier, Replays, RequestVerifier, VerifiedRequest
from scripts.make_signature_vectors import NOW, PROJECT, SECRET, Case, Vector, vector

FILE = Path(__file__).parents[2] / "vectors" / "outbound_signatures.json"
VECTORS: list[Vector] = json.loads(FILE.read_text(encoding="utf-8"))["vectors"]


def sent(**case: Unpack[Case]) -> Vector:
    """Return a signed request: the plainest one, but for what is given."""
    return vector(case)


def verifier(
    *secrets: str, now: float = NOW, max_drift: int = 300, replays: Replays | None = None
) -> RequestVerifier:
    """Return a verifier that lives at `now`."""
    return RequestVerifier(
        PROJECT, secrets or SECRET, max_drift=max_drift, replays=replays, clock=lambda: now
    )


def bearer_verifier(now: float = NOW) -> BearerVerifier:
    return BearerVerifier(PROJECT, SECRET, clock=lambda: now)


def verify(request: Vector, by: RequestVerifier | None = None) -> VerifiedRequest:
    return (by or verifier()).verify(
        method=request["method"],
        target=request["target"],
        headers=request["headers"],
        body=request["body"].encode(),
    )
