"""Verify an export: that nothing was removed, altered, moved or added.

Each entry names the digest of the one before, and the deployment's key signed every day how many
there were and the digest of the last. The chain by itself shows what was changed in its middle; the
statements show what was cut off its end, and a chain that was made anew as a whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from gatehouse_client._p256 import is_signed
from gatehouse_client.audit.documents import AuditExport, ExportedEntry, ExportedHead


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedAudit:
    """How much was verified, and a sentence for each thing that does not hold.

    `covered` is how many entries the newest good statement covers: of those none is missing.
    """

    entries: int
    heads: int
    covered: int
    problems: tuple[str, ...]


def verify_audit(export: AuditExport, keys: Sequence[ec.EllipticCurvePublicKey]) -> VerifiedAudit:
    """Verify all of an export against the keys that the deployment has or had."""
    problems = list(_in_entries(export))
    covered = 0
    for head in export.heads:
        problem = _in_head(head, export, keys)
        if problem is None:
            covered = max(covered, head.seq)
        else:
            problems.append(f"the statement of {head.date}: {problem}")
    if len({head.deployment_id for head in export.heads}) > 1:
        problems.append("the statements are of several deployments")
    return VerifiedAudit(
        entries=len(export.entries),
        heads=len(export.heads),
        covered=covered,
        problems=tuple(problems),
    )


def _in_entries(export: AuditExport) -> Iterator[str]:
    """Yield what breaks the chain; after a gap it goes on from where the next entry stands."""
    seq, digest, at = 0, None, ""
    for entry in export.entries:
        if entry.seq != seq + 1:
            yield f"entry {seq + 1} is missing: {entry.seq} stands in its place"
        elif entry.prev != digest:
            yield f"entry {entry.seq} does not follow the one before it"
        if entry.chain != export.chain:
            yield f"entry {entry.seq} is of another chain"
        if entry.computed != entry.stated:
            yield f"entry {entry.seq} was altered: its digest is another"
        if entry.at < at:
            yield f"entry {entry.seq} is older than the one before it"
        seq, digest, at = entry.seq, entry.computed, entry.at


def _in_head(
    head: ExportedHead, export: AuditExport, keys: Sequence[ec.EllipticCurvePublicKey]
) -> str | None:
    if not any(is_signed(key, head.signature, head.message) for key in keys):
        return "it is not signed by the key that was given"
    if head.chain != export.chain:
        return "it is about another chain"
    entry = _at(export.entries, head.seq)
    if entry is None:
        return f"there were {head.seq} entries, and number {head.seq} is missing"
    if entry.computed != head.digest:
        return f"entry {head.seq}, or one before it, was another then"
    return None


def _at(entries: Sequence[ExportedEntry], seq: int) -> ExportedEntry | None:
    return next((entry for entry in entries if entry.seq == seq), None)
