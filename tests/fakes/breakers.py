"""Circuit breakers in memory."""

from dataclasses import dataclass, field

from gatehouse.domain.breaker import Breaker, BreakerState

KEPT_SECONDS = 86_400


@dataclass
class MemoryBreakers:
    """Keeps `Breakers`; `reads` and `writes` count what a healthy tool does not cost."""

    items: dict[tuple[str, str], Breaker] = field(default_factory=dict)
    reads: int = 0
    writes: int = 0

    def read(self, project_id: str, tool_name: str, *, now: int) -> Breaker | None:
        """See `Breakers.read`."""
        self.reads += 1
        found = self.items.get((project_id, tool_name))
        return found if found and found.since + KEPT_SECONDS > now else None

    def open(
        self, project_id: str, tool_name: str, breaker: Breaker, *, probe: str | None, now: int
    ) -> Breaker | None:
        """See `Breakers.open`."""
        self.writes += 1
        stands = self.items.get((project_id, tool_name))
        if probe is not None:
            passes = _is_probed_by(stands, probe)
        else:
            passes = (
                stands is None
                or stands.state is BreakerState.CLOSED
                or stands.origin != breaker.origin
                or stands.since + KEPT_SECONDS <= now
            )
        return self._put(project_id, tool_name, breaker, passes=passes)

    def probe(
        self, project_id: str, tool_name: str, breaker: Breaker, *, now: int
    ) -> Breaker | None:
        """See `Breakers.probe`."""
        self.writes += 1
        stands = self.items.get((project_id, tool_name))
        passes = (
            stands is not None
            and stands.origin == breaker.origin
            and stands.state is not BreakerState.CLOSED
            and stands.retry_at <= now < stands.since + KEPT_SECONDS
        )
        return self._put(project_id, tool_name, breaker, passes=passes)

    def close(self, project_id: str, tool_name: str, breaker: Breaker, probe: str) -> None:
        """See `Breakers.close`."""
        self.writes += 1
        stands = self.items.get((project_id, tool_name))
        self._put(project_id, tool_name, breaker, passes=_is_probed_by(stands, probe))

    def _put(
        self, project_id: str, tool_name: str, breaker: Breaker, *, passes: bool
    ) -> Breaker | None:
        if passes:
            self.items[project_id, tool_name] = breaker
        return self.items.get((project_id, tool_name))


def _is_probed_by(stands: Breaker | None, probe: str) -> bool:
    return stands is not None and stands.state is BreakerState.HALF_OPEN and stands.probe == probe
