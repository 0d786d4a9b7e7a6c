"""Calls in memory: their history, equal ones, the secrets they need and where they go."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gatehouse.domain.calls import CallRecord, Deduplication, Dispatched, Outcome, UpstreamAnswer
from gatehouse.domain.errors import NotFound
from gatehouse.domain.ids import request_id, request_time_ms
from gatehouse.domain.repetitions import not_kept, still_running, unknown_outcome
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.sealing import SealBroken, SealedSecret, SecretBinding
from gatehouse.domain.usage import ToolUsage, bucket_of
from gatehouse.domain.warrant_counts import VerdictCount
from gatehouse.ports.pages import Page

HOUR = 3600
FAILURES = {Outcome.UPSTREAM_ERROR, Outcome.FAILED, Outcome.UNKNOWN}


@dataclass
class MemoryCallRecords:
    """Records by project and request; usage is counted as they are written."""

    records: dict[tuple[str, str], CallRecord] = field(default_factory=dict)
    written: list[CallRecord] = field(default_factory=list)

    def write(self, record: CallRecord) -> None:
        """See `CallRecords.write`."""
        request_time_ms(record.request_id)
        self.written.append(record)
        key = (record.project_id, record.request_id)
        if key not in self.records or self.records[key].outcome is Outcome.UNKNOWN:
            self.records[key] = record

    def get(self, project_id: str, request_id: str) -> CallRecord:
        """See `CallRecords.get`."""
        request_time_ms(request_id)
        try:
            return self.records[project_id, request_id]
        except KeyError:
            raise NotFound from None

    def page(
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
        """See `CallRecords.page`."""
        first, below = request_id(starts_at * 1000, 0), request_id(ends_at * 1000, 0)
        if after is not None:
            request_time_ms(after)
        found = [
            record
            for (owner, name), record in sorted(self.records.items(), reverse=True)
            if owner == project_id
            and first <= name < min(below, after or "~")
            and tool_name in {None, record.tool_name}
            and member_external_id in {None, record.member_external_id}
            and outcome in {None, record.outcome}
        ]
        more = len(found) > limit
        return Page(items=found[:limit], next_after=found[limit - 1].request_id if more else None)

    def usage(self, project_id: str, *, starts_at: int, ends_at: int) -> Sequence[ToolUsage]:
        """See `CallRecords.usage`."""
        counters: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)
        histograms: defaultdict[tuple[int, str], Counter[int]] = defaultdict(Counter)
        for record in self.written:
            hour = request_time_ms(record.request_id) // 1000 // HOUR
            if record.project_id != project_id or not starts_at // HOUR <= hour < -(
                -ends_at // HOUR
            ):
                continue
            key = (hour * HOUR, record.tool_name)
            denied = record.outcome is Outcome.DENIED
            counters[key].update(
                calls=not denied, denied=denied, failures=record.outcome in FAILURES
            )
            if record.outcome not in {Outcome.DENIED, Outcome.REPEATED}:
                histograms[key][bucket_of(record.duration_ms)] += 1
        return tuple(
            ToolUsage(
                tool_name=tool_name,
                starts_at=hour,
                histogram=histograms[hour, tool_name],
                **{name: int(counts[name]) for name in ("calls", "failures", "denied")},
            )
            for (hour, tool_name), counts in sorted(counters.items())
        )

    def verdicts(self, project_id: str, *, starts_at: int, ends_at: int) -> Sequence[VerdictCount]:
        """See `CallRecords.verdicts`."""
        return [
            VerdictCount(
                tool_name=record.tool_name,
                starts_at=hour * HOUR,
                decision=record.warrant.decision,
                reason=record.warrant.reason,
                calls=1,
            )
            for record in self.written
            if record.project_id == project_id
            and record.warrant
            and (hour := request_time_ms(record.request_id) // 1000 // HOUR)
            in range(starts_at // HOUR, -(-ends_at // HOUR))
        ]


@dataclass
class _Claim:
    request_id: str
    deadline: int
    ends_at: int
    result: Dispatched | None = None
    is_kept: bool = True


@dataclass
class MemoryDeduplications:
    """Claims by digest; a result larger than `max_result` bytes is not kept."""

    claims: dict[str, _Claim] = field(default_factory=dict)
    max_result: int = 200_000

    def claim(
        self, deduplication: Deduplication, *, request_id: str, deadline: int, now: int
    ) -> Dispatched | None:
        """See `Deduplications.claim`."""
        if earlier := self.find(deduplication, now=now):
            return earlier
        self.claims[deduplication.digest] = _Claim(
            request_id=request_id,
            deadline=deadline,
            ends_at=max(now + deduplication.window_seconds, deadline),
        )
        return None

    def find(self, deduplication: Deduplication, *, now: int) -> Dispatched | None:
        """See `Deduplications.find`."""
        claim = self.claims.get(deduplication.digest)
        if claim is None or claim.ends_at <= now:
            return None
        if claim.result:
            if not claim.is_kept:
                return not_kept(claim.request_id)
            return replace(claim.result, outcome=Outcome.REPEATED, repeated_of=claim.request_id)
        if now < claim.deadline:
            return still_running(claim.request_id)
        return unknown_outcome(claim.request_id)

    def complete(self, deduplication: Deduplication, dispatched: Dispatched, *, now: int) -> None:
        """See `Deduplications.complete`."""
        claim = self.claims.get(deduplication.digest)
        if claim and claim.result is None and claim.ends_at > now:
            claim.result = dispatched
            claim.is_kept = (
                len(dispatched.answer.body if dispatched.answer else b"") <= self.max_result
            )

    def release(self, deduplication: Deduplication, *, request_id: str) -> None:
        """See `Deduplications.release`."""
        claim = self.claims.get(deduplication.digest)
        if claim and claim.request_id == request_id and claim.result is None:
            del self.claims[deduplication.digest]


@dataclass
class KnownSecrets:
    """Opens what it was given, for the binding it was given for."""

    known: Mapping[tuple[bytes, SecretBinding], str] = field(default_factory=dict)
    opened: int = 0

    def open(self, sealed: SealedSecret, binding: SecretBinding) -> str:
        """See `SecretOpener.open`."""
        self.opened += 1
        try:
            return self.known[sealed.ciphertext, binding]
        except KeyError:
            raise SealBroken from None


@dataclass
class ScriptedUpstream:
    """Answers as `reply` says, and remembers what was sent."""

    reply: Callable[[OutboundRequest], UpstreamAnswer]
    sent: list[OutboundRequest] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)
    limits: list[int] = field(default_factory=list)

    def send(
        self, request: OutboundRequest, *, timeout_seconds: float, max_bytes: int
    ) -> UpstreamAnswer:
        """See `Upstream.send`."""
        self.limits.append(max_bytes)
        self.sent.append(request)
        self.timeouts.append(timeout_seconds)
        return self.reply(request)
