"""Where request ids come from."""

import secrets

from gatehouse.domain.ids import request_id
from gatehouse.wiring import clock


def new_request_id() -> str:
    """Return a UUIDv7 of this moment (RFC 9562 section 5.7)."""
    return request_id(clock.now_ms(), secrets.randbits(74))
