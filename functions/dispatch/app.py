"""Make one outbound call; invoked by mcp and keys, and by nobody else."""

from typing import Protocol

from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.edge.invoked import Invoked
from gatehouse.edge.lost import report_lost
from gatehouse.wiring.dispatch import dispatch_call
from gatehouse.wiring.snapshots import around_snapshots

invoked = Invoked(dispatch_call(lost=report_lost))
around_snapshots(
    modules=("gatehouse.domain.receipt_chains", "cryptography.hazmat.primitives.ciphers.aead")
)


class Context(Protocol):
    """What is used of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda ends this invocation."""
        ...


def lambda_handler(event: JsonValue, context: Context) -> JsonObject:
    """Lambda's entry point; `gatehouse.domain.invocations` describes both documents."""
    return invoked(event, remaining_ms=context.get_remaining_time_in_millis())
