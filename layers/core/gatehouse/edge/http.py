"""HTTP as Lambda sees it: events of an HTTP API (payload 2.0) in, answers out.

API Gateway joins a repeated header by commas and lower-cases no name for certain, so both are
settled here, once, for every function.
"""

import json
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_letters, digits
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl

from gatehouse.domain.errors import InvalidRequest, PayloadTooLarge, Unauthenticated
from gatehouse.domain.json_values import JsonObject

MAX_BODY: Final = 1024 * 1024
"""Bytes of a request's body, unless a function asks for less or more."""
MAX_QUERY_FIELDS: Final = 64
MAX_TEXT: Final = 500_000
"""Characters of an answer; a longer one travels as base64, for quoted as JSON it may grow sixfold
and Lambda carries 6 MB."""

SECURITY_HEADERS: Final = MappingProxyType(
    {
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=63072000; includeSubDomains",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "x-permitted-cross-domain-policies": "none",
    }
)
"""On every answer; an answer may replace one, such as a page with its own policy."""

# RFC 6750 section 2.1; the scheme's case does not matter (RFC 9110 section 11.1). A comma is not
# in the alphabet of credentials, so two headers joined into one are refused as well.
_TOKEN68: Final = f"{ascii_letters}{digits}._~+/-".encode()

LambdaAnswer = dict[str, object]
"""What a Lambda function returns to an HTTP API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request. Names of `headers` are lower-case; no name of `query` is repeated.

    A cookie that came twice is not among the `cookies`: nobody could say which one is meant.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(repr=False)
    source_ip: str
    domain: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """One answer. Names of `headers` are lower-case; `cookies` are values of Set-Cookie.

    A `body` of bytes is sent as it is, one of text in UTF-8; or it is the base64 of what is sent.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | bytes = field(default="", repr=False)
    cookies: tuple[str, ...] = field(default=(), repr=False)
    is_base64: bool = False


def read_request(
    event: Mapping[str, Any], *, request_id: str, max_body: int = MAX_BODY
) -> HttpRequest:
    """Read an HTTP API's event.

    Raises:
        PayloadTooLarge: The body has more than `max_body` bytes.
        InvalidRequest: A query parameter is repeated, or something is not in its encoding.
    """
    context = event["requestContext"]
    headers = event.get("headers") or {}
    return HttpRequest(
        method=context["http"]["method"].upper(),
        path=event["rawPath"],
        headers={name.lower(): value for name, value in headers.items()},
        query=_query(text) if (text := event.get("rawQueryString")) else {},
        cookies=_cookies(pairs) if (pairs := event.get("cookies")) else {},
        body=_body(event, max_body),
        source_ip=context["http"]["sourceIp"],
        domain=context["domainName"],
        request_id=request_id,
    )


def bearer(request: HttpRequest) -> str:
    """Return the credential of the Authorization header, the only place where one is accepted.

    Raises:
        Unauthenticated: There is none, or it is not exactly one bearer credential.
    """
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    credential = credential.lstrip(" ")
    characters = credential.rstrip("=")
    if (
        scheme.lower() != "bearer"
        or not characters
        or not characters.isascii()
        or characters.encode().translate(None, _TOKEN68)
    ):
        raise Unauthenticated
    return credential


def json_response(
    status: int,
    document: JsonObject,
    *,
    headers: Mapping[str, str] = MappingProxyType({}),
    content_type: str = "application/json",
) -> HttpResponse:
    """Return `document` as an answer."""
    return HttpResponse(
        status=status,
        headers={"content-type": content_type, **headers},
        body=json.dumps(document, ensure_ascii=False, separators=(",", ":")),
    )


def lambda_answer(response: HttpResponse) -> LambdaAnswer:
    """Write an answer, with the security headers, for Lambda to return."""
    body, in_base64 = response.body, response.is_base64
    if isinstance(body, bytes) or (len(body) > MAX_TEXT and not in_base64):
        body = b64encode(body if isinstance(body, bytes) else body.encode()).decode()
        in_base64 = True
    return {
        "statusCode": response.status,
        "headers": {**SECURITY_HEADERS, **response.headers},
        **({"cookies": list(response.cookies)} if response.cookies else {}),
        "body": body,
        "isBase64Encoded": in_base64,
    }


def _query(text: str) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=MAX_QUERY_FIELDS
        )
    except ValueError as error:
        raise InvalidRequest("The query is malformed or too long") from error
    query = dict(pairs)
    if len(query) != len(pairs):
        raise InvalidRequest("The query repeats a parameter")
    return query


def _cookies(pairs: Sequence[str]) -> Mapping[str, str]:
    named = [pair.partition("=")[::2] for pair in pairs]
    counts = Counter(name for name, _ in named)
    return {name: value for name, value in named if counts[name] == 1}


def _body(event: Mapping[str, Any], max_body: int) -> bytes:
    text = event.get("body") or ""
    try:
        body = (
            b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode("utf-8")
        )
    except (Base64Error, ValueError) as error:
        raise InvalidRequest("The body is not in the encoding it is said to be in") from error
    if len(body) > max_body:
        raise PayloadTooLarge(f"The body is larger than {max_body} bytes")
    return body
