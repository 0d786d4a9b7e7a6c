"""Fill a prompt for a caller, having asked its client what the prompt wants to know."""

from dataclasses import dataclass, field

from gatehouse.domain.caller import Caller
from gatehouse.domain.client_context import ClientContext
from gatehouse.domain.errors import NotFound
from gatehouse.domain.input_requests import read_requests
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.prompt_rendering import checked_arguments, rendered
from gatehouse.domain.prompts import Prompt, PromptMessage
from gatehouse.domain.request_state import Asked, InvalidRequestState, Round
from gatehouse.usecases.rounds import InputRequired, Rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRequest:
    """What is asked: `prompt` is what the caller's project has under `name`, if anything."""

    caller: Caller
    name: str
    prompt: Prompt | None
    arguments: JsonObject = field(repr=False)
    client: ClientContext = field(default_factory=ClientContext)
    request_state: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPrompt:
    """A prompt, filled."""

    description: str | None
    messages: tuple[PromptMessage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetPrompt:
    """Fill a prompt; nothing is read or written, for it was read with the caller."""

    rounds: Rounds

    def __call__(self, request: PromptRequest) -> RenderedPrompt | InputRequired:
        """Return the filled prompt, or what its client is asked first.

        Raises:
            NotFound: There is no such prompt for this caller: unknown, disabled or another
                project's, which read the same.
            InvalidRequest: Arguments, answers or what came back with them do not fit.
            CannotAsk: The client's protocol version has no way to be asked.
            MissingCapabilities: The client did not declare that it can answer.
        """
        prompt = usable_prompt(request.prompt, request.caller, request.name)
        definition = prompt.definition
        arguments = checked_arguments(definition, request.arguments)
        answers: JsonObject = {}
        if definition.input_requests:
            resumed = self._answered(request, prompt)
            if isinstance(resumed, InputRequired):
                return resumed
            answers = resumed.responses or {}
        return RenderedPrompt(
            description=definition.description,
            messages=rendered(definition, arguments, answers),
        )

    def _answered(self, request: PromptRequest, prompt: Prompt) -> ClientContext | InputRequired:
        """Return the client with all its answers, or ask it."""
        here = Round.of(
            request.caller,
            method="prompts/get",
            name=request.name,
            digest=prompt.digest,
            arguments=request.arguments,
        )
        if request.request_state is None:
            if request.client.responses is not None:
                raise InvalidRequestState
            asked = Asked(requests=read_requests(prompt.definition.input_requests))
            return self.rounds.asking(asked, request.client, here)
        return self.rounds.resumed(request.client, request.request_state, lambda: here)


def usable_prompt(prompt: Prompt | None, caller: Caller, name: str) -> Prompt:
    """Return the prompt if this caller may use it; raise `NotFound`, the same for every reason."""
    if prompt is None or not prompt.is_enabled or prompt.project_id != caller.project.id:
        raise NotFound(f"Unknown prompt: {name[:64]}")
    return prompt
