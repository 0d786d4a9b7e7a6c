"""Whether those who manage still are what they were, by what was read of them."""

from gatehouse.domain.errors import Unauthenticated
from gatehouse.domain.grants import APP, USER, Grant
from gatehouse.ports.principals import Sought, Standing
from gatehouse.usecases.authenticate_manager import active_person


def sought_of(grant: Grant) -> Sought:
    """Return what `require_manager` has to see."""
    is_user = grant.subject.startswith(USER)
    return Sought(
        project_id=grant.project_id,
        user_id=grant.subject.removeprefix(USER) if is_user else None,
        app_id=None if is_user else grant.subject.removeprefix(APP),
    )


def require_manager(grant: Grant, found: Standing) -> None:
    """Refuse unless an app is granted something, or a person is what they were.

    That is administrator of the deployment, or what they were in the project: their role has the
    same epoch.
    """
    if grant.is_admin:
        if not active_person(found).is_admin:
            raise Unauthenticated
        return
    if found.project is None or not found.project.is_active:
        raise Unauthenticated
    if grant.subject.startswith(APP):
        if found.app is None or not found.app.is_active or not found.app.grant_in(found.project.id):
            raise Unauthenticated
        return
    active_person(found)
    if found.membership is None or found.membership.epoch != grant.epoch:
        raise Unauthenticated
