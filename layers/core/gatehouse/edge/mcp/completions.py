"""completion/complete: what an argument or a variable may become."""

from collections.abc import Mapping

from gatehouse.domain.json_values import JsonObject
from gatehouse.edge.mcp.faults import invalid_params
from gatehouse.edge.mcp.inbound import Inbound, Offered
from gatehouse.edge.mcp.render import JsonText, complete
from gatehouse.usecases.complete import Completion


def complete_argument(offered: Offered, inbound: Inbound) -> JsonText:
    """Suggest values."""
    argument = _object(inbound, "argument")
    name, typed = argument.get("name"), argument.get("value")
    if not isinstance(name, str) or not isinstance(typed, str):
        raise invalid_params("argument must have a name and a value, both strings")
    found = _suggested(offered, inbound, name, typed)
    completion: JsonObject = {
        "values": found.values,
        "total": found.total,
        "hasMore": found.has_more,
    }
    return complete(inbound.era, {"completion": completion})


def _suggested(offered: Offered, inbound: Inbound, argument: str, typed: str) -> Completion:
    ref, admitted = _object(inbound, "ref"), inbound.admitted
    match ref:
        case {"type": "ref/prompt", "name": str(name)}:
            return offered.complete.of_prompt(
                admitted.caller, name, admitted.prompt, argument=argument, typed=typed
            )
        case {"type": "ref/resource", "uri": str(uri)}:
            return offered.complete.of_resource(
                admitted.caller, uri, argument=argument, typed=typed
            )
        case _:
            raise invalid_params("ref must name a prompt, or a resource template by its uri")


def _object(inbound: Inbound, name: str) -> JsonObject:
    value = inbound.message.params.get(name)
    if not isinstance(value, Mapping):
        raise invalid_params(f"{name} must be an object")
    return value
