"""Show the request that a tool would send, and send it where that is asked for.

A disabled tool may be tried, so that it can be tried before models see it.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from gatehouse.domain import assertions, ids, replays
from gatehouse.domain.arguments import UnusableSchema, compiled
from gatehouse.domain.caller import Caller
from gatehouse.domain.calls import CallRecord, Dispatched, Invocation, Outcome
from gatehouse.domain.errors import (
    FieldError,
    Forbidden,
    InvalidAssertion,
    InvalidFields,
    ToolRefused,
    Unavailable,
)
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.limits import Standing
from gatehouse.domain.members import MemberIdentity, external_id_problem
from gatehouse.domain.rendering import render
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.signatures import masked
from gatehouse.domain.tools import Tool
from gatehouse.ports.authority import AuthorityReader, Wanted
from gatehouse.ports.calls import CallRecords, Dispatcher, DispatchUncertain
from gatehouse.ports.credentials import AssertionSignatures
from gatehouse.ports.marks import Marks
from gatehouse.ports.offers import Tools
from gatehouse.usecases.limit_requests import LimitedRequest, LimitRequests
from gatehouse.usecases.permitted import require_permitted

UNVERIFIED_DISABLED = "member_external_id mode disabled in production"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedTrial:
    """What is asked for: of two ways to name a member, at most one."""

    tool_id: str
    arguments: JsonObject = field(repr=False)
    execute: bool
    member_external_id: str | None = None
    member_assertion: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedTool:
    """The request as rendered, its secret masked, and what came of it when it was sent."""

    request_id: str
    request: OutboundRequest
    dispatched: Dispatched | None
    standings: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TryTool:
    """The use case with the ports it needs."""

    tools: Tools
    authority: AuthorityReader
    signatures: AssertionSignatures
    marks: Marks
    dispatcher: Dispatcher
    limit: LimitRequests
    records: CallRecords
    clock_ms: Callable[[], int]
    new_request_id: Callable[[], str]
    allow_unverified_minting: bool

    def __call__(self, caller: Caller, wanted: WantedTrial) -> TriedTool:
        """Try a tool of the caller's project.

        Raises:
            NotFound: There is no such tool.
            InvalidFields: The arguments do not fit its schema, or two members are named.
            Forbidden: Executing for a member takes an assertion here, or the member is blocked.
            InvalidAssertion: The assertion does not hold, or was used before.
            ToolRefused: The request cannot be rendered, or this member may not make it.
            TooManyRequests: A limit is reached that holds for calls.
            Unavailable: The call was certainly not made.
        """
        tool = self.tools.get(caller.project.id, ids.tool_name(wanted.tool_id))
        _require_one_member(wanted)
        require_fit(tool, wanted.arguments)
        member = self._member(caller, wanted)
        invocation = Invocation(
            request_id=self.new_request_id(),
            tool=tool,
            integration_id=caller.integration.id,
            member=member,
            arguments=wanted.arguments,
        )
        rendered = render(invocation, timestamp=self.clock_ms() // 1000)
        dispatched: Dispatched | None = None
        standings: tuple[Standing, ...] = ()
        if wanted.execute:
            require_permitted(tool.definition, replace(caller, member=member))
            with self.limit(_limited(invocation, caller)) as standings:
                dispatched = self._dispatched(invocation)
        return TriedTool(
            request_id=invocation.request_id,
            request=masked(rendered, tool.definition),
            dispatched=dispatched,
            standings=standings,
        )

    def _member(self, caller: Caller, wanted: WantedTrial) -> MemberIdentity | None:
        """Return who the call is for: proven where it is to be made."""
        if wanted.member_assertion is not None:
            return self._proven(caller, wanted.member_assertion)
        if (external_id := wanted.member_external_id) is None:
            return None
        if wanted.execute and not self.allow_unverified_minting:
            raise Forbidden(UNVERIFIED_DISABLED)
        if problem := external_id_problem(external_id):
            raise InvalidFields((FieldError("member_external_id", problem),))
        project_id = caller.project.id
        found = self.authority.read(Wanted(project_id=project_id, member_external_id=external_id))
        if wanted.execute and found.member and found.member.is_blocked:
            raise Forbidden("This member is blocked")
        return MemberIdentity(external_id=external_id)

    def _proven(self, caller: Caller, assertion: str) -> MemberIdentity:
        """Verify an assertion and spend it, as an exchange for a session would."""
        now = self.clock_ms() // 1000
        project_id = caller.project.id
        presented = assertions.read(assertion)
        kid, external_id = assertions.named(assertion)
        found = self.authority.read(
            Wanted(project_id=project_id, assertion_kid=kid, member_external_id=external_id)
        )
        key = assertions.require_key(presented, found.assertion_key)
        self.signatures.verify(assertion, key)
        vouched = assertions.vouched(presented, project_id=project_id, now=now)
        if found.member and found.member.is_blocked:
            raise InvalidAssertion("blocked member")
        if not self.marks.claim(vouched.mark, expires_at=vouched.dead_at, now=now):
            raise InvalidAssertion(replays.ASSERTION)
        return vouched.member

    def _dispatched(self, invocation: Invocation) -> Dispatched:
        started = self.clock_ms()
        try:
            return self.dispatcher.dispatch(invocation)
        except DispatchUncertain:
            duration_ms = max(0, self.clock_ms() - started)
            # Whether or not it can be recorded, the caller must hear that it may have happened.
            with suppress(Unavailable):
                self.records.write(_unknown(invocation, started, duration_ms))
            error = "No answer came: the call may or may not have been carried out"
            return Dispatched(outcome=Outcome.UNKNOWN, duration_ms=duration_ms, error=error)


def _limited(invocation: Invocation, caller: Caller) -> LimitedRequest:
    """Return what a trial counts as: a call by whom it is made for."""
    return LimitedRequest(
        request_id=invocation.request_id,
        caller=replace(caller, member=invocation.member),
        tool_name=invocation.tool.definition.name,
        tool=invocation.tool,
    )


def _require_one_member(wanted: WantedTrial) -> None:
    if wanted.member_assertion is not None and wanted.member_external_id is not None:
        message = "may not stand beside member_assertion"
        raise InvalidFields((FieldError("member_external_id", message),))


def require_fit(tool: Tool, arguments: JsonObject) -> None:
    """Raise `InvalidFields` unless arguments fit a tool's schema, which its owner may see."""
    try:
        problems = compiled(tool.definition.input_schema).problems(arguments, name="arguments")
    except UnusableSchema as error:
        raise ToolRefused(str(error), code="unusable_schema") from error
    if problems:
        raise InvalidFields(tuple(FieldError("arguments", problem) for problem in problems))


def _unknown(invocation: Invocation, started_at_ms: int, duration_ms: int) -> CallRecord:
    tool, member = invocation.tool, invocation.member
    return CallRecord(
        request_id=invocation.request_id,
        project_id=tool.project_id,
        integration_id=invocation.integration_id,
        tool_name=tool.definition.name,
        tool_digest=tool.digest,
        member_external_id=member.external_id if member else None,
        outcome=Outcome.UNKNOWN,
        started_at_ms=started_at_ms,
        duration_ms=duration_ms,
        reason="no_answer_from_dispatch",
    )
