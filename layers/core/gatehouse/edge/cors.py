"""Which web pages may call (Fetch standard, CORS protocol): origins named one by one.

Credentials travel in the Authorization header alone, so no answer ever allows cookies.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from gatehouse.edge.http import HttpRequest, HttpResponse

ANY_ORIGIN: Final = "*"
MAX_AGE_SECONDS: Final = 600
REQUEST_HEADERS: Final = (
    "accept, authorization, content-type, if-match, last-event-id, mcp-method, mcp-name, "
    "mcp-protocol-version, mcp-session-id, traceparent, tracestate, x-gatehouse-project, "
    "x-service-key, x-tenuo-approvals, x-tenuo-pop, x-tenuo-signature, x-tenuo-warrant, "
    "x-tenuo-warrant-id"
)
EXPOSED_HEADERS: Final = (
    "etag, mcp-session-id, ratelimit, ratelimit-policy, retry-after, warning, "
    "www-authenticate, x-gatehouse-warrant"
)


def allows_origin(request: HttpRequest, allowed: AbstractSet[str]) -> bool:
    """Say whether the page that sent the request may; what is no web page sends no Origin."""
    origin = request.headers.get("origin")
    return origin is None or origin in allowed or ANY_ORIGIN in allowed


def is_preflight(request: HttpRequest) -> bool:
    """Say whether a browser asks what a page may send."""
    return request.method == "OPTIONS"


def preflight(methods: str) -> HttpResponse:
    """Answer a preflight for a route that takes `methods`, such as `POST, OPTIONS`."""
    return HttpResponse(
        status=204,
        headers={
            "allow": methods,
            "access-control-allow-methods": methods,
            "access-control-allow-headers": REQUEST_HEADERS,
            "access-control-max-age": str(MAX_AGE_SECONDS),
        },
    )


def with_cors(
    response: HttpResponse, request: HttpRequest, allowed: AbstractSet[str]
) -> HttpResponse:
    """Let an allowed page read the answer; for any other page, say nothing that would.

    An answer that is for every page says so itself.
    """
    if response.headers.get("access-control-allow-origin") == ANY_ORIGIN:
        return response
    origin = request.headers.get("origin")
    if origin is None and not allowed and not is_preflight(request):
        return response  # no page has asked, and none may
    headers = dict(response.headers)
    if allowed:
        # A cache may not hand one page's answer to another.
        headers["vary"] = ", ".join(filter(None, (headers.get("vary"), "Origin")))
    if origin is not None and allows_origin(request, allowed):
        headers["access-control-allow-origin"] = origin
        headers["access-control-expose-headers"] = EXPOSED_HEADERS
    else:
        headers = {n: v for n, v in headers.items() if not n.startswith("access-control-")}
    return HttpResponse(
        status=response.status,
        headers=headers,
        body=response.body,
        cookies=response.cookies,
        is_base64=response.is_base64,
    )
