"""For backends that call Gatehouse, and for APIs that Gatehouse calls.

Importing this module loads nothing else: a name is fetched from its module on first use, so
that an API that only verifies signatures pays neither for httpx nor for cryptography.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gatehouse_client.assertions import AssertionSigner
    from gatehouse_client.errors import (
        ConfigurationError,
        ExchangeError,
        ExchangeRefused,
        ExchangeUnavailable,
        GatehouseClientError,
        InvalidSignature,
        MalformedRequest,
        RawTargetUnavailable,
        ReplayedRequest,
        ReplaysUnavailable,
        SignatureMismatch,
        StaleTimestamp,
        WrongProject,
    )
    from gatehouse_client.members import Member
    from gatehouse_client.replays import MemoryReplays, Replays
    from gatehouse_client.sessions import AsyncSessionTokens, SessionTokens
    from gatehouse_client.signatures import BearerVerifier, RequestVerifier, VerifiedRequest

__all__ = [
    "AssertionSigner",
    "AsyncSessionTokens",
    "BearerVerifier",
    "ConfigurationError",
    "ExchangeError",
    "ExchangeRefused",
    "ExchangeUnavailable",
    "GatehouseClientError",
    "InvalidSignature",
    "MalformedRequest",
    "Member",
    "MemoryReplays",
    "RawTargetUnavailable",
    "ReplayedRequest",
    "Replays",
    "ReplaysUnavailable",
    "RequestVerifier",
    "SessionTokens",
    "SignatureMismatch",
    "StaleTimestamp",
    "VerifiedRequest",
    "WrongProject",
]

_HOMES: Final = {
    "AssertionSigner": "assertions",
    "AsyncSessionTokens": "sessions",
    "BearerVerifier": "signatures",
    "Member": "members",
    "MemoryReplays": "replays",
    "Replays": "replays",
    "RequestVerifier": "signatures",
    "SessionTokens": "sessions",
    "VerifiedRequest": "signatures",
}
"""Where a public name lives, when not in `errors`."""


def __getattr__(name: str) -> object:
    """Fetch a public name from its module (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f"{__name__}.{_HOMES.get(name, 'errors')}")
    found: object = getattr(home, name)
    return found
