"""Builds what the console needs beside the management API."""

import secrets
from functools import cache
from typing import Final

from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.families import DynamoFamilies
from gatehouse.aws.memberships import DynamoMemberships
from gatehouse.aws.people import DynamoPeople
from gatehouse.aws.principals import DynamoPrincipals
from gatehouse.aws.projects import DynamoProjects
from gatehouse.usecases.authenticate_session import AuthenticateSession
from gatehouse.usecases.console_sessions import ConsoleSession, ConsoleSessions
from gatehouse.usecases.list_own_projects import ListOwnProjects
from gatehouse.usecases.management import Entrance
from gatehouse.wiring import clients, clock, limits
from gatehouse.wiring.keys import allowed_hosts, limit_failures, management, public_url, settings
from gatehouse.wiring.pauses import pause

__all__ = ["allowed_hosts", "limit_failures", "management", "public_url"]

choose: Final = secrets.randbelow


@cache
def console_sessions() -> ConsoleSessions:
    """Build what proves who is signed in."""
    dynamodb = clients.dynamodb()
    return ConsoleSessions(
        families=DynamoFamilies(dynamodb, settings.activity_table),
        people=DynamoPeople(dynamodb, settings.authority_table, pause),
        clock=clock.now,
        choose=choose,
    )


@cache
def own_projects() -> ListOwnProjects:
    """Build the choice of a project; it changes nothing."""
    dynamodb, table = clients.dynamodb(), settings.authority_table
    kept = (dynamodb, table, AuditedWrites(dynamodb, table, None, pause))
    return ListOwnProjects(memberships=DynamoMemberships(*kept), projects=DynamoProjects(*kept))


def entrance(session: ConsoleSession) -> Entrance:
    """Build the management API's entrance for one session."""
    principals = DynamoPrincipals(
        clients.dynamodb(), settings.authority_table, settings.activity_table
    )
    authenticate = AuthenticateSession(session=session, principals=principals)
    return Entrance(
        authenticate=authenticate.manager,
        authenticate_admin=authenticate.administrator,
        door=limits.limit_door(settings, clients),
    )
