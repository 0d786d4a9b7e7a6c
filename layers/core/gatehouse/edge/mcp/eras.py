"""Which generation of MCP a message speaks; decided for each message, never for a connection."""

from enum import Enum
from typing import Final


class Era(Enum):
    """Before 2026-07-28 clients `initialize`; since then each request says all there is to know."""

    LEGACY = "legacy"
    MODERN = "modern"


LEGACY_VERSIONS: Final = ("2025-11-25", "2025-06-18", "2025-03-26")
"""Newest first."""
MODERN_VERSIONS: Final = ("2026-07-28",)
UNSAID_VERSION: Final = "2025-03-26"
"""What a legacy request without the version header counts as."""
BATCHING_VERSION: Final = "2025-03-26"
"""The only version that has JSON-RPC batches."""
