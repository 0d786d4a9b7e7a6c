"""What the use cases need from the outside world, in the domain's own words.

Each Protocol is named by what it keeps; its methods by what they do. Every method may raise
`Unavailable` when the service behind it fails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from gatehouse.domain.assertion_keys import AssertionKey
from gatehouse.domain.breaker import Breaker
from gatehouse.domain.calls import (
    CallRecord,
    Deduplication,
    Dispatched,
    Invocation,
    Outcome,
    UpstreamAnswer,
)
from gatehouse.domain.key_ring import KeyRing
from gatehouse.domain.limits import Limit, Slots
from gatehouse.domain.members import MemberIdentity, MemberStanding
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.projects import Integration, Project
from gatehouse.domain.prompts import Prompt
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.resources import Resource
from gatehouse.domain.sealing import SealedSecret, SecretBinding
from gatehouse.domain.tools import Tool
from gatehouse.domain.usage import ToolUsage

Item_co = TypeVar("Item_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item_co]):
    """Some items in order and, when there are more, the name after which to go on."""

    items: Sequence[Item_co]
    next_after: str | None = None


# --- authority: who may do what -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a request names; all of it is read together, consistently, in one round trip."""

    project_id: str
    integration_id: str | None = None
    assertion_kid: str | None = None
    member_external_id: str | None = None
    tool_name: str | None = None
    prompt_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What was found of what was wanted; `None` means that there is none."""

    project: Project | None = None
    integration: Integration | None = None
    assertion_key: AssertionKey | None = None
    member: MemberStanding | None = None
    tool: Tool | None = None
    prompt: Prompt | None = None


class AuthorityReader(Protocol):
    """The one read that authenticates and authorizes a request."""

    def read(self, wanted: Wanted) -> Authority:
        """Return the state of everything wanted; never cached, never partial."""
        ...


class Projects(Protocol):
    """All projects of the deployment, by id."""

    def create(self, project: Project) -> None:
        """Add a project; raise `Conflict` when its id is taken."""
        ...

    def get(self, project_id: str) -> Project:
        """Return an active project; raise `NotFound`."""
        ...

    def page(self, *, after: str | None, limit: int) -> Page[Project]:
        """List active projects in the order of their ids."""
        ...

    def change(
        self, project_id: str, *, name: str, settings: ProjectSettings, version: int
    ) -> Project:
        """Replace both; raise `Conflict` unless `version` is current, `NotFound`."""
        ...

    def mark_deleted(self, project_id: str, *, now: int) -> None:
        """End the project for every caller at once; raise `NotFound`."""
        ...


class Integrations(Protocol):
    """A project's integrations, by id."""

    def create(self, integration: Integration) -> None:
        """Add an integration; raise `NotFound` when its project is not active."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Integration]:
        """List in the order of ids."""
        ...

    def delete(self, project_id: str, integration_id: str) -> None:
        """Remove it, which revokes its key and sessions at once; raise `NotFound`."""
        ...


class AssertionKeys(Protocol):
    """A project's assertion keys, by kid."""

    def register(self, project_id: str, key: AssertionKey) -> None:
        """Add a key; raise `Conflict` when its kid was ever used."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[AssertionKey]:
        """List in the order of kids, deactivated ones included."""
        ...

    def deactivate(self, project_id: str, kid: str, *, now: int) -> None:
        """End the key for the very next request; raise `NotFound` when there is no active one."""
        ...


class Tools(Protocol):
    """A project's tools, by name."""

    def create(self, tool: Tool) -> None:
        """Add a tool; raise `Conflict` when its name is taken."""
        ...

    def get(self, project_id: str, name: str) -> Tool:
        """Return a tool; raise `NotFound`."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Tool]:
        """List in the order of names."""
        ...

    def replace(self, tool: Tool, *, expected_version: int) -> None:
        """Store `tool` over `expected_version`; raise `Conflict` (current version), `NotFound`."""
        ...

    def delete(self, project_id: str, name: str) -> None:
        """Remove a tool; raise `NotFound`."""
        ...


class Descriptors(Protocol):
    """What clients see of one kind of thing that a project offers."""

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[str]:
        """List MCP descriptors of what is enabled, as JSON texts, in the order of names."""
        ...


class Prompts(Protocol):
    """A project's prompts, by name."""

    def create(self, prompt: Prompt) -> None:
        """Add a prompt; raise `Conflict` when its name is taken."""
        ...

    def get(self, project_id: str, name: str) -> Prompt:
        """Return a prompt; raise `NotFound`."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Prompt]:
        """List in the order of names."""
        ...

    def replace(self, prompt: Prompt, *, expected_version: int) -> None:
        """Store `prompt` over `expected_version`; raise `Conflict` (current one), `NotFound`."""
        ...

    def delete(self, project_id: str, name: str) -> None:
        """Remove a prompt; raise `NotFound`."""
        ...


class Resources(Protocol):
    """A project's resources, by name."""

    def create(self, resource: Resource) -> None:
        """Add a resource; raise `Conflict` when its name is taken or there are too many."""
        ...

    def get(self, project_id: str, name: str) -> Resource:
        """Return a resource; raise `NotFound`."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Resource]:
        """List in the order of names."""
        ...

    def replace(self, resource: Resource, *, expected_version: int) -> None:
        """Store `resource` over `expected_version`; raise `Conflict` (current one), `NotFound`."""
        ...

    def delete(self, project_id: str, name: str) -> None:
        """Remove a resource; raise `NotFound`."""
        ...


class EnabledResources(Protocol):
    """What clients may read of a project's resources, by URI.

    Where several could answer, the first by name does; one with the very URI before any template.
    """

    def at_uri(self, project_id: str, uri: str) -> Resource | None:
        """Return the enabled resource whose URI, or URI template, this is one of."""
        ...

    def of_template(self, project_id: str, uri_template: str) -> Resource | None:
        """Return the enabled resource with this URI template."""
        ...


class SeenMembers(Protocol):
    """Who was given a session; all that the exchange may write of a member."""

    def upsert(self, project_id: str, member: MemberIdentity, *, now: int) -> None:
        """Note that a member was given a session at `now`; block and epoch stay as they are."""
        ...


class Members(SeenMembers, Protocol):
    """What a project knows of its members, by external id."""

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[MemberStanding]:
        """List in the order of external ids."""
        ...

    def block(self, project_id: str, external_id: str, *, now: int) -> None:
        """Refuse new sessions and end the present ones; raise `NotFound` for one never seen."""
        ...

    def unblock(self, project_id: str, external_id: str) -> None:
        """Allow new sessions again; ended ones stay ended; raise `NotFound`."""
        ...

    def end_sessions(self, project_id: str, external_id: str) -> None:
        """End the present sessions; raise `NotFound` for a member never seen."""
        ...


# --- credentials --------------------------------------------------------------------------------


class KeyRings(Protocol):
    """The session key ring, as this instance knows it."""

    def ring(self, *, now: int) -> KeyRing:
        """Return the ring, at most `CACHE_SECONDS` old."""
        ...

    def refreshed(self, *, now: int) -> KeyRing:
        """Return the ring, read again unless that was done less than `REFETCH_SECONDS` ago."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RingVersion:
    """The ring in force, and the id of the version that holds it."""

    id: str
    ring: KeyRing


