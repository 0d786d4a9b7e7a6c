"""What decides who manages, from both tables in one consistent BatchGetItem."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.app_items import read_app
from gatehouse.aws.attributes import text
from gatehouse.aws.batch_reads import read_all
from gatehouse.aws.people_items import read_custom_role, read_membership, read_person
from gatehouse.aws.project_items import read_project
from gatehouse.aws.session_items import read_family
from gatehouse.aws.tables import (
    APP,
    FAMILY,
    META,
    ROLE,
    USER,
    app_key,
    custom_role_key,
    family_key,
    project_key,
    role_key,
    user_key,
)
from gatehouse.domain.people import CustomRole, Membership
from gatehouse.ports.principals import Sought, Standing

if TYPE_CHECKING:
    from gatehouse.aws.services import DynamoDb
    from gatehouse.aws.tables import Key


@dataclass(frozen=True, slots=True)
class DynamoPrincipals:
    """Keeps `PrincipalReader`."""

    client: "DynamoDb"
    table: str
    sessions_table: str

    def read(self, sought: Sought) -> Standing:
        """See `PrincipalReader.read`."""
        requests: dict[str, list[Key]] = {self.table: _keys(sought)}
        if sought.family_id is not None:
            requests.setdefault(self.sessions_table, []).append(family_key(sought.family_id))
        found = {text(item, "SK"): item for item in read_all(self.client, requests)}
        project, person, app = found.get(META), found.get(USER), found.get(APP)
        family, role = found.get(FAMILY), found.get(f"{ROLE}{sought.user_id}")
        membership = read_membership(role) if role else None
        return Standing(
            project=read_project(project) if project else None,
            person=read_person(person) if person else None,
            membership=membership,
            custom_roles=self._custom_roles(membership),
            app=read_app(app) if app else None,
            family=read_family(family) if family else None,
        )

    def _custom_roles(self, membership: Membership | None) -> tuple[CustomRole, ...]:
        if membership is None or not membership.custom_roles:
            return ()
        keys = [custom_role_key(membership.project_id, n) for n in membership.custom_roles]
        return tuple(map(read_custom_role, read_all(self.client, {self.table: keys})))


def _keys(sought: Sought) -> "list[Key]":
    keys: list[Key] = []
    if sought.project_id is not None:
        keys.append(project_key(sought.project_id))
    if sought.app_id is not None:
        keys.append(app_key(sought.app_id))
    if sought.user_id is not None:
        keys.append(user_key(sought.user_id))
        if sought.project_id is not None:
            keys.append(role_key(sought.project_id, sought.user_id))
    return keys
