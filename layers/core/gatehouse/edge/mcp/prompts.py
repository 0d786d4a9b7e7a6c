"""prompts/get: a filled prompt, or a question to the client."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gatehouse.edge.mcp.clients import client_of, request_state_of
from gatehouse.edge.mcp.faults import invalid_params
from gatehouse.edge.mcp.inbound import Inbound, Offered
from gatehouse.edge.mcp.render import JsonText, complete, input_required
from gatehouse.usecases.get_prompt import PromptRequest
from gatehouse.usecases.rounds import InputRequired

if TYPE_CHECKING:
    from gatehouse.domain.json_values import JsonObject


def get_prompt(offered: Offered, inbound: Inbound) -> JsonText:
    """Fill a prompt."""
    params = inbound.message.params
    name, arguments = params.get("name"), params.get("arguments")
    if not isinstance(name, str):
        raise invalid_params("name must be a string")
    if arguments is not None and not isinstance(arguments, Mapping):
        raise invalid_params("arguments must be an object")
    found = offered.get_prompt(
        PromptRequest(
            caller=inbound.admitted.caller,
            name=name,
            prompt=inbound.admitted.prompt,
            arguments=arguments or {},
            client=client_of(inbound),
            request_state=request_state_of(inbound),
        )
    )
    if isinstance(found, InputRequired):
        return input_required(found, meta={})
    members: JsonObject = {
        "messages": [{"role": each.role.value, "content": each.content} for each in found.messages]
    }
    if found.description is not None:
        members = {"description": found.description, **members}
    return complete(inbound.era, members)
