"""One tool call: what is asked of dispatch, what comes back, what is recorded."""

from dataclasses import dataclass, field
from enum import StrEnum

from gatehouse.domain.client_context import ClientContext
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.probing import ProbeKind
from gatehouse.domain.tools import Tool
from gatehouse.domain.warrant_policies import WarrantVerdict


class Outcome(StrEnum):
    """How a call ended; each record holds exactly one."""

    SUCCEEDED = "succeeded"
    UPSTREAM_ERROR = "upstream_error"
    """The upstream answered with a status outside 2xx."""
    FAILED = "failed"
    """Nothing was executed upstream: not rendered, not opened, or not connected."""
    UNKNOWN = "unknown"
    """It may or may not have been executed: time ran out, or the connection broke."""
    DENIED = "denied"
    """Refused before dispatch: member, role, arguments or a limit."""
    REPEATED = "repeated"
    """Answered from an equal call's kept result; the upstream was not called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduplication:
    """How an equal call is recognized, derived by the caller's side from the project's pepper.

    `digest` names the claim; `sealing_key` (32 bytes) protects the kept result; `window_seconds`
    is how long the claim holds.
    """

    digest: str
    sealing_key: bytes = field(repr=False)
    window_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What mcp (or "test tool") asks of dispatch. It carries all that dispatch may know.

    `warrant` is what was decided about the call's warrants, if they were looked at. With
    `only_repeat` nothing is executed: the answer is what an equal call came to, or denied where
    there is none. A `probe` is made wrong on purpose, and without the tool's secret.
    """

    request_id: str
    tool: Tool
    integration_id: str
    member: MemberIdentity | None
    arguments: JsonObject
    deduplication: Deduplication | None = None
    traceparent: str | None = None
    client: ClientContext = field(default_factory=ClientContext)
    warrant: WarrantVerdict | None = None
    only_repeat: bool = False
    probe: ProbeKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamAnswer:
    """What the upstream said, bounded. `body` is at most 5 MB, `truncated` when cut.

    `retry_after` are the seconds for which it asks to be left alone (RFC 9110 section 10.2.3);
    it matters while a call is being made, and is not kept or handed on.
    """

    status: int
    content_type: str
    body: bytes = field(repr=False)
    truncated: bool = False
    retry_after: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """What dispatch made of an invocation.

    `answer` is there when the upstream answered; else `error` says, for the model, what happened.
    `repeated_of` names the request whose kept result this is. `reason` is the record's, for the log
    of dispatch; it goes nowhere else.
    """

    outcome: Outcome
    duration_ms: int
    answer: UpstreamAnswer | None = None
    error: str | None = None
    repeated_of: str | None = None
    reason: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """What remains of a call: who, what, when and how it ended; never arguments or results.

    `attempts` holds the status that each sending was answered with, None where no answer came;
    `warrant` what was decided about the call's warrants; `receipt` where the signed receipt of that
    is, as `<chain>/<sequence>`.
    """

    request_id: str
    project_id: str
    integration_id: str
    tool_name: str
    tool_digest: str | None
    member_external_id: str | None
    outcome: Outcome
    started_at_ms: int
    duration_ms: int
    upstream_status: int | None = None
    reason: str | None = None
    repeated_of: str | None = None
    attempts: tuple[int | None, ...] = ()
    warrant: WarrantVerdict | None = None
    receipt: str | None = None
