"""Prove who manages by an access token for `<origin>/api`."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gatehouse.domain.access_tokens import AccessToken
from gatehouse.domain.api_keys import is_id
from gatehouse.domain.errors import MissingScope, NotFound, Unauthenticated
from gatehouse.domain.grants import APP, MANAGE, USER
from gatehouse.domain.people import Person
from gatehouse.domain.principals import Actor, ActorKind
from gatehouse.ports.principals import PrincipalReader, Sought, Standing
from gatehouse.usecases.read_access_token import ReadAccessToken, require_live


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What a request shows of who sends it.

    `origin` is where it came to. `project_id` is the project that it names beside its credential.
    """

    credential: str = field(repr=False)
    origin: str
    project_id: str | None = None

    def project(self, own: str | None) -> str | None:
        """Return the project that is meant, where the credential itself is for `own`, if any.

        Raises:
            NotFound: The two differ, or there can be no such project.
        """
        if self.project_id is None:
            return own
        if own not in {None, self.project_id} or not is_id(self.project_id):
            raise NotFound
        return self.project_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenToken:
    """A token that holds, the project that is meant, and the state of all that these name."""

    token: AccessToken
    project_id: str | None
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateManager:
    """Verify an access token for the management API, that its session goes on, and its person.

    What its subject may do is not in it: that is in what was read along.
    """

    read: ReadAccessToken
    principals: PrincipalReader
    clock: Callable[[], int]

    def __call__(self, presented: Presented) -> ProvenToken:
        """Return what the token says, proven.

        Raises:
            Unauthenticated: It does not hold, its session has ended, or its person is inactive.
            SessionExpired: It is genuine and past its end.
            MissingScope: It is for something else.
            NotFound: It is for another project than the one that is named.
            Unavailable: It could not be checked.
        """
        token = self.read(presented.credential, origin=presented.origin, scope=MANAGE)
        if MANAGE not in token.grant.scope:
            raise MissingScope(MANAGE)
        project_id = presented.project(token.grant.project_id)
        subject = token.grant.subject
        is_user = subject.startswith(USER)
        standing = self.principals.read(
            Sought(
                project_id=project_id,
                user_id=subject.removeprefix(USER) if is_user else None,
                app_id=None if is_user else subject.removeprefix(APP),
                family_id=token.family_id,
            )
        )
        if is_user:
            require_live(token, standing.family, now=self.clock())
            active_person(standing)
        return ProvenToken(token=token, project_id=project_id, standing=standing)


def active_person(standing: Standing) -> Person:
    """Return the person; raise `Unauthenticated` unless there is one, and active."""
    if standing.person is None or not standing.person.is_active:
        raise Unauthenticated
    return standing.person


def person_actor(person: Person) -> Actor:
    """Return a person as one who does something."""
    return Actor(kind=ActorKind.USER, id=person.id, name=person.email)
