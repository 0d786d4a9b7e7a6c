"""Requests that an endpoint has to refuse: what a tool would send, made wrong on purpose.

None is ever signed with the tool's secret, which is not even opened for it: whoever keeps such a
request has nothing. So what is let in is certainly wrong; of what is refused, only a signature that
is verified can be told.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Final

from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.outbound_headers import PROJECT_ID, SIGNATURE, TIMESTAMP
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.tools import HttpMethod, SignatureScheme

FORGED: Final = "0" * 64
"""No digest of anything that anybody has found."""
FOREIGN_PROJECT_ID: Final = "00000000"
OLD_SECONDS: Final = 3600
TEXT: Final = "preflight"
_OF_TYPE: Final[Mapping[str, JsonValue]] = {
    "integer": 1,
    "number": 1,
    "boolean": False,
    "array": [],
    "null": None,
}
NOBODY: Final = MemberIdentity(external_id="gatehouse-preflight")
"""The member for whom tools are probed that need one."""


class ProbeKind(StrEnum):
    """How a request is wrong."""

    BAD_SIGNATURE = "bad_signature"
    OLD_TIMESTAMP = "old_timestamp"
    FOREIGN_PROJECT = "foreign_project"


def forged(request: OutboundRequest, scheme: SignatureScheme, kind: ProbeKind) -> OutboundRequest:
    """Return a rendered request as it has to be refused."""
    headers = dict(request.headers)
    headers[SIGNATURE] = f"{scheme.value}={FORGED}"
    match kind:
        case ProbeKind.BAD_SIGNATURE:
            pass
        case ProbeKind.OLD_TIMESTAMP:
            headers[TIMESTAMP] = str(int(headers[TIMESTAMP]) - OLD_SECONDS)
        case ProbeKind.FOREIGN_PROJECT:
            headers[PROJECT_ID] = FOREIGN_PROJECT_ID
    return replace(request, headers=tuple(headers.items()))


def is_harmless(http_method: str, annotations: JsonObject | None) -> bool:
    """Say whether a tool's call changes nothing, by its method or by its owner's word."""
    return http_method == HttpMethod.GET or (annotations or {}).get("readOnlyHint") is True


def sample_arguments(schema: JsonObject) -> JsonObject:
    """Return arguments for the properties that a schema names, of their types where it says so."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return {}
    return {name: _sample(value) for name, value in properties.items()}


def _sample(schema: JsonValue) -> JsonValue:
    if not isinstance(schema, dict):
        return TEXT
    given: list[JsonValue] = [schema[name] for name in ("const", "default") if name in schema]
    listed = schema.get("enum")
    if isinstance(listed, list):
        given += listed[:1]
    if given:
        return given[0]
    of_type = str(schema.get("type"))
    return sample_arguments(schema) if of_type == "object" else _OF_TYPE.get(of_type, TEXT)
