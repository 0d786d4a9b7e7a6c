"""What people said about items of the checklist, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gatehouse.domain.checklist.snapshot import Attestation
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import require_active


@dataclass
class MemoryAttestations:
    """Keeps `Attestations`."""

    table: MemoryAuthority
    said: dict[tuple[str, str], Attestation] = field(default_factory=dict)

    def keep(self, project_id: str, attestation: Attestation) -> None:
        """See `Attestations.keep`."""
        require_active(self.table, project_id)
        self.said[project_id, attestation.item] = attestation

    def all(self, project_id: str) -> Mapping[str, Attestation]:
        """See `Attestations.all`."""
        return {item: said for (owner, item), said in self.said.items() if owner == project_id}
