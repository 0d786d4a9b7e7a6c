"""Who may do what, read in one round trip."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from gatehouse.domain.assertion_keys import AssertionKey
from gatehouse.domain.families import Family
from gatehouse.domain.members import MemberStanding
from gatehouse.domain.projects import Integration, Project
from gatehouse.domain.prompts import Prompt
from gatehouse.domain.tools import Tool
from gatehouse.domain.warrant_policies import TrustedRoot


class Wanted(NamedTuple):
    """What a request names; all of it is read together, consistently, in one round trip.

    `warrant_root` is a public key, `warrant_ids` are warrants as they are printed, each once;
    `family_id` is the session that a token follows from. `latest_change` asks for the last
    change of the project that an administrator made.
    """

    project_id: str
    integration_id: str | None = None
    assertion_kid: str | None = None
    member_external_id: str | None = None
    tool_name: str | None = None
    prompt_name: str | None = None
    warrant_root: bytes | None = None
    warrant_ids: tuple[str, ...] = ()
    family_id: str | None = None
    latest_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestChange:
    """The end of a project's audit: as long as it is the same, so is all that is administered.

    `digest` never comes again; `at` are epoch seconds of the request that made the change, which
    was complete within `usecases.kept_pages.SETTLED_SECONDS`.
    """

    digest: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What was found of what was wanted; `None` means that there is none.

    `revoked` are those of the wanted warrants that are revoked.
    """

    project: Project | None = None
    integration: Integration | None = None
    assertion_key: AssertionKey | None = None
    member: MemberStanding | None = None
    tool: Tool | None = None
    prompt: Prompt | None = None
    trusted_root: TrustedRoot | None = None
    revoked: frozenset[str] = frozenset()
    family: Family | None = None
    latest_change: LatestChange | None = None


class AuthorityReader(Protocol):
    """The one read that authenticates and authorizes a request."""

    def read(self, wanted: Wanted) -> Authority:
        """Return the state of everything wanted; never cached, never partial."""
        ...
