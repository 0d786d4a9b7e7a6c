"""Receipts: what a Gatehouse decided about warrants, verified without asking it.

`python -m gatehouse_client.receipts export` fetches a period's receipts into a file;
`python -m gatehouse_client.receipts verify` verifies that file against the deployment's public key.
"""

from gatehouse_client._p256 import read_key
from gatehouse_client.receipts.documents import Export, ExportedChain, UnreadableExport, read_export
from gatehouse_client.receipts.verification import (
    VerifiedChain,
    VerifiedExport,
    verify_export,
)

__all__ = [
    "Export",
    "ExportedChain",
    "UnreadableExport",
    "VerifiedChain",
    "VerifiedExport",
    "read_export",
    "read_key",
    "verify_export",
]
