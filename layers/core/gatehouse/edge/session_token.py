"""The body and the answers of `POST /api/v1/mcp/session-token`."""

from typing import TYPE_CHECKING, Final

from gatehouse.domain.assertions import (
    MAX_LIFETIME_SECONDS,
    RECOMMENDED_LIFETIME_SECONDS,
    UNRESOLVED,
)
from gatehouse.domain.errors import FieldError, InvalidFields, InvalidRequest
from gatehouse.domain.strict_json import parse
from gatehouse.edge.http import HttpResponse, json_response
from gatehouse.edge.limit_headers import limit_headers
from gatehouse.usecases.exchange_session import Granted, SessionRequest

if TYPE_CHECKING:
    from gatehouse.domain.json_values import JsonObject

MAX_BODY: Final = 16 * 1024
METHODS: Final = "POST, OPTIONS"

_FIELDS: Final = frozenset({"member_assertion", "member_external_id"})
# RFC 9111 section 5.5 retired the Warning header, but it is the place that needs no change of
# the body that TengineAI's clients read. 299: a miscellaneous persistent warning (RFC 7234).
_LONG_ASSERTION: Final = (
    f'299 gatehouse "member_assertion lives longer than the recommended '
    f'{RECOMMENDED_LIFETIME_SECONDS} seconds (at most {MAX_LIFETIME_SECONDS} are accepted)"'
)


def read_session_request(body: bytes) -> SessionRequest:
    """Read the body; null counts as not given.

    Raises:
        InvalidRequest: It is no JSON object, or names a member that cannot be.
        InvalidFields: It has other fields, or an assertion that is no text.
    """
    document = parse(body)
    if not isinstance(document, dict):
        raise InvalidRequest("The body is not a JSON object")
    assertion, external_id = document.get("member_assertion"), document.get("member_external_id")
    errors = [FieldError(name, "is not known") for name in sorted(document.keys() - _FIELDS)]
    if not isinstance(assertion, str | None):
        errors.append(FieldError("member_assertion", "must be a string"))
    if errors:
        raise InvalidFields(tuple(errors))
    if not isinstance(external_id, str | None):
        raise InvalidRequest(UNRESOLVED)
    return SessionRequest(member_assertion=assertion, member_external_id=external_id)


def granted_response(granted: Granted) -> HttpResponse:
    """Return the answer that holds the token."""
    document: JsonObject = {
        "token": granted.token,
        "expires_in_minutes": granted.lifetime // 60,
        "token_type": "Bearer",
    }
    is_long = (granted.assertion_lifetime or 0) > RECOMMENDED_LIFETIME_SECONDS
    warning = {"warning": _LONG_ASSERTION} if is_long else {}
    return json_response(200, document, headers={**warning, **limit_headers(granted.standings)})
