"""The part of the table of routes that is about what was changed."""

from typing import Final

from gatehouse.domain.roles import Action
from gatehouse.edge.rest import audit
from gatehouse.edge.rest.audit import (
    AuditKeyAnswer,
    AuditQuery,
    DeploymentAuditQuery,
    DeploymentHeadQuery,
    EntryList,
    HeadList,
    HeadQuery,
)
from gatehouse.edge.rest.routing import Access, Route, route

AUDIT_ROUTES: Final[tuple[Route, ...]] = (
    route(
        "GET", "/api/v1/audit", Action.AUDIT_READ, audit.list_changes,
        input=AuditQuery, answer=EntryList,
    ),
    route(
        "GET", "/api/v1/audit/heads", Action.AUDIT_READ, audit.list_heads,
        input=HeadQuery, answer=HeadList,
    ),
    route(
        "GET", "/api/v1/audit/key", Action.AUDIT_READ, audit.read_audit_key, answer=AuditKeyAnswer,
    ),
    route(
        "GET", "/admin/v1/audit", Access.ADMIN, audit.list_deployment_changes,
        input=DeploymentAuditQuery, answer=EntryList,
    ),
    route(
        "GET", "/admin/v1/audit/heads", Access.ADMIN, audit.list_deployment_heads,
        input=DeploymentHeadQuery, answer=HeadList,
    ),
)  # fmt: skip
