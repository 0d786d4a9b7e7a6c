"""Bodies of the transport: which are taken, and the two kinds that are sent.

A stream of events is whole when it is sent, for a function behind an API answers once; clients
read it as they read any other.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from gatehouse.domain.gzip_parts import Packed, gzipped
from gatehouse.edge.http import HttpResponse
from gatehouse.edge.mcp.envelope import MessageId
from gatehouse.edge.mcp.faults import unforeseen
from gatehouse.edge.mcp.inbound import Framed
from gatehouse.edge.mcp.render import JsonText, answer_end, fault_text

EVENTS: Final = "text/event-stream"


def is_plain_json(headers: Mapping[str, str]) -> bool:
    """Say whether a body is said to be JSON in UTF-8 and not compressed."""
    media_type, _, parameters = headers.get("content-type", "").lower().partition(";")
    return (
        media_type.strip() == "application/json"
        and parameters.replace(" ", "").replace('"', "") in {"", "charset=utf-8"}
        and headers.get("content-encoding", "identity").strip().lower() == "identity"
    )


def accepts_events(headers: Mapping[str, str]) -> bool:
    """Say whether the client names the media type of event streams among those it takes."""
    return _takes(headers.get("accept", ""), EVENTS)


def accepts_gzip(headers: Mapping[str, str]) -> bool:
    """Say whether the client names gzip among the codings it takes."""
    return _takes(headers.get("accept-encoding", ""), "gzip")


def json_answer(
    status: int, text: JsonText, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Answer with JSON that is written already."""
    return HttpResponse(
        status=status, headers={"content-type": "application/json", **(headers or {})}, body=text
    )


def packed_answer(
    message_id: MessageId, result: Framed, page: Packed, headers: Mapping[str, str]
) -> HttpResponse:
    """Answer a request with JSON that is compressed to the end of a page."""
    end = result.after + answer_end(message_id)
    packed = {
        "content-type": "application/json",
        "content-encoding": "gzip",
        "vary": "Accept-Encoding",
        **headers,
    }
    body = gzipped(page, end.encode())
    return HttpResponse(status=HTTPStatus.OK, headers=packed, body=body, is_base64=True)


def surprise_answer(request_id: str, message_id: MessageId | None = None) -> HttpResponse:
    """Answer a request that failed in a way nobody foresaw."""
    text = fault_text(message_id, unforeseen(request_id))
    return json_answer(HTTPStatus.INTERNAL_SERVER_ERROR, text)


def events_answer(messages: Sequence[JsonText], headers: Mapping[str, str]) -> HttpResponse:
    """Answer with one event for each message; JSON holds no line breaks of its own."""
    body = "".join(f"event: message\ndata: {message}\n\n" for message in messages)
    # Without the second header, some proxies keep a stream to themselves until it is long enough.
    streamed = {"content-type": EVENTS, "x-accel-buffering": "no", **headers}
    return HttpResponse(status=HTTPStatus.OK, headers=streamed, body=body)


@lru_cache(maxsize=64)
def _takes(said: str, wanted: str) -> bool:
    """Say whether a list of preferences (RFC 9110 section 12.4) names `wanted`, and not as 0."""
    for item in said.lower().split(","):
        name, *parameters = [part.strip() for part in item.split(";")]
        if name == wanted and not {"q=0", "q=0.0", "q=0.00", "q=0.000"} & {*parameters}:
            return True
    return False
