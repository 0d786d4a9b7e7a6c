"""Everything that the management API can be asked for."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain.principals import Actor, Principal
from gatehouse.usecases.administer_people import AdministerPeople
from gatehouse.usecases.authenticate_manager import Presented
from gatehouse.usecases.import_openapi import ImportOpenAPI
from gatehouse.usecases.limit_requests import LimitDoor
from gatehouse.usecases.manage_apps import ManageApps
from gatehouse.usecases.manage_assertion_keys import ManageAssertionKeys
from gatehouse.usecases.manage_custom_roles import ManageCustomRoles
from gatehouse.usecases.manage_integrations import ManageIntegrations
from gatehouse.usecases.manage_invitations import ManageInvitations
from gatehouse.usecases.manage_members import ManageMembers
from gatehouse.usecases.manage_people import ManagePeople
from gatehouse.usecases.manage_projects import ManageProjects
from gatehouse.usecases.manage_prompts import ManagePrompts
from gatehouse.usecases.manage_resources import ManageResources
from gatehouse.usecases.manage_sharing import ManageSharing
from gatehouse.usecases.manage_tools import ManageTools
from gatehouse.usecases.manage_warrants import ManageWarrants
from gatehouse.usecases.preview_tool import PreviewTool
from gatehouse.usecases.probe_tool import ProbeTool
from gatehouse.usecases.read_audit import ReadAudit
from gatehouse.usecases.read_calls import ReadCalls
from gatehouse.usecases.read_checklist import ReadChecklist
from gatehouse.usecases.read_receipts import ReadReceipts
from gatehouse.usecases.read_violations import ReadViolations
from gatehouse.usecases.revoke_warrants import RevokeWarrants
from gatehouse.usecases.try_tool import TryTool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """The two ways in, and the door that counts who comes.

    `authenticate` admits whoever manages a project, `authenticate_admin` who administrates the
    deployment.
    """

    authenticate: Callable[[Presented], Principal]
    authenticate_admin: Callable[[Presented], Actor]
    door: LimitDoor


@dataclass(frozen=True, slots=True, kw_only=True)
class Management:
    """What lies behind the entrance, for one request: its changes are its author's."""

    projects: ManageProjects
    integrations: ManageIntegrations
    assertion_keys: ManageAssertionKeys
    tools: ManageTools
    openapi: ImportOpenAPI
    try_tool: TryTool
    preview_tool: PreviewTool
    probe_tool: ProbeTool
    prompts: ManagePrompts
    resources: ManageResources
    members: ManageMembers
    calls: ReadCalls
    audit: ReadAudit
    checklist: ReadChecklist
    warrants: ManageWarrants
    receipts: ReadReceipts
    revocations: RevokeWarrants
    violations: ReadViolations
    people: ManagePeople
    accounts: AdministerPeople
    invitations: ManageInvitations
    custom_roles: ManageCustomRoles
    sharing: ManageSharing
    apps: ManageApps
