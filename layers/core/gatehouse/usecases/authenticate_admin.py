"""Prove that an administrator of the deployment is calling."""

from dataclasses import dataclass

from gatehouse.domain import access_tokens
from gatehouse.domain.errors import Forbidden, Unauthenticated
from gatehouse.domain.principals import BOOTSTRAP, Actor
from gatehouse.ports.credentials import AdminToken
from gatehouse.usecases.authenticate_manager import (
    AuthenticateManager,
    Presented,
    active_person,
    person_actor,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateAdmin:
    """Take the bootstrap admin token, or an administrator's access token."""

    token: AdminToken
    managers: AuthenticateManager

    def __call__(self, presented: Presented) -> Actor:
        """Return who administers.

        Raises:
            Unauthenticated: The credential does not hold.
            Forbidden: It is that of somebody else.
            Unavailable: It could not be checked.
        """
        if access_tokens.has_shape(presented.credential):
            return self._person(presented)
        if not self.token.matches(presented.credential):
            raise Unauthenticated("Invalid admin token")
        return BOOTSTRAP

    def _person(self, presented: Presented) -> Actor:
        proven = self.managers(presented)
        if not proven.token.grant.is_admin:
            raise Forbidden("Only administrators of the deployment may do this")
        person = active_person(proven.standing)
        if not person.is_admin:
            raise Forbidden("Only administrators of the deployment may do this")
        return person_actor(person)
