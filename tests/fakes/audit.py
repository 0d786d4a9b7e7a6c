"""The audit in memory: a list of entries and a list of statements."""

from dataclasses import dataclass, field

from gatehouse.domain.audit import AuditEntry, AuditFilter
from gatehouse.domain.audit_heads import SignedHead
from gatehouse.ports.pages import Page


@dataclass
class MemoryAudit:
    """Keeps `AuditEntries`."""

    entries: list[AuditEntry] = field(default_factory=list)
    heads: list[SignedHead] = field(default_factory=list)

    def page(
        self,
        chain: str,
        wanted: AuditFilter,
        *,
        newest_first: bool,
        after: int | None,
        limit: int,
    ) -> Page[AuditEntry]:
        """See `AuditEntries.page`."""
        found = [
            entry
            for entry in sorted(self.entries, key=lambda e: e.seq, reverse=newest_first)
            if entry.chain == chain and _wanted(entry, wanted)
            if after is None or (entry.seq < after if newest_first else entry.seq > after)
        ]
        shown = found[:limit]
        return Page(items=shown, next_after=str(shown[-1].seq) if len(found) > limit else None)

    def signed_heads(self, chain: str, *, after: str | None, limit: int) -> Page[SignedHead]:
        """See `AuditEntries.signed_heads`."""
        of_chain = [head for head in self.heads if head.statement.chain == chain]
        found = sorted(of_chain, key=lambda head: head.statement.date)
        found = [head for head in found if after is None or head.statement.date > after]
        more = len(found) > limit
        return Page(
            items=found[:limit], next_after=found[limit - 1].statement.date if more else None
        )


def _wanted(entry: AuditEntry, wanted: AuditFilter) -> bool:
    author = entry.author
    return (
        (wanted.starts_at is None or author.at >= wanted.starts_at)
        and (wanted.ends_at is None or author.at < wanted.ends_at)
        and wanted.actor in {None, author.actor.label}
        and wanted.action in {None, author.action}
        and wanted.target in {None, entry.change.target}
    )