class KeyRingVersions(Protocol):
    """The session key ring as it is rotated: one version in force, one being prepared."""

    def current(self) -> RingVersion:
        """Return the version in force."""
        ...

    def pending(self, version_id: str) -> KeyRing | None:
        """Return the ring prepared as `version_id`, if there is one."""
        ...

    def prepare(self, version_id: str, ring: KeyRing) -> None:
        """Keep `ring` as `version_id`, not yet in force."""
        ...

    def promote(self, version_id: str, *, instead_of: str) -> None:
        """Put a prepared version in force; fail if `instead_of` no longer is."""
        ...

    def discard(self, version_id: str) -> None:
        """Forget a prepared version."""
        ...


class AssertionSignatures(Protocol):
    """Checks the signature of a compact JWS."""

    def verify(self, token: str, key: AssertionKey) -> None:
        """Raise `InvalidAssertion` unless `key`, by its own algorithm, signed `token`."""
        ...


class Marks(Protocol):
    """Things that may happen once."""

    def claim(self, digest: str, *, expires_at: int, now: int) -> bool:
        """Claim `digest` until `expires_at` (epoch seconds); False when it is claimed already."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSlot:
    """One call's place among those that run at a time; `entry` names it in the item `shard`."""

    limit: Slots
    shard: int
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of counting one call: `remaining` of each limit that was asked, who `refused`.

    When anything refused, nothing is counted or held.
    """

    remaining: Mapping[Limit, int]
    refused: tuple[Limit, ...] = ()
    held: tuple[HeldSlot, ...] = ()


class LimitCounters(Protocol):
    """How often something happened in a window, and how many calls run at a time."""

    def take(self, limits: Sequence[Limit], *, holder: str, now_ms: int) -> Taken:
        """Count one call against all of `limits`, or against none of them; one round trip.

        `holder` is the call's request id. Slots end by themselves after `SLOT_SECONDS`.
        """
        ...

    def free(self, held: Sequence[HeldSlot], *, now_ms: int) -> None:
        """Give slots back before they end."""
        ...


class AdminToken(Protocol):
    """The deployment's bootstrap credential."""

    def matches(self, presented: str) -> bool:
        """Compare in constant time."""
        ...


