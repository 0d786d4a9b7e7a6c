"""Who manages, once it has been proven: what they are called, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gatehouse.domain.caller import Caller
from gatehouse.domain.errors import MissingAction, MissingScope
from gatehouse.domain.limits import UNLIMITED, Limits
from gatehouse.domain.projects import ADMIN, Integration, Project, Scope
from gatehouse.domain.roles import KEY_ACTIONS, Action, Role


class ActorKind(StrEnum):
    """What kind of credential spoke."""

    ADMIN = "admin"
    """The bootstrap admin token."""
    USER = "user"
    APP = "app"
    KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something; `id` is a person's, a service app's or an integration's.

    `name` is for people to read, and may be anybody's: only `label` says who it was.
    """

    kind: ActorKind
    id: str
    name: str

    @property
    def label(self) -> str:
        """How what was done names who did it, such as `user:<id>`."""
        return ADMIN if self.kind is ActorKind.ADMIN else f"{self.kind}:{self.id}"


BOOTSTRAP: Final = Actor(kind=ActorKind.ADMIN, id="", name="bootstrap admin token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who manages one project, and the actions that they hold there.

    `role` is a person's; administrators of the deployment are owners of every project.
    `integration` is that of an API key.
    """

    actor: Actor
    project: Project
    actions: frozenset[Action]
    role: Role | None = None
    integration: Integration | None = None

    def may(self, action: Action) -> bool:
        """Say whether they hold `action`."""
        return action in self.actions

    def require(self, action: Action) -> None:
        """Raise `MissingAction`, or `MissingScope` for an API key that manages nothing at all."""
        if self.may(action):
            return
        if self.integration is not None and Scope.MANAGE not in self.integration.scopes:
            raise MissingScope(Scope.MANAGE)
        raise MissingAction(action)

    @classmethod
    def administrating(cls, actor: Actor, project: Project) -> "Principal":
        """Return an administrator of the deployment, who is an owner of every project."""
        return cls(actor=actor, project=project, actions=frozenset(Action), role=Role.OWNER)

    @property
    def is_owner(self) -> bool:
        """Whether they may decide about owners."""
        return self.role is Role.OWNER

    @property
    def scopes(self) -> frozenset[Scope]:
        """What they may give to a new integration: no more than they hold.

        A key gives its own scopes. Whoever else may create integrations gives what runtimes need,
        and `manage` only when holding all that such a key may do.
        """
        if self.integration is not None:
            return self.integration.scopes
        runtime = frozenset({Scope.MCP, Scope.EXCHANGE})
        return runtime | {Scope.MANAGE} if self.actions >= KEY_ACTIONS else runtime

    @property
    def limits(self) -> Limits:
        """What a new integration's limits may not exceed."""
        return UNLIMITED if self.integration is None else self.integration.limits

    @property
    def creator(self) -> str:
        """How an integration names who created it: another integration by its bare id."""
        return self.actor.label if self.integration is None else self.integration.id

    def as_caller(self) -> Caller:
        """Return whose call a trial is: without an integration the actor itself stands for one.

        No integration's id has a colon, so an API behind a tool can tell the two apart.
        """
        integration = self.integration or Integration(
            id=self.actor.label,
            project_id=self.project.id,
            name=self.actor.name,
            scopes=frozenset(),
            key_digest="",
            created_by=self.actor.label,
            created_at=self.project.created_at,
        )
        return Caller(project=self.project, integration=integration)
