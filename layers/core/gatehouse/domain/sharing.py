"""Groups of people, and single things that are shared with people or groups.

A share opens one tool or prompt to somebody whose role alone would not; it never takes anything
away, and it never reaches further than its thing. Times are whole seconds since the Unix epoch.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gatehouse.domain.base64url import decode, encode
from gatehouse.domain.errors import NotFound
from gatehouse.domain.ids import TOOL_NAME
from gatehouse.domain.roles import Action

GROUP_ID_LENGTH: Final = 12
MAX_SHARES: Final = 50
"""Of one thing."""
_PREFIX: Final = "share_"


class Permission(StrEnum):
    """What a share lets somebody do with its thing, from the least on."""

    VIEW = "view"
    EDIT = "edit"

    def covers(self, wanted: "Permission") -> bool:
        """Say whether who has this may do what takes `wanted`."""
        return self in {Permission.EDIT, wanted}


class ThingKind(StrEnum):
    """What can be shared."""

    TOOL = "tool"
    PROMPT = "prompt"

    def action(self, permission: Permission) -> Action:
        """Return what a role has to hold to do to every such thing what a share allows with one."""
        return _ACTIONS[self, permission]


_ACTIONS: Final = {
    (ThingKind.TOOL, Permission.VIEW): Action.TOOLS_READ,
    (ThingKind.TOOL, Permission.EDIT): Action.TOOLS_WRITE,
    (ThingKind.PROMPT, Permission.VIEW): Action.PROMPTS_READ,
    (ThingKind.PROMPT, Permission.EDIT): Action.PROMPTS_WRITE,
}


class GranteeKind(StrEnum):
    """With whom something can be shared."""

    USER = "user"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One tool or prompt of a project, by its name."""

    kind: ThingKind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grantee:
    """A person or a group of a project."""

    kind: GranteeKind
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One thing, opened to one person or group; there is at most one share of the two."""

    project_id: str
    thing: Thing
    grantee: Grantee
    permission: Permission
    granted_by: str
    granted_at: int

    @property
    def id(self) -> str:
        """How the API names it."""
        return share_id(self.thing, self.grantee)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People of a project who are granted things together."""

    project_id: str
    id: str
    name: str
    created_at: int


def share_id(thing: Thing, grantee: Grantee) -> str:
    """Return the id of the share of `thing` with `grantee`."""
    text = f"{thing.kind}#{thing.name}#{grantee.kind}#{grantee.id}"
    return _PREFIX + encode(text.encode())


def read_share_id(text: str) -> tuple[Thing, Grantee]:
    """Return what is shared with whom; raise `NotFound` when there can be no such share."""
    try:
        kind, name, grantee, grantee_id = decode(text.removeprefix(_PREFIX)).decode().split("#")
        thing = Thing(kind=ThingKind(kind), name=name)
        to = Grantee(kind=GranteeKind(grantee), id=grantee_id)
    except ValueError as error:
        raise NotFound from error
    if share_id(thing, to) != text or not TOOL_NAME.fullmatch(name):
        raise NotFound
    return thing, to
