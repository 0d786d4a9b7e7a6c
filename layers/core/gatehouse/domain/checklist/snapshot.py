"""What is looked at: a deployment and one project of it, as they are at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gatehouse.domain.assertion_keys import AssertionKey
from gatehouse.domain.members import MemberStanding
from gatehouse.domain.probing import ProbeKind
from gatehouse.domain.projects import Integration, Project
from gatehouse.domain.tools import Tool
from gatehouse.domain.warrant_policies import TrustedRoot


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSettings:
    """What the gateway was told by its environment."""

    stage: str
    public_url: str | None
    allowed_hosts: frozenset[str]
    allowed_origins: frozenset[str]
    allow_unverified_minting: bool
    allow_insecure_upstreams: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What the gateway knows by itself; `members` are those it looked at, not always all.

    `had_long_assertions` is of the last weeks (see `long_assertions`).
    """

    settings: DeploymentSettings
    project: Project
    integrations: tuple[Integration, ...]
    assertion_keys: tuple[AssertionKey, ...]
    tools: tuple[Tool, ...]
    members: tuple[MemberStanding, ...]
    roots: tuple[TrustedRoot, ...]
    had_long_assertions: bool

    @property
    def offered(self) -> tuple[Tool, ...]:
        """The tools that are enabled."""
        return tuple(tool for tool in self.tools if tool.is_enabled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the deployment; `key` is the KMS key of its own that encrypts it."""

    name: str
    is_recoverable: bool
    is_protected: bool
    key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A KMS key of the deployment; only symmetric ones rotate by themselves."""

    name: str
    is_enabled: bool
    is_symmetric: bool
    rotates: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the deployment answers to strangers.

    Attributes:
        url: Where it was asked.
        hsts_seconds: By path, for how long browsers are told to stay with https.
        plain_status: What plain http is answered; None where nobody answers.
        foreign_origin: What an origin of nobody's is told that it may read; None for nothing.
        spoofed_host_status: What a request for another host is answered.
        certificate_ends_at: Unix seconds; None where there is no TLS.
    """

    url: str
    hsts_seconds: Mapping[str, int]
    plain_status: int | None
    foreign_origin: str | None
    spoofed_host_status: int
    certificate_ends_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What is known with the operator's rights in AWS, and by asking over the network.

    `functions` are the environments of the functions, by name; `alarms` are those of the stack
    that tell somebody; `throttle` is how many requests a second the API takes, 0 for any.
    """

    tables: tuple[Table, ...]
    keys: tuple[Key, ...]
    functions: Mapping[str, Mapping[str, str]]
    alarms: frozenset[str]
    throttle: float
    log_days: Mapping[str, int | None]
    answers: Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A request that had to be refused, and the status it was answered with, if any."""

    tool_name: str
    kind: ProbeKind
    status: int | None

    @property
    def was_let_in(self) -> bool:
        """Whether the endpoint did what it was asked."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - 2xx

    @property
    def was_refused(self) -> bool:
        """Whether the endpoint answered, and did not do what it was asked."""
        return self.status is not None and not self.was_let_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """Somebody's word that an item holds; `by` is an actor's label, `at` Unix seconds."""

    item: str
    by: str
    at: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Whatever was looked at; what was not is None, and its items are left to who looks.

    `unprobed` are tools whose calls are signed, and whose endpoints were not tried.
    """

    inside: Inside | None = None
    outside: Outside | None = None
    probes: tuple[Probe, ...] = ()
    unprobed: tuple[str, ...] = ()
    attestations: Mapping[str, Attestation] = field(default_factory=dict)
