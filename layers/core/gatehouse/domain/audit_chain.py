"""How entries of the audit hang together."""

from collections.abc import Iterable
from dataclasses import replace

from gatehouse.domain.audit import NO_ENTRY, AuditEntry, AuditHead, Author, Change


class BrokenChain(Exception):
    """The entries are not a chain; `str(error)` says where it breaks."""


def next_entry(head: AuditHead, chain: str, author: Author, change: Change) -> AuditEntry:
    """Return the entry that follows `head`; one clock may be behind another's, a chain is not."""
    return AuditEntry(
        chain=chain,
        seq=head.seq + 1,
        author=replace(author, at=max(author.at, head.at)),
        change=change,
        prev=head.digest,
    )


def require_chain(
    entries: Iterable[AuditEntry], *, chain: str, after: AuditHead = NO_ENTRY
) -> AuditHead:
    """Return the end of the chain that `entries` continue `after` an earlier end.

    Raises:
        BrokenChain: One is missing, altered, of another chain, or not where it belongs.
    """
    head = after
    for entry in entries:
        if entry.chain != chain:
            raise BrokenChain(f"entry {entry.seq} is of chain {entry.chain}")
        if entry.seq != head.seq + 1:
            raise BrokenChain(f"entry {head.seq + 1} is missing: {entry.seq} stands in its place")
        if entry.prev != head.digest:
            raise BrokenChain(f"entry {entry.seq} does not follow the one before it")
        if entry.author.at < head.at:
            raise BrokenChain(f"entry {entry.seq} is older than the one before it")
        head = entry.head
    return head
