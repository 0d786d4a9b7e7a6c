"""What a call's client says of itself and answers, as far as a tool's templates may use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gatehouse.domain.json_values import JsonObject, JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientContext:
    """The client's side of one call; everything in it is the client's word.

    `capabilities` is None where the client's protocol version does not repeat them with each
    request; such a client cannot be asked for input either. `responses` answer what the tool asked
    for in an earlier round, and `state` is what the tool's endpoint left then (None: nothing).
    """

    capabilities: JsonObject | None = None
    log_level: str | None = None
    responses: JsonObject | None = field(default=None, repr=False)
    state: JsonValue = field(default=None, repr=False)

    @property
    def variables(self) -> Mapping[str, JsonValue]:
        """The reserved variables that have a value in this call."""
        values: dict[str, JsonValue] = {
            "client.capabilities": self.capabilities,
            "client.log_level": self.log_level,
            "input.responses": self.responses,
            "input.state": self.state,
        }
        return {name: value for name, value in values.items() if value is not None}
