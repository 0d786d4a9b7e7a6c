"""Rounds of one call: ask its client for input, and go on when the answers come.

Nothing is kept in between: `requestState` carries it (see `gatehouse.domain.request_state`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from gatehouse.domain.client_context import ClientContext
from gatehouse.domain.input_requests import (
    CannotAsk,
    InputRequests,
    MissingCapabilities,
    unanswerable,
    undeclared,
)
from gatehouse.domain.input_responses import fitting
from gatehouse.domain.notifications import Notification
from gatehouse.domain.request_state import Asked, Round
from gatehouse.domain.rich_results import Demanding
from gatehouse.domain.tool_results import Made, ToolResult, refusal

CANNOT_ASK: Final = (
    "This tool needs to ask the user, which this client's protocol version cannot do here"
)
CANNOT_SAY: Final = (
    "This tool needs client capabilities that this client's protocol version cannot use here: "
)
SENSELESS: Final = (
    "The tool's endpoint answered with an invalid MCP result: it demands capabilities that the "
    "client has declared"
)

Here: TypeAlias = Callable[[], Round]
"""Makes the call's round, which takes a digest of all arguments and is seldom needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRequired:
    """What the client is asked, and what it has to bring back with its answers."""

    requests: InputRequests
    request_state: str = field(repr=False)
    notifications: tuple[Notification, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """Opens what a client brings back, and seals what it is to bring back next."""

    clock: Callable[[], int]
    new_nonce: Callable[[], bytes]

    def resumed(
        self, client: ClientContext, request_state: str | None, here: Here
    ) -> ClientContext | InputRequired:
        """Return the client with its answers and the endpoint's state, or what to ask again.

        Answers without a `requestState` are passed on as they are: nothing is known of their
        questions, and they say no more than the client could say anyway.

        Raises:
            InvalidRequestState: It was not made for this call, or no longer holds.
            InvalidResponses: An answer is not of its question's kind.
        """
        if request_state is None:
            return client
        asked = here().read(request_state, now=self.clock())
        answers = fitting(client.responses or {}, asked.requests)
        if answers.keys() != asked.requests.keys():
            return self.asking(asked, client, here())
        return replace(client, responses=answers, state=asked.state)

    def asking(
        self,
        asked: Asked,
        client: ClientContext,
        here: Round,
        *,
        notifications: tuple[Notification, ...] = (),
    ) -> InputRequired:
        """Ask, if the client can be asked.

        Raises:
            CannotAsk: Its protocol version has no way to.
            MissingCapabilities: It did not declare that it can answer.
        """
        if client.capabilities is None:
            raise CannotAsk
        if lacking := unanswerable(asked.requests, client.capabilities):
            raise MissingCapabilities(lacking)
        token = here.write(asked, nonce=self.new_nonce(), now=self.clock())
        return InputRequired(
            requests=asked.requests, request_state=token, notifications=notifications
        )

    def concluded(
        self, made: Made, client: ClientContext, here: Here
    ) -> ToolResult | InputRequired:
        """Return a tool's result, or what its endpoint wants the client to be asked first.

        Raises:
            MissingCapabilities: The client did not declare what it needs to be able to do.
        """
        if isinstance(made, ToolResult):
            return made
        if isinstance(made, Demanding):
            return _demanded(made, client)
        asked = Asked(requests=made.requests, state=made.state)
        try:
            return self.asking(asked, client, here(), notifications=made.notifications)
        except CannotAsk:
            return refusal(CANNOT_ASK)


def _demanded(demanding: Demanding, client: ClientContext) -> ToolResult:
    if client.capabilities is None:
        return refusal(CANNOT_SAY + ", ".join(sorted(demanding.capabilities)))
    if lacking := undeclared(demanding.capabilities, client.capabilities):
        raise MissingCapabilities(lacking)
    return refusal(SENSELESS)
