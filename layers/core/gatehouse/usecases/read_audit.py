"""Show what was changed, and the signed statements that nothing of it is missing."""

from dataclasses import dataclass

from gatehouse.domain.audit import AuditEntry, AuditFilter
from gatehouse.domain.audit_heads import SignedHead
from gatehouse.domain.errors import NotFound
from gatehouse.ports.audit import AuditEntries, HeadKey
from gatehouse.ports.pages import Page

MAX_SEQUENCE_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAudit:
    """The use cases around the audit; nothing is verified here, for nobody need believe it."""

    entries: AuditEntries
    key: HeadKey

    def page(
        self,
        chain: str,
        wanted: AuditFilter,
        *,
        newest_first: bool,
        after: str | None,
        limit: int,
    ) -> Page[AuditEntry]:
        """List a chain's entries; raise `NotFound` when `after` is no place in a chain."""
        place = None if after is None else _sequence(after)
        return self.entries.page(chain, wanted, newest_first=newest_first, after=place, limit=limit)

    def signed_heads(self, chain: str, *, after: str | None, limit: int) -> Page[SignedHead]:
        """List the statements of where the chain ended, day by day."""
        return self.entries.signed_heads(chain, after=after, limit=limit)

    def public_key_pem(self) -> str:
        """Return the key that the statements are verified with."""
        return self.key.public_key_pem()


def _sequence(after: str) -> int:
    if not (after.isascii() and after.isdigit() and len(after) <= MAX_SEQUENCE_DIGITS):
        raise NotFound
    return int(after)
