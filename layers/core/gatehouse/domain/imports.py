"""What a tool remembers of the document that it was imported from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gatehouse.domain.json_values import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFrom:
    """An operation of a document, and the digest of each field as it was last imported.

    By the digests a later import tells what its owner edited from what the document changed. A
    document is the same one when its title or its address is.
    """

    document: str
    url: str | None = None
    operation: str
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)

    def is_of(self, other: "ImportedFrom") -> bool:
        """Say whether both are of one document."""
        has_address = self.url is not None and self.url == other.url
        return has_address or self.document == other.document


def imported_document(imported: ImportedFrom) -> JsonObject:
    """Return it as JSON."""
    return {
        "document": imported.document,
        "url": imported.url,
        "operation": imported.operation,
        "digests": dict(imported.digests),
    }


def read_imported(document: JsonObject) -> ImportedFrom:
    """Return what `imported_document` wrote; what is unknown is left out."""
    url, digests = document.get("url"), document.get("digests")
    return ImportedFrom(
        document=str(document.get("document", "")),
        url=None if url is None else str(url),
        operation=str(document.get("operation", "")),
        digests={name: str(text) for name, text in digests.items()}
        if isinstance(digests, Mapping)
        else {},
    )
