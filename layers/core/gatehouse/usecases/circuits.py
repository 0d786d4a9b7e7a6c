"""Leave a failing origin alone: what one dispatch instance knows of each tool's breaker.

A healthy tool costs nothing: its successes are proof enough, so nothing is read or written for
it. The shared state is read by the first call that an instance makes of a tool, after a failure,
after a minute without a success, and every few seconds while the breaker is not closed.
"""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from gatehouse.domain.breaker import (
    Breaker,
    BreakerState,
    Verdict,
    counted,
    opened,
    standing,
    trips,
)
from gatehouse.domain.errors import ToolRefused, Unavailable
from gatehouse.domain.tools import Tool
from gatehouse.ports.upstreams import Breakers

LOOK_SECONDS: Final = 2
"""How often the shared state is read while something is wrong."""
TRUST_SECONDS: Final = 60
"""How long a success, or a look, is believed while nothing is wrong."""
KNOWN_TOOLS: Final = 1_000

OPEN_MESSAGE: Final = (
    "This tool's endpoint has been failing and is left alone for a moment. Nothing was sent. "
    "Try again in {seconds} s."
)

Key: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What this instance knows: the shared state as of `at`, and its own failures in a row."""

    at: int
    breaker: Breaker | None = None
    failures: tuple[int, ...] = ()

    def is_believed(self, now: int) -> bool:
        """Say whether the shared state need not be read again."""
        healthy = not self.failures and (
            self.breaker is None or self.breaker.state is BreakerState.CLOSED
        )
        return now - self.at < (TRUST_SECONDS if healthy else LOOK_SECONDS)


@dataclass(frozen=True, slots=True)
class Circuits:
    """The breakers of all tools, as one instance keeps them."""

    breakers: Breakers
    _known: "OrderedDict[Key, _Known]" = field(default_factory=OrderedDict, repr=False)

    def enter(self, tool: Tool, *, request_id: str, now: int) -> None:
        """Let a call through; raise `ToolRefused` while its tool's origin is left alone.

        A shared state that cannot be read holds nobody up: what guards availability must not
        cost it.
        """
        key = _key(tool)
        known = self._known.get(key)
        if known is None or not known.is_believed(now):
            known = self._looked(tool, known, now)
        if known.breaker is None:
            return
        match known.breaker.verdict(now):
            case Verdict.PASS:
                return
            case Verdict.PROBE:
                known = self._probed(tool, known.breaker, request_id, now)
                if known.breaker is None or known.breaker.probe == request_id:
                    return
            case Verdict.REFUSE:
                pass
        retry_at = known.breaker.retry_at if known.breaker else now
        message = OPEN_MESSAGE.format(seconds=max(1, retry_at - now))
        raise ToolRefused(message, code="breaker_open")

    def leave(self, tool: Tool, *, request_id: str, failed: bool, now: int) -> None:
        """Take note of how a call that was let through has ended.

        Raises:
            Unavailable: A change of state could not be kept.
        """
        key = _key(tool)
        known = self._known.get(key) or _Known(at=now)
        breaker = known.breaker
        is_probe = breaker is not None and breaker.probe == request_id
        if failed:
            self._failed(tool, known, request_id if is_probe else None, now)
        elif breaker is not None and is_probe:
            self._keep(key, _Known(at=now))
            self.breakers.close(
                tool.project_id, tool.definition.name, breaker.closed(now), request_id
            )
        elif breaker is None or breaker.state is BreakerState.CLOSED:
            self._keep(key, _Known(at=now))

    def _failed(self, tool: Tool, known: _Known, probe: str | None, now: int) -> None:
        failures = counted(known.failures, now)
        self._keep(_key(tool), replace(known, failures=failures))
        if probe is None and not trips(failures):
            return
        stands = self.breakers.open(
            tool.project_id,
            tool.definition.name,
            opened(tool.definition.origin, now),
            probe=probe,
            now=now,
        )
        self._keep(_key(tool), _Known(at=now, breaker=stands))

    def _looked(self, tool: Tool, known: _Known | None, now: int) -> _Known:
        try:
            breaker = self.breakers.read(tool.project_id, tool.definition.name, now=now)
        except Unavailable:
            return known or _Known(at=now)
        breaker = standing(breaker, tool.definition.origin)
        failures = known.failures if known else ()
        return self._keep(_key(tool), _Known(at=now, breaker=breaker, failures=failures))

    def _probed(self, tool: Tool, breaker: Breaker, request_id: str, now: int) -> _Known:
        try:
            stands = self.breakers.probe(
                tool.project_id, tool.definition.name, breaker.probed(request_id, now), now=now
            )
        except Unavailable:
            return _Known(at=now, breaker=breaker)
        stands = standing(stands, tool.definition.origin)
        return self._keep(_key(tool), _Known(at=now, breaker=stands))

    def _keep(self, key: Key, known: _Known) -> _Known:
        self._known.pop(key, None)
        self._known[key] = known
        while len(self._known) > KNOWN_TOOLS:
            self._known.popitem(last=False)
        return known


def _key(tool: Tool) -> Key:
    return tool.project_id, tool.definition.name, tool.definition.origin
