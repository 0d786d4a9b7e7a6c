"""A client's answers to what it was asked: their shapes, and which of them are still missing."""

from collections.abc import Callable, Mapping
from typing import Final

from gatehouse.domain.errors import InvalidRequest
from gatehouse.domain.input_requests import ELICITATION, ROOTS, SAMPLING, InputRequests
from gatehouse.domain.json_values import JsonObject, JsonValue

_ACTIONS: Final = ("accept", "decline", "cancel")
_ROLES: Final = ("user", "assistant")


class InvalidResponses(InvalidRequest):
    """The answers are not of the shape that their questions ask for."""


def read_responses(value: JsonValue) -> JsonObject:
    """Return `inputResponses` as sent: an object by key, each answer an object.

    Raises:
        InvalidResponses: It is of another shape.
    """
    if not isinstance(value, Mapping):
        raise InvalidResponses("inputResponses must be an object")
    for response in value.values():
        if not isinstance(response, Mapping):
            raise InvalidResponses("inputResponses must hold objects")
    return value


def fitting(responses: JsonObject, requests: InputRequests) -> JsonObject:
    """Return the answers to `requests` and no others; some may be missing.

    Raises:
        InvalidResponses: An answer is not of its question's kind.
    """
    answers = {key: responses[key] for key in requests if key in responses}
    for key, answer in answers.items():
        if not isinstance(answer, Mapping) or not _FITS[requests[key].method](answer):
            raise InvalidResponses(f"An answer in inputResponses does not fit its question: {key}")
    return answers


def _is_elicited(answer: JsonObject) -> bool:
    content = answer.get("content")
    if answer.get("action") not in _ACTIONS:
        return False
    return content is None or (
        isinstance(content, Mapping) and all(_is_field(value) for value in content.values())
    )


def _is_field(value: JsonValue) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return value is None or isinstance(value, str | int | float)


def _is_sampled(answer: JsonObject) -> bool:
    content = answer.get("content")
    blocks = content if isinstance(content, list) else [content]
    return (
        answer.get("role") in _ROLES
        and isinstance(answer.get("model"), str)
        and all(isinstance(block, Mapping) and "type" in block for block in blocks)
    )


def _are_roots(answer: JsonObject) -> bool:
    roots = answer.get("roots")
    return isinstance(roots, list) and all(
        isinstance(root, Mapping) and isinstance(root.get("uri"), str) for root in roots
    )


_FITS: Final[Mapping[str, Callable[[JsonObject], bool]]] = {
    ELICITATION: _is_elicited,
    SAMPLING: _is_sampled,
    ROOTS: _are_roots,
}
