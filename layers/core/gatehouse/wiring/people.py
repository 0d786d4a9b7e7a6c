"""Builds what people, their roles and service apps can be managed with, for one request."""

import secrets
from typing import TYPE_CHECKING

from gatehouse.aws.app_registry import DynamoAppRegistry
from gatehouse.aws.custom_roles import DynamoCustomRoles
from gatehouse.aws.directory import DynamoDirectory
from gatehouse.aws.families import DynamoFamilies
from gatehouse.aws.groups import DynamoGroups
from gatehouse.aws.invitations import DynamoIssuedInvitations
from gatehouse.aws.memberships import DynamoMemberships
from gatehouse.aws.shares import DynamoShares
from gatehouse.usecases.administer_people import AdministerPeople
from gatehouse.usecases.manage_apps import ManageApps
from gatehouse.usecases.manage_custom_roles import ManageCustomRoles
from gatehouse.usecases.manage_invitations import ManageInvitations
from gatehouse.usecases.manage_people import ManagePeople
from gatehouse.usecases.manage_sharing import ManageSharing
from gatehouse.wiring import clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from gatehouse.aws.audited_writes import AuditedWrites
    from gatehouse.settings import Settings

    Kept = tuple[DynamoDBClient, str, AuditedWrites]
    """The client, the Authority table, and the audited writes of one request."""


def manage_people(kept: "Kept", settings: "Settings") -> ManagePeople:
    """Build the management of who is what in a project."""
    return ManagePeople(
        memberships=DynamoMemberships(*kept),
        custom_roles=DynamoCustomRoles(*kept),
        directory=DynamoDirectory(*kept),
        shares=DynamoShares(*kept),
        families=DynamoFamilies(kept[0], settings.activity_table),
        clock=clock.now,
    )


def administer_people(kept: "Kept", settings: "Settings") -> AdministerPeople:
    """Build the administration of accounts."""
    return AdministerPeople(
        directory=DynamoDirectory(*kept),
        families=DynamoFamilies(kept[0], settings.activity_table),
        clock=clock.now,
    )


def manage_invitations(kept: "Kept") -> ManageInvitations:
    """Build the management of invitations."""
    return ManageInvitations(
        invitations=DynamoIssuedInvitations(*kept), clock=clock.now, choose=secrets.randbelow
    )


def manage_custom_roles(kept: "Kept") -> ManageCustomRoles:
    """Build the management of projects' own roles."""
    return ManageCustomRoles(roles=DynamoCustomRoles(*kept))


def manage_sharing(kept: "Kept") -> ManageSharing:
    """Build the management of groups and shares."""
    return ManageSharing(
        groups=DynamoGroups(*kept),
        shares=DynamoShares(*kept),
        clock=clock.now,
        choose=secrets.randbelow,
    )


def manage_apps(kept: "Kept", settings: "Settings") -> ManageApps:
    """Build the management of service apps."""
    return ManageApps(
        apps=DynamoAppRegistry(*kept),
        clock=clock.now,
        choose=secrets.randbelow,
        allow_local_origins=settings.stage == "local",
    )
