"""Events of an HTTP API (payload 2.0), as AWS writes them."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode


def http_event(
    method: str = "GET",
    path: str = "/",
    *,
    headers: Mapping[str, str] | None = None,
    query: str = "",
    body: bytes | str | None = None,
) -> dict[str, Any]:
    """An event; bytes as a body are sent the way API Gateway sends what is not text."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "api.example.com", **(headers or {})},
        "requestContext": {
            "domainName": "api.example.com",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.7",
                "userAgent": "test",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "timeEpoch": 1_700_000_000_000,
        },
        "isBase64Encoded": isinstance(body, bytes),
    }
    if body is not None:
        event["body"] = b64encode(body).decode() if isinstance(body, bytes) else body
    return event


def form_event(
    path: str, form: Mapping[str, str], *, source_ip: str = "192.0.2.7"
) -> dict[str, Any]:
    """A form, as a browser or an OAuth client posts it, from an address."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return from_address(source_ip, http_event("POST", path, headers=kind, body=urlencode(form)))


def from_address(source_ip: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """The same event from another address."""
    context = event["requestContext"]
    return {
        **event,
        "requestContext": {**context, "http": {**context["http"], "sourceIp": source_ip}},
    }
