"""What people said about items of the checklist."""

from collections.abc import Mapping
from typing import Protocol

from gatehouse.domain.checklist.snapshot import Attestation


class Attestations(Protocol):
    """A project's attestations, the last one of each item."""

    def keep(self, project_id: str, attestation: Attestation) -> None:
        """Keep one in place of whatever was said about its item; raise `NotFound`."""
        ...

    def all(self, project_id: str) -> Mapping[str, Attestation]:
        """Return what was said, by item."""
        ...
