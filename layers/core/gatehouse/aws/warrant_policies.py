"""What projects ask of warrants: a part of META, so that every call reads it anyway."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from gatehouse.aws.attributes import number_value, without_none
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.project_items import read_project, warrant_policy_value
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.projects import Project
from gatehouse.domain.warrant_policies import WarrantPolicy

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from gatehouse.aws.attributes import Item, NewItem


@dataclass(frozen=True, slots=True)
class DynamoWarrantPolicies:
    """Keeps `WarrantPolicies`."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def change(self, project_id: str, policy: WarrantPolicy, *, version: int) -> Project:
        """See `WarrantPolicies.change`."""

        def changed(item: "Item | None") -> "NewItem":
            project = read_project(item) if item else None
            if item is None or project is None or not project.is_active:
                raise NotFound
            if project.version != version:
                raise Conflict("The project has changed", current_version=project.version)
            return without_none(
                {
                    **cast("NewItem", item),
                    "warrant_policy": warrant_policy_value(policy),
                    "version": number_value(version + 1),
                }
            )

        written = self.writes.rewrite(project_id, changed)
        return read_project(cast("Item", written))
