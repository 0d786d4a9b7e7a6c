"""The audit: what was changed in a Gatehouse and by whom, verified without asking it.

`python -m gatehouse_client.audit export` fetches a chain of changes into a file;
`python -m gatehouse_client.audit verify` verifies that file against the deployment's public key.
"""

from gatehouse_client._p256 import read_key
from gatehouse_client.audit.documents import AuditExport, UnreadableAudit, read_audit
from gatehouse_client.audit.verification import VerifiedAudit, verify_audit

__all__ = [
    "AuditExport",
    "UnreadableAudit",
    "VerifiedAudit",
    "read_audit",
    "read_key",
    "verify_audit",
]
