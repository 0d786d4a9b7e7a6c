"""Whether what somebody was granted still stands, by what was read of it."""

from gatehouse.domain import oauth_clients
from gatehouse.domain.errors import Unauthenticated
from gatehouse.domain.grants import Grant
from gatehouse.domain.members import MemberIdentity, stands
from gatehouse.domain.projects import Integration
from gatehouse.domain.session_tokens import Session
from gatehouse.ports.authority import Authority, Wanted


def require_standing(grant: Grant, found: Authority) -> None:
    """Refuse unless the project lets the client in and the member is as they were then."""
    project, integration = found.project, found.integration
    if project is None or not project.is_active or integration is None:
        raise Unauthenticated
    if not _lets_in(integration, grant.client_id):
        raise Unauthenticated
    if grant.member is None or not stands(found.member, grant.epoch):
        raise Unauthenticated


def wanted_of(grant: Grant, member: MemberIdentity) -> Wanted:
    """Return what `require_standing` has to see."""
    return Wanted(
        project_id=grant.project_id or "",
        integration_id=grant.integration_id,
        member_external_id=member.external_id,
    )


def require_session(session: Session, found: Authority) -> None:
    """Refuse a member's session whose project, member, key or issuer no longer stands behind it."""
    if found.project is None or not found.project.is_active or found.integration is None:
        raise Unauthenticated
    if session.assertion_kid is not None and not (
        found.assertion_key and found.assertion_key.is_active
    ):
        raise Unauthenticated
    issuer = session.external_issuer
    if issuer is not None and not found.project.settings.issuer(issuer):
        raise Unauthenticated
    if not stands(found.member, session.epoch):
        raise Unauthenticated


def _lets_in(integration: Integration, client_id: str | None) -> bool:
    """Say whether an integration is of kind `oauth`, and for this client."""
    registered = integration.client
    if registered is None or client_id is None:
        return False
    if oauth_clients.is_of_no_project(client_id):
        return registered.allow_metadata_clients
    return client_id == oauth_clients.registered_id(integration.project_id, integration.id)
