"""Whether what a person was granted as a member still stands, by what was read of it."""

from gatehouse.domain.errors import Unauthenticated
from gatehouse.domain.grants import Grant
from gatehouse.domain.members import stands
from gatehouse.ports.authority import Authority


def require_standing(grant: Grant, found: Authority) -> None:
    """Refuse unless project and integration exist and the member is as they were then."""
    project, integration = found.project, found.integration
    if project is None or not project.is_active or integration is None:
        raise Unauthenticated
    if grant.member is None or not stands(found.member, grant.epoch):
        raise Unauthenticated
