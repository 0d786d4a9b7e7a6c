"""The part of dispatch that sends, with a clock, pauses and chance as a test wants them."""

from collections.abc import Callable

from gatehouse.ports.upstreams import Breakers, Upstream
from gatehouse.usecases.circuits import Circuits
from gatehouse.usecases.send_call import SendCall
from tests.fakes.breakers import MemoryBreakers


def sending(
    upstream: Upstream,
    clock_ms: Callable[[], int],
    *,
    breakers: Breakers | None = None,
    sleep: Callable[[float], None] = lambda _: None,
) -> SendCall:
    """Return it; half of the greatest pause is waited before a retry."""
    return SendCall(
        upstream=upstream,
        circuits=Circuits(MemoryBreakers() if breakers is None else breakers),
        clock_ms=clock_ms,
        sleep=sleep,
        random=lambda: 0.5,
    )
