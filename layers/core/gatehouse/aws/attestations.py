"""Attestations, one item for each item of the checklist; what was said before is in the audit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import Item, NewItem, number, number_value, text, text_value
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.failures import ConditionFailed
from gatehouse.aws.queries import project_page
from gatehouse.aws.tables import ATTESTATION, attestation_key
from gatehouse.domain.checklist.snapshot import Attestation
from gatehouse.domain.errors import NotFound

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST: Final = 200
"""More than there will be items."""


@dataclass(frozen=True, slots=True)
class DynamoAttestations:
    """Keeps `Attestations`."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def keep(self, project_id: str, attestation: Attestation) -> None:
        """See `Attestations.keep`."""
        item = _item(project_id, attestation)
        try:
            self.writes.write(
                project_id, [{"Put": {"TableName": self.table, "Item": item}}], while_active=True
            )
        except ConditionFailed as failure:
            raise NotFound from failure

    def all(self, project_id: str) -> Mapping[str, Attestation]:
        """See `Attestations.all`."""
        page = project_page(
            self.client,
            self.table,
            project_id,
            prefix=ATTESTATION,
            read=_read,
            after=None,
            limit=MOST,
        )
        return {attestation.item: attestation for attestation in page.items}


def _item(project_id: str, attestation: Attestation) -> NewItem:
    return {
        **attestation_key(project_id, attestation.item),
        "project_id": text_value(project_id),
        "by": text_value(attestation.by),
        "at": number_value(attestation.at),
        "note": text_value(attestation.note),
    }


def _read(item: Item) -> Attestation:
    return Attestation(
        item=text(item, "SK").removeprefix(ATTESTATION),
        by=text(item, "by"),
        at=number(item, "at"),
        note=text(item, "note"),
    )
