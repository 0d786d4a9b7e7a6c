"""JSON-RPC 2.0 envelopes: bytes from a stranger to messages, with one reading only."""

from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain.ids import TOOL_NAME
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.strict_json import parse
from gatehouse.edge.mcp.faults import INVALID_REQUEST, RpcFault, invalid_params

MAX_ID_LENGTH: Final = 256
MAX_ID_NUMBER: Final = 2**53 - 1
"""I-JSON (RFC 7493 section 2.2): beyond, numbers do not survive every parser."""
MAX_BATCH: Final = 16
_CALL_MEMBERS: Final = frozenset({"jsonrpc", "id", "method", "params"})
_ANSWER_MEMBERS: Final = frozenset({"jsonrpc", "id", "result", "error"})
_NO_META: Final[JsonObject] = {}

MessageId = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request, or, without `id`, a notification (or an answer, which is acknowledged alike)."""

    id: MessageId | None
    method: str
    params: JsonObject = field(repr=False)
    tool_name: str | None = None
    """The tool that is called, if the name given can be a tool's."""
    prompt_name: str | None = None
    """The prompt that is meant, if the name given can be a prompt's."""

    @property
    def meta(self) -> JsonObject:
        """What the client says about the message; empty when it says nothing."""
        meta = self.params.get("_meta", _NO_META)
        if not isinstance(meta, dict):
            raise invalid_params("params._meta must be an object")
        return meta


@dataclass(frozen=True, slots=True)
class Malformed:
    """A member of a batch that is no message."""

    fault: RpcFault


def read(body: bytes) -> Message | tuple[Message | Malformed, ...]:
    """Read one message or, as a tuple, a batch of them.

    Raises:
        InvalidJson: The body is not JSON, or JSON that could be read in two ways.
        RpcFault: It is JSON, but no message, or no batch of one to sixteen.
    """
    value = parse(body)
    if not isinstance(value, list):
        return read_message(value)
    if not 1 <= len(value) <= MAX_BATCH:
        raise RpcFault(INVALID_REQUEST, f"A batch holds 1 to {MAX_BATCH} messages")
    return tuple(_batched(item) for item in value)


def read_message(value: JsonValue) -> Message:
    """Read one message; raise `RpcFault` when it is none."""
    if not isinstance(value, dict) or value.get("jsonrpc") != "2.0":
        raise RpcFault(INVALID_REQUEST, "The body is not a JSON-RPC 2.0 message")
    message_id = _id(value)
    if "method" not in value:
        return _answer(value)
    method, params = value["method"], value.get("params", {})
    if not isinstance(method, str):
        raise _Identified(INVALID_REQUEST, "method must be a string", message_id)
    # Another spelling of a known member, such as `Method`, must not pass for an absent one.
    if not value.keys() <= _CALL_MEMBERS:
        raise _Identified(INVALID_REQUEST, "The message has an unknown member", message_id)
    if not isinstance(params, dict):
        raise _Identified(INVALID_REQUEST, "params must be an object", message_id)
    tool_name = prompt_name = None
    match method, params:
        case "tools/call", {"name": name}:
            tool_name = _name(name)
        case "prompts/get", {"name": name}:
            prompt_name = _name(name)
        case "completion/complete", {"ref": {"type": "ref/prompt", "name": name}}:
            prompt_name = _name(name)
        case _:
            pass
    return Message(
        id=message_id, method=method, params=params, tool_name=tool_name, prompt_name=prompt_name
    )


class _Identified(RpcFault):
    """A fault of a message whose id could be read."""

    def __init__(self, code: int, message: str, message_id: MessageId | None) -> None:
        super().__init__(code, message)
        self.message_id = message_id


def identified(fault: RpcFault) -> MessageId | None:
    """Return the id of the message at fault, if it could be read."""
    return fault.message_id if isinstance(fault, _Identified) else None


def _name(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and TOOL_NAME.fullmatch(value) else None


def _batched(value: JsonValue) -> Message | Malformed:
    try:
        return read_message(value)
    except RpcFault as fault:
        return Malformed(fault)


def _id(value: JsonObject) -> MessageId | None:
    if "id" not in value:
        return None
    message_id = value["id"]
    if isinstance(message_id, str) and len(message_id) <= MAX_ID_LENGTH:
        return message_id
    if type(message_id) is int and abs(message_id) <= MAX_ID_NUMBER:
        return message_id
    raise RpcFault(INVALID_REQUEST, "id must be a string or an integer of ordinary size")


def _answer(value: JsonObject) -> Message:
    """Read an answer. No request of ours is ever open, so it is only acknowledged."""
    if ("result" in value) == ("error" in value) or not value.keys() <= _ANSWER_MEMBERS:
        raise RpcFault(INVALID_REQUEST, "The message has neither method, result nor error")
    return Message(id=None, method="", params={})
