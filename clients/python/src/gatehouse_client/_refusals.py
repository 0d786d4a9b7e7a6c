"""What the adapters answer to a request that is not let through."""

import logging
from typing import Final, NamedTuple

from gatehouse_client.errors import InvalidSignature, ReplaysUnavailable

_log: Final = logging.getLogger("gatehouse_client")


class Refusal(NamedTuple):
    """An HTTP answer: one for all bad requests, since the log alone should know which check."""

    status: int
    detail: str
    headers: dict[str, str]


def refusal(error: InvalidSignature | ReplaysUnavailable) -> Refusal:
    """Log `error`, which holds nothing of the request, and return the answer to it."""
    _log.warning("request refused: %s: %s", type(error).__name__, error)
    if isinstance(error, InvalidSignature):
        # RFC 9110 section 15.5.2 wants a challenge with every 401.
        return Refusal(401, "Invalid signature", {"WWW-Authenticate": "X-Tengine-Signature"})
    return Refusal(503, "Try again", {"Retry-After": "5"})
