"""For AWS Lambda behind an HTTP API or a function URL (payload format 2.0).

    @verified(RequestVerifier(PROJECT, SECRET, replays=SharedReplays()))
    def lambda_handler(request: VerifiedRequest, event, context): ...

Two things to know. Each sandbox of a function has a memory of its own, so `MemoryReplays` sees a
part of the requests only: keep request ids in DynamoDB or Redis where a replay would do harm.
And an HTTP API decodes `rawPath`, while a function URL leaves it as it was sent: behind an HTTP
API, a request whose path has percent-encoded characters cannot be verified and is refused.
"""

import json
from base64 import b64decode
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeAlias

from gatehouse_client._refusals import refusal
from gatehouse_client.errors import InvalidSignature, RawTargetUnavailable, ReplaysUnavailable
from gatehouse_client.signatures import RequestVerifier, VerifiedRequest

Event: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[VerifiedRequest, Event, Any], Any]

PAYLOAD: Final = "2.0"


def verified(verifier: RequestVerifier) -> Callable[[Handler], Callable[[Event, Any], Any]]:
    """Return a decorator: the handler is called with the proven request; others get 401 (or 503).

    It raises `RawTargetUnavailable` for events of another payload format.
    """

    def decorate(handler: Handler) -> Callable[[Event, Any], Any]:
        @wraps(handler)
        def checked(event: Event, context: object) -> object:
            try:
                proven = verifier.verify(
                    method=event["requestContext"]["http"]["method"],
                    target=_target(event),
                    headers=event["headers"],
                    body=_body(event),
                )
            except (InvalidSignature, ReplaysUnavailable) as error:
                status, detail, headers = refusal(error)
                return {
                    "statusCode": status,
                    "headers": {"Content-Type": "application/json", **headers},
                    "body": json.dumps({"detail": detail}),
                }
            return handler(proven, event, context)

        return checked

    return decorate


def _target(event: Event) -> str:
    """Return path and query as sent, or what an HTTP API left of them (see above)."""
    if event.get("version") != PAYLOAD:
        raise RawTargetUnavailable("the payload format must be 2.0")
    query = event["rawQueryString"]
    return f"{event['rawPath']}?{query}" if query else str(event["rawPath"])


def _body(event: Event) -> bytes:
    body: str = event.get("body") or ""
    return b64decode(body) if event.get("isBase64Encoded") else body.encode()
