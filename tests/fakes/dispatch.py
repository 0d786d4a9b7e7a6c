"""A dispatch function that says what a test wants."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gatehouse.domain.calls import Dispatched, Invocation, Outcome, UpstreamAnswer


def answered(
    body: bytes, content_type: str = "application/json", *, status: int = 200
) -> Dispatched:
    """What dispatch says when the upstream answered."""
    outcome = Outcome.SUCCEEDED if 200 <= status <= 299 else Outcome.UPSTREAM_ERROR
    answer = UpstreamAnswer(status=status, content_type=content_type, body=body)
    return Dispatched(outcome=outcome, duration_ms=5, answer=answer)


@dataclass
class ScriptedDispatcher:
    """Keeps `Dispatcher`: remembers what it is asked, and says or raises what it was told to."""

    says: Dispatched = field(default_factory=lambda: answered(b'{"name":"Ada"}'))
    raises: Callable[[], Exception] | None = None
    asked: list[Invocation] = field(default_factory=list)

    def dispatch(self, invocation: Invocation) -> Dispatched:
        """See `Dispatcher.dispatch`."""
        self.asked.append(invocation)
        if self.raises:
            raise self.raises()
        return self.says
