"""What clients read before anything else: where everything is, and under which keys.

The documents are public and the same for everyone; any page may read them.
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from gatehouse.domain import jwks
from gatehouse.domain.assertion_keys import AssertionAlgorithm
from gatehouse.domain.grants import SCOPES
from gatehouse.domain.jwks import PublicKey
from gatehouse.edge.cors import ANY_ORIGIN, is_preflight, preflight
from gatehouse.edge.http import HttpRequest, HttpResponse, json_response
from gatehouse.edge.oauth.grants import GRANT_TYPES
from gatehouse.edge.problem import bare

if TYPE_CHECKING:
    from gatehouse.domain.json_values import JsonObject, JsonValue

JWKS: Final = "/.well-known/jwks.json"
SERVER: Final = frozenset(
    {
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/mcp",
    }
)
"""At the root, and where clients look for that of a resource (RFC 8414 section 3.1)."""
PROVIDER: Final = "/.well-known/openid-configuration"
PATHS: Final = SERVER | {JWKS, PROVIDER}
ALLOW: Final = "GET, OPTIONS"
MAX_AGE_SECONDS: Final = 300
"""Well below the time for which a key is published before it signs."""
_OPEN: Final = {
    "access-control-allow-origin": ANY_ORIGIN,
    "cross-origin-resource-policy": "cross-origin",
}
_CLIENT_METHODS: Final = ("client_secret_basic", "client_secret_post", "private_key_jwt")


def answer(
    request: HttpRequest,
    origin: str,
    published: Callable[[], Sequence[PublicKey]],
    *,
    registration: bool,
) -> HttpResponse:
    """Answer a request to one of `PATHS`; `registration` says whether clients may register."""
    if is_preflight(request):
        response = preflight(ALLOW)
        return HttpResponse(status=response.status, headers={**response.headers, **_OPEN})
    if request.method != "GET":
        headers = {"allow": ALLOW}
        return bare(HTTPStatus.METHOD_NOT_ALLOWED, request.request_id, headers=headers)
    if request.path == JWKS:
        document = jwks.document(published())
    else:
        document = _server(origin, registration=registration)
        if request.path == PROVIDER:
            document = {**document, **_PROVIDER}
    headers = {"cache-control": f"public, max-age={MAX_AGE_SECONDS}", **_OPEN}
    return json_response(HTTPStatus.OK, document, headers=headers)


# OpenID Connect Discovery section 3 requires these; ID tokens are not given out.
_PROVIDER: "Final[JsonObject]" = {
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": [jwks.ALGORITHM],
}


def _server(origin: str, *, registration: bool) -> "JsonObject":
    """Return the authorization server's metadata (RFC 8414 section 2, RFC 9207 section 3)."""
    methods: list[JsonValue] = [*_CLIENT_METHODS]
    algorithms: list[JsonValue] = [
        name for algorithm in AssertionAlgorithm for name in sorted(algorithm.header_names)
    ]
    document: dict[str, JsonValue] = {
        "issuer": origin,
        "authorization_endpoint": f"{origin}/oauth/authorize",
        "token_endpoint": f"{origin}/oauth/token",
        "revocation_endpoint": f"{origin}/oauth/revoke",
        "introspection_endpoint": f"{origin}/oauth/introspect",
        "jwks_uri": f"{origin}{JWKS}",
        "scopes_supported": sorted(SCOPES, reverse=True),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [*GRANT_TYPES],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": True,
        "token_endpoint_auth_methods_supported": ["none", *methods],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": ["none", *methods],
        "introspection_endpoint_auth_methods_supported": methods,
    }
    if registration:
        document["registration_endpoint"] = f"{origin}/oauth/register"
    return document
