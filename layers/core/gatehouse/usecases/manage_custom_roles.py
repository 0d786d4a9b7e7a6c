"""Make up roles of named actions."""

import re
from dataclasses import dataclass
from typing import Final

from gatehouse.domain.errors import Conflict, FieldError, InvalidFields, NotFound
from gatehouse.domain.people import CustomRole
from gatehouse.domain.principals import Principal
from gatehouse.domain.roles import Action, Role
from gatehouse.domain.shown_text import text_problem
from gatehouse.ports.people import CustomRoles
from gatehouse.usecases.granting_rules import require_holds

MAX_ROLES: Final = 50
MAX_DESCRIPTION: Final = 500
NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageCustomRoles:
    """The use cases around a project's own roles; a change holds for the very next request."""

    roles: CustomRoles

    def all(self, project_id: str) -> tuple[CustomRole, ...]:
        """List them."""
        return tuple(self.roles.all(project_id))

    def put(
        self, principal: Principal, name: str, actions: frozenset[Action], description: str | None
    ) -> CustomRole:
        """Keep a role, instead of the one of that name.

        Raises:
            InvalidFields: The name, or the description, is not acceptable.
            MissingAction: It has, or had, an action that the principal does not hold.
            Conflict: There are too many.
        """
        _require_words(name, description)
        project_id = principal.project.id
        known = {role.name: role for role in self.roles.all(project_id)}
        if name not in known and len(known) >= MAX_ROLES:
            raise Conflict(f"A project has at most {MAX_ROLES} roles of its own")
        before = known[name].actions if name in known else frozenset()
        require_holds(principal, actions | before)
        role = CustomRole(
            project_id=project_id, name=name, actions=actions, description=description
        )
        self.roles.put(role)
        return role

    def delete(self, principal: Principal, name: str) -> None:
        """Remove a role.

        Raises:
            NotFound: There is no such role.
            MissingAction: It has an action that the principal does not hold.
            Conflict: Somebody holds it.
        """
        project_id = principal.project.id
        role = next((role for role in self.roles.all(project_id) if role.name == name), None)
        if role is None:
            raise NotFound
        require_holds(principal, role.actions)
        self.roles.delete(project_id, name)


def _require_words(name: str, description: str | None) -> None:
    errors = []
    if not NAME.fullmatch(name) or name in set(Role):
        shape = "must be 1 to 32 of a-z 0-9 _ -, begin with a letter, and be no role of its own"
        errors.append(FieldError("name", shape))
    if description is not None and (problem := text_problem(description, longest=MAX_DESCRIPTION)):
        errors.append(FieldError("description", problem))
    if errors:
        raise InvalidFields(tuple(errors))
