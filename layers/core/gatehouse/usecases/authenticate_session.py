"""Prove who manages by the session of the browser that shows the console."""

import hmac
from dataclasses import dataclass

from gatehouse.domain.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated
from gatehouse.domain.people import actions_of
from gatehouse.domain.principals import Actor, Principal
from gatehouse.ports.principals import PrincipalReader, Sought, Standing
from gatehouse.usecases.authenticate_manager import Presented, active_person, person_actor
from gatehouse.usecases.authenticate_principal import WHICH_PROJECT
from gatehouse.usecases.console_sessions import ConsoleSession


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateSession:
    """Admit one person, for the requests of one page; what they may do is read for each.

    Only the console takes a cookie as a credential. The management API does not, so no form of
    another site can reach it.
    """

    session: ConsoleSession
    principals: PrincipalReader

    def manager(self, presented: Presented) -> Principal:
        """Return what the person is in the project that is named.

        Raises:
            Unauthenticated: It is not this session's cookie, or the person is inactive.
            InvalidRequest: No project is named.
            NotFound: They are nothing there, or there is no such project.
        """
        project_id = presented.project(None)
        if project_id is None:
            raise InvalidRequest(WHICH_PROJECT)
        standing = self._standing(presented, project_id)
        person, project = active_person(standing), standing.project
        if project is None or not project.is_active:
            raise NotFound
        if person.is_admin:
            return Principal.administrating(person_actor(person), project)
        membership = standing.membership
        if membership is None:
            raise NotFound
        return Principal(
            actor=person_actor(person),
            project=project,
            actions=actions_of(membership, standing.custom_roles),
            role=membership.role,
        )

    def administrator(self, presented: Presented) -> Actor:
        """Return the person; raise `Forbidden` unless they administrate the deployment."""
        person = active_person(self._standing(presented, None))
        if not person.is_admin:
            raise Forbidden("Only administrators of the deployment may do this")
        return person_actor(person)

    def _standing(self, presented: Presented, project_id: str | None) -> Standing:
        if not hmac.compare_digest(presented.credential, self.session.cookie):
            raise Unauthenticated
        user_id = self.session.person.id
        return self.principals.read(Sought(project_id=project_id, user_id=user_id))
