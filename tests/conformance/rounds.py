"""Answers that need more than one round: what to ask the user's client, and what to make of it.

Each function looks at one request alone. What it wants to remember until the next round it hands
out as `state`, and finds it again in the next request.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, as the tool's templates made it."""

    path: tuple[str, ...]
    query: Mapping[str, str]
    body: Json

    @property
    def responses(self) -> Json:
        """What the user's client answered, by the key it was asked under."""
        found: Json = self.body.get("responses") or {}
        return found

    @property
    def state(self) -> Any:
        """What the round before left."""
        return self.body.get("state")

    @property
    def capabilities(self) -> Json:
        """What the user's client says it can do."""
        found: Json = self.body.get("capabilities") or {}
        return found


def text(content: str) -> list[Json]:
    """Return one block of text."""
    return [{"type": "text", "text": content}]


def textual(content: str) -> Json:
    """Return a result of one block of text."""
    return {"content": text(content)}


def form(message: str, **properties: str) -> Json:
    """Ask the user for `properties`, each of the type given."""
    schema = {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(properties),
    }
    params = {"message": message, "requestedSchema": schema}
    return {"method": "elicitation/create", "params": params}


def sampling(prompt: str, max_tokens: int = 100) -> Json:
    """Ask the client's model."""
    messages = [{"role": "user", "content": {"type": "text", "text": prompt}}]
    params = {"messages": messages, "maxTokens": max_tokens}
    return {"method": "sampling/createMessage", "params": params}


ROOTS: Final[Json] = {"method": "roots/list", "params": {}}


def elicitation(asked: Asked) -> Json:
    """Greet the user by name."""
    given = asked.responses.get("user_name")
    if given is None:
        return {"inputRequests": {"user_name": form("What is your name?", name="string")}}
    return textual(f"Hello, {(given.get('content') or {}).get('name', 'stranger')}!")


def capital(asked: Asked) -> Json:
    """Let the client's model answer a question."""
    given = asked.responses.get("capital_question")
    if given is None:
        return {"inputRequests": {"capital_question": sampling("What is the capital of France?")}}
    return textual(f"The model says: {given.get('content')}")


def list_roots(asked: Asked) -> Json:
    """Tell the roots that the client works in."""
    given = asked.responses.get("client_roots")
    if given is None:
        return {"inputRequests": {"client_roots": ROOTS}}
    return textual(f"Roots: {[root.get('uri') for root in given.get('roots', [])]}")


def request_state(asked: Asked) -> Json:
    """Ask for a confirmation, and look whether the state came back."""
    if asked.state is None or "confirm" not in asked.responses:
        ask = {"confirm": form("Please confirm", ok="boolean")}
        return {"inputRequests": ask, "state": {"asked": ["confirm"]}}
    came_back = asked.state == {"asked": ["confirm"]}
    return textual("state-ok" if came_back else f"another state: {asked.state}")


def multiple_inputs(asked: Asked) -> Json:
    """Ask three things at once."""
    wanted = {
        "user_name": form("What is your name?", name="string"),
        "greeting": sampling("Generate a greeting", 50),
        "client_roots": ROOTS,
    }
    missing = {key: ask for key, ask in wanted.items() if key not in asked.responses}
    if missing:
        return {"inputRequests": missing, "state": {"missing": sorted(missing)}}
    return textual(f"All there: {', '.join(sorted(asked.responses))}")


def multi_round(asked: Asked) -> Json:
    """Ask for a name, then for a colour, and remember the name in between."""
    match asked.state:
        case {"round": 1} if "step1" in asked.responses:
            name = (asked.responses["step1"].get("content") or {}).get("name")
            ask = {"step2": form("Step 2: What is your favorite color?", color="string")}
            return {"inputRequests": ask, "state": {"round": 2, "name": name}}
        case {"round": 2, "name": name} if "step2" in asked.responses:
            color = (asked.responses["step2"].get("content") or {}).get("color")
            return textual(f"{name} likes {color}.")
        case _:
            ask = {"step1": form("Step 1: What is your name?", name="string")}
            return {"inputRequests": ask, "state": {"round": 1}}


def by_capability(asked: Asked) -> Json:
    """Ask for only what the client can do."""
    if asked.responses:
        return textual(f"Answered: {', '.join(sorted(asked.responses))}")
    possible = {
        "elicitation": form("What is your name?", name="string"),
        "sampling": sampling("Generate a greeting"),
        "roots": ROOTS,
    }
    asks = {name: ask for name, ask in possible.items() if name in asked.capabilities}
    return {"inputRequests": asks} if asks else {"requiredCapabilities": {"elicitation": {}}}


def needs_sampling(asked: Asked) -> Json:
    """Do nothing for a client without a model."""
    if "sampling" not in asked.capabilities:
        return {"requiredCapabilities": {"sampling": {}}}
    return textual("The client can sample.")


def prompt_model(asked: Asked) -> Json:
    """Let the client's model answer the prompt given."""
    given = asked.responses.get("answer")
    if given is None:
        return {"inputRequests": {"answer": sampling(str(asked.body.get("prompt")))}}
    return textual(f"LLM response: {given.get('content')}")


def prompt_user(asked: Asked) -> Json:
    """Put the message given to the user."""
    given = asked.responses.get("answer")
    if given is None:
        ask = form(str(asked.body.get("message")), username="string", email="string")
        return {"inputRequests": {"answer": ask}}
    return textual(f"User response: {given}")


def defaults(asked: Asked) -> Json:
    """Ask with a default for each primitive type."""
    properties: Json = {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {
            "type": "string",
            "enum": ["active", "inactive", "pending"],
            "default": "active",
        },
        "verified": {"type": "boolean", "default": True},
    }
    return _ask_form(asked, properties)


def enums(asked: Asked) -> Json:
    """Ask with each kind of choice."""
    options = ["option1", "option2", "option3"]
    titled = [{"const": f"value{n}", "title": f"Choice {n}"} for n in (1, 2, 3)]
    properties: Json = {
        "untitledSingle": {"type": "string", "enum": options},
        "titledSingle": {"type": "string", "oneOf": titled},
        "legacyEnum": {
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": options}},
        "titledMulti": {"type": "array", "items": {"anyOf": titled}},
    }
    return _ask_form(asked, properties)


def _ask_form(asked: Asked, properties: Json) -> Json:
    given = asked.responses.get("form")
    if given is not None:
        return textual(f"Elicitation completed: {given}")
    schema = {"type": "object", "properties": properties}
    params = {"message": "Please fill in the form", "requestedSchema": schema}
    return {"inputRequests": {"form": {"method": "elicitation/create", "params": params}}}


ROUNDS: Final[Mapping[str, Callable[[Asked], Json]]] = {
    "elicitation": elicitation,
    "capital": capital,
    "roots": list_roots,
    "state": request_state,
    "multiple": multiple_inputs,
    "multi": multi_round,
    "capabilities": by_capability,
    "needs-sampling": needs_sampling,
    "sampling": prompt_model,
    "message": prompt_user,
    "defaults": defaults,
    "enums": enums,
}