# --- secrets ------------------------------------------------------------------------------------


class SecretSealer(Protocol):
    """Seals tool secrets; whoever holds it cannot open them."""

    def seal(self, secret: str, binding: SecretBinding) -> SealedSecret:
        """Encrypt `secret` under a data key of its own."""
        ...


class SecretOpener(Protocol):
    """Opens tool secrets; held by dispatch alone."""

    def open(self, sealed: SealedSecret, binding: SecretBinding) -> str:
        """Decrypt for one call; raise `SealBroken` when the binding is another one."""
        ...


# --- calls --------------------------------------------------------------------------------------


class Dispatcher(Protocol):
    """Reaches the dispatch function."""

    def dispatch(self, invocation: Invocation) -> Dispatched:
        """Have one call made.

        Raises:
            Unavailable: The call was certainly not made.
            DispatchUncertain: It may have been made.
        """
        ...


class DispatchUncertain(Exception):
    """The dispatch function did not answer; nobody knows whether the call was made."""


class Upstream(Protocol):
    """Sends one HTTP request to a tool's endpoint."""

    def send(
        self, request: OutboundRequest, *, timeout_seconds: float, max_bytes: int
    ) -> UpstreamAnswer:
        """Send once and return the answer, its body cut at `max_bytes`.

        Raises:
            UpstreamUnreachable: Nothing was sent.
            UpstreamUncertain: Something may have been sent, but no answer came.
        """
        ...


class Names(Protocol):
    """What host names stand for."""

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Return all addresses of `host`; raise `UpstreamUnreachable` when they do not come."""
        ...


class UpstreamUnreachable(Exception):
    """The request was not sent; `str(error)` may be shown to the model."""


class UpstreamForbidden(UpstreamUnreachable):
    """It must not be sent there, now or a moment later."""


class UpstreamUncertain(Exception):
    """The request was sent, at least in part; `str(error)` may be shown to the model."""


class Deduplications(Protocol):
    """Equal calls within a window, so that only the first is executed."""

    def claim(
        self, deduplication: Deduplication, *, request_id: str, deadline: int, now: int
    ) -> Dispatched | None:
        """Claim the call, or return what to answer instead.

        `None` means that this request is to execute the call. Otherwise the earlier equal
        call's kept result, or a `Dispatched` without answer that says it is still running
        (until its `deadline`, epoch seconds), or that its outcome is unknown.
        """
        ...

    def complete(self, deduplication: Deduplication, dispatched: Dispatched, *, now: int) -> None:
        """Keep the result for the rest of the window, sealed; too large a one is only noted."""
        ...

    def release(self, deduplication: Deduplication, *, request_id: str) -> None:
        """Give the claim back, because nothing was executed."""
        ...


class Breakers(Protocol):
    """The circuit breaker of each tool that ever failed, shared by all instances of dispatch."""

    def read(self, project_id: str, tool_name: str, *, now: int) -> Breaker | None:
        """Return what stands; `None` when the tool never failed, or not for a day."""
        ...

    def open(
        self, project_id: str, tool_name: str, breaker: Breaker, *, probe: str | None, now: int
    ) -> Breaker | None:
        """Leave an origin alone unless that is so already; return what stands afterwards.

        `probe` is the request that has tried the origin and failed, if that is why.
        """
        ...

    def probe(
        self, project_id: str, tool_name: str, breaker: Breaker, *, now: int
    ) -> Breaker | None:
        """Have one request try the origin, if it is time; return what stands afterwards.

        Of many that ask, one finds its own request in the answer.
        """
        ...

    def close(self, project_id: str, tool_name: str, breaker: Breaker, probe: str) -> None:
        """Let calls pass again, if `probe` is still the request that tries."""
        ...


class CallRecords(Protocol):
    """The project's history of calls."""

    def write(self, record: CallRecord) -> None:
        """Keep one record and count it in the usage of its tool and hour."""
        ...

    def get(self, project_id: str, request_id: str) -> CallRecord:
        """Return one record; raise `NotFound`."""
        ...

    def page(  # noqa: PLR0913 - a filter has as many parts as it has
        self,
        project_id: str,
        *,
        starts_at: int,
        ends_at: int,
        tool_name: str | None,
        member_external_id: str | None,
        outcome: Outcome | None,
        after: str | None,
        limit: int,
    ) -> Page[CallRecord]:
        """List newest first those of [`starts_at`, `ends_at`) epoch seconds that match."""
        ...

    def usage(self, project_id: str, *, starts_at: int, ends_at: int) -> Sequence[ToolUsage]:
        """Return hourly usage of each tool in [`starts_at`, `ends_at`) epoch seconds."""
        ...
