"""How an outbound call proves where it comes from: a bearer secret or a signature.

What is signed is read from the finished request, so it is what is sent. The fields, in order:
timestamp, request id, METHOD, path?query, SHA-256 of the body, project id, integration id, member
id header or `-`, SHA-256 of the e-mail header, a line feed and the roles header; hexadecimal in
lower case. A scheme's tag says how they are joined; a new one is a new entry of `_JOINED`.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from gatehouse.domain.errors import ToolRefused
from gatehouse.domain.outbound_headers import (
    AUTHORIZATION,
    INTEGRATION_ID,
    MEMBER_EMAIL,
    MEMBER_ID,
    MEMBER_ROLES,
    PROJECT_ID,
    REQUEST_ID,
    SIGNATURE,
    TIMESTAMP,
)
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.template_values import MISCONFIGURED
from gatehouse.domain.tools import AuthStrategy, SignatureScheme, ToolDefinition

MASK: Final = "***"
NO_MEMBER: Final = "-"
_EMPTY: Final = hashlib.sha256().hexdigest()
_VISIBLE: Final = re.compile(r"[!-~]+", re.ASCII)

_JOINED: Final[Mapping[SignatureScheme, Callable[[Sequence[str]], str]]] = {
    SignatureScheme.TNG1: "\n".join,
    SignatureScheme.TNG2: lambda fields: " ".join(("tng2", *fields)),
}


def canonical(request: OutboundRequest, scheme: SignatureScheme) -> str:
    """Return the text that is signed."""
    headers = dict(request.headers)
    told = f"{headers.get(MEMBER_EMAIL, '')}\n{headers.get(MEMBER_ROLES, '')}"
    return _JOINED[scheme](
        (
            headers[TIMESTAMP],
            headers[REQUEST_ID],
            request.method,
            request.target,
            hashlib.sha256(request.body).hexdigest() if request.body else _EMPTY,
            headers[PROJECT_ID],
            headers[INTEGRATION_ID],
            headers.get(MEMBER_ID, NO_MEMBER),
            hashlib.sha256(told.encode()).hexdigest(),
        )
    )


def signature(request: OutboundRequest, scheme: SignatureScheme, secrets: Sequence[str]) -> str:
    """Return the header's value: one `<tag>=<hex HMAC-SHA256>` per secret, in their order."""
    signed = canonical(request, scheme).encode()
    digests = [hmac.digest(secret.encode(), signed, "sha256").hex() for secret in secrets]
    return ",".join([f"{scheme}={digest}" for digest in digests])


def authenticated(
    request: OutboundRequest, definition: ToolDefinition, secrets: Sequence[str]
) -> OutboundRequest:
    """Return the request with its credential.

    Args:
        request: As rendered.
        definition: Says by which strategy and scheme.
        secrets: The current secret, and during a rotation the one before, newest first; none
            for the strategy `none`.

    Raises:
        ToolRefused: A bearer secret holds what no header can carry.
    """
    match definition.auth_strategy:
        case AuthStrategy.NONE:
            return request
        case AuthStrategy.STATIC_BEARER:
            return _with_header(request, AUTHORIZATION, f"Bearer {_bearer(secrets[0])}")
        case AuthStrategy.HMAC_SIGNATURE:
            value = signature(request, definition.signature_scheme, secrets)
            return _with_header(request, SIGNATURE, value)


def masked(request: OutboundRequest, definition: ToolDefinition) -> OutboundRequest:
    """Return the request as a dry run shows it: with its credential's place, not its value."""
    match definition.auth_strategy:
        case AuthStrategy.NONE:
            return request
        case AuthStrategy.STATIC_BEARER:
            return _with_header(request, AUTHORIZATION, MASK)
        case AuthStrategy.HMAC_SIGNATURE:
            return _with_header(request, SIGNATURE, MASK)


def _bearer(secret: str) -> str:
    if not _VISIBLE.fullmatch(secret):
        raise ToolRefused("The tool's secret is not a bearer token", code=MISCONFIGURED)
    return secret


def _with_header(request: OutboundRequest, name: str, value: str) -> OutboundRequest:
    return OutboundRequest(
        method=request.method,
        origin=request.origin,
        target=request.target,
        headers=(*request.headers, (name, value)),
        body=request.body,
    )
