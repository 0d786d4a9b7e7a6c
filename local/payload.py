"""What an HTTP API does between a socket and a function: routes, payload format 2.0, answers.

Sources: "Create AWS Lambda proxy integrations for HTTP APIs" and "Create routes for HTTP APIs in
API Gateway" of the API Gateway Developer Guide. No I/O here.
"""

import base64
import json
import re
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

Json = dict[str, Any]

TEXT = re.compile(r"(text/.*|application/(json|javascript|xml))", re.IGNORECASE)
"""Content types whose bodies arrive as text; all others, form data too, arrive in base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request as it came."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    source_ip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer as it goes."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route key such as `ANY /api/v1/{proxy+}` and the function behind it."""

    key: str
    function: str

    @property
    def rank(self) -> tuple[bool, bool, int, bool]:
        """Sort the most specific route first: full matches, then `{proxy+}`, `$default` last."""
        method, _, path = self.key.partition(" ")
        return (self.key == "$default", "+}" in path, -len(path), method == "ANY")

    def match(self, method: str, path: str) -> Mapping[str, str] | None:
        """Return the path parameters of a request that this route takes."""
        if self.key == "$default":
            return {}
        verb, _, pattern = self.key.partition(" ")
        if verb not in (method, "ANY"):
            return None
        expression = re.sub(
            r"\\\{(\w+)(\\\+)?\\\}",
            lambda m: f"(?P<{m[1]}>{'.+' if m[2] else '[^/]+'})",
            re.escape(pattern),
        )
        found = re.fullmatch(expression, path)
        return found.groupdict() if found else None


def choose(
    routes: Iterable[Route], method: str, path: str
) -> tuple[Route, Mapping[str, str]] | None:
    """Choose the most specific route that takes the request."""
    for route in sorted(routes, key=lambda r: r.rank):
        parameters = route.match(method, path)
        if parameters is not None:
            return route, parameters
    return None


def event(  # noqa: PLR0913
    request: Request,
    route: Route,
    parameters: Mapping[str, str],
    *,
    api_id: str,
    domain: str,
    port: int,
) -> Json:
    """Write the event of payload format 2.0 for `request`."""
    raw_path, _, query = request.target.partition("?")
    headers, cookies = folded(request.headers)
    text = TEXT.fullmatch(headers.get("content-type", "").partition(";")[0].strip())
    now = time.time()
    path = decoded(raw_path)
    written: Json = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            **headers,
            "x-amzn-trace-id": f"Root=1-{int(now):08x}-{uuid.uuid4().hex[:24]}",
            "x-forwarded-for": ", ".join(
                filter(None, (headers.get("x-forwarded-for"), request.source_ip))
            ),
            "x-forwarded-port": str(port),
            "x-forwarded-proto": "http",
        },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": api_id,
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": base64.b64encode(uuid.uuid4().bytes[:11]).decode(),
            "routeKey": route.key,
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": bool(request.body and not text),
    }
    if cookies:
        written["cookies"] = cookies
    if query:
        written["queryStringParameters"] = joined(parse_qsl(query, keep_blank_values=True))
    if parameters:
        written["pathParameters"] = dict(parameters)
    if request.body:
        written["body"] = body_text(request.body, is_text=bool(text))
    return written


def decoded(path: str) -> str:
    """Decode each escape but `%25`, as an HTTP API writes `rawPath`."""
    return "%25".join(unquote(part) for part in re.split("%25", path))


def folded(headers: Iterable[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
    """Lower-case the names, join repeated headers with commas, and take the cookies out."""
    pairs = [(name.lower(), value) for name, value in headers]
    cookies = [c.strip() for n, v in pairs if n == "cookie" for c in v.split(";")]
    return joined((n, v) for n, v in pairs if n != "cookie"), cookies


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join the values of a repeated name with commas."""
    together: dict[str, str] = {}
    for name, value in pairs:
        together[name] = f"{together[name]},{value}" if name in together else value
    return together


def body_text(body: bytes, *, is_text: bool) -> str:
    """Write a body into an event."""
    return body.decode("utf-8", "replace") if is_text else base64.b64encode(body).decode()


def answer(result: object) -> Answer:
    """Read what a function returned; without a `statusCode` it is itself the body."""
    if not isinstance(result, dict) or "statusCode" not in result:
        text = result if isinstance(result, str) else json.dumps(result)
        return Answer(status=200, headers=JSON, body=text.encode())
    headers = {k.lower(): str(v) for k, v in (result.get("headers") or {}).items()}
    body = result.get("body") or ""
    text = body if isinstance(body, str) else json.dumps(body)
    if body:
        headers.setdefault("content-type", "application/json")
    cookies = [("set-cookie", str(c)) for c in cast("list[str]", result.get("cookies") or [])]
    return Answer(
        status=int(result["statusCode"]),
        headers=(*headers.items(), *cookies),
        body=base64.b64decode(text) if result.get("isBase64Encoded") else text.encode(),
    )


JSON = (("content-type", "application/json"),)


def refusal(status: int, message: str) -> Answer:
    """Answer as API Gateway itself does."""
    return Answer(status=status, headers=JSON, body=f'{{"message":"{message}"}}'.encode())
