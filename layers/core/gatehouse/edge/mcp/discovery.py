"""Where a client without a credential learns who gives them out (RFC 9728).

The 401 names the second path; API gateways are known to rename the header that says so, and then
a client tries both. The document is public, the same for everyone, and costs no other service.
"""

from http import HTTPStatus
from typing import Final

from gatehouse.domain.projects import Scope
from gatehouse.edge.cors import ANY_ORIGIN, is_preflight, preflight
from gatehouse.edge.http import HttpRequest, HttpResponse, json_response
from gatehouse.edge.problem import bare

PATHS: Final = frozenset(
    {
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/mcp",
    }
)
"""At the root, and with the resource's path inserted (RFC 9728 section 3.1)."""
ALLOW: Final = "GET, OPTIONS"
MAX_AGE_SECONDS: Final = 300
_OPEN: Final = {"access-control-allow-origin": ANY_ORIGIN}


def metadata_url(origin: str) -> str:
    """Return the address of the document for `origin`."""
    return f"{origin}/.well-known/oauth-protected-resource/mcp"


def answer(request: HttpRequest, origin: str) -> HttpResponse:
    """Answer a request to one of `PATHS`; any page may read it."""
    if is_preflight(request):
        response = preflight(ALLOW)
        return HttpResponse(status=response.status, headers={**response.headers, **_OPEN})
    if request.method != "GET":
        headers = {"allow": ALLOW}
        return bare(HTTPStatus.METHOD_NOT_ALLOWED, request.request_id, headers=headers)
    document = {
        "resource": f"{origin}/mcp",
        "authorization_servers": [origin],
        "bearer_methods_supported": ["header"],
        "scopes_supported": [Scope.MCP],
        "resource_name": "Gatehouse",
    }
    headers = {"cache-control": f"public, max-age={MAX_AGE_SECONDS}", **_OPEN}
    return json_response(HTTPStatus.OK, document, headers=headers)
