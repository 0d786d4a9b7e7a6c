"""Somebody who manages a project, and what they or a member can lose while they are signed in."""

from dataclasses import replace
from typing import Any

from gatehouse.domain.members import MemberStanding
from gatehouse.domain.people import Membership, Person
from gatehouse.domain.roles import Role
from tests.samples import ASSERTION_KEY, KID, NOW, PROJECT_ID
from tests.unit.oauth.server import Server


def managing(**changes: Any) -> Server:
    """A server that knows the person who manages, and what they are."""
    server = Server()
    person = Person(
        id="u1", email="ada@example.com", name=None, is_active=True, is_admin=False, epoch=0,
        created_at=NOW,
    )  # fmt: skip
    server.table.people["u1"] = replace(person, **changes)
    server.table.memberships[PROJECT_ID, "u1"] = Membership(
        project_id=PROJECT_ID, user_id="u1", email="ada@example.com", name=None,
        role=Role.EDITOR, epoch=7, granted_by="user:u0", granted_at=NOW,
    )  # fmt: skip
    return server


def lose_role(server: Server) -> None:
    server.table.memberships.clear()


def change_role(server: Server) -> None:
    held = server.table.memberships[PROJECT_ID, "u1"]
    server.table.memberships[PROJECT_ID, "u1"] = replace(held, role=Role.VIEWER, epoch=8)


def lock_out(server: Server) -> None:
    server.table.people["u1"] = replace(server.table.people["u1"], is_active=False)


def delete_account(server: Server) -> None:
    server.table.people.clear()


def delete_project(server: Server) -> None:
    project = server.table.projects[PROJECT_ID]
    server.table.projects[PROJECT_ID] = replace(project, deleted_at=NOW)


def remove_project(server: Server) -> None:
    server.table.projects.clear()


def deactivate_key(server: Server) -> None:
    inactive = replace(ASSERTION_KEY, deactivated_at=NOW)
    server.table.assertion_keys[PROJECT_ID, KID] = inactive


def delete_key(server: Server) -> None:
    server.table.assertion_keys.clear()


def delete_integration(server: Server) -> None:
    server.table.integrations.clear()


def block(server: Server) -> None:
    blocked = MemberStanding(external_id="ada", blocked_at=NOW)
    server.table.members[PROJECT_ID, "ada"] = blocked


def sign_out(server: Server) -> None:
    server.table.members[PROJECT_ID, "ada"] = MemberStanding(external_id="ada", epoch=1)
