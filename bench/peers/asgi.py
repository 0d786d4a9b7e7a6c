"""An ASGI application behind Lambda's handler, as lean as can be: one loop, one lifespan."""

import asyncio
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]


def handler(app: Any) -> Callable[[Json, object], Json]:  # noqa: ANN401 - any ASGI application
    """Return a handler of HTTP API events for `app`."""
    loop = asyncio.new_event_loop()
    started = loop.create_future()
    kept = loop.create_task(app({"type": "lifespan"}, _startup(loop), _started(started)))
    loop.run_until_complete(started)

    def lambda_handler(event: Json, _context: object) -> Json:
        assert not kept.done()  # noqa: S101
        return loop.run_until_complete(_answer(app, event))

    return lambda_handler


def _startup(loop: asyncio.AbstractEventLoop) -> Callable[[], Any]:
    told: list[Json] = [{"type": "lifespan.startup"}]

    async def receive() -> Json:
        return told.pop() if told else await loop.create_future()

    return receive


def _started(started: "asyncio.Future[None]") -> Callable[[Json], Any]:
    async def send(message: Json) -> None:
        if message["type"] == "lifespan.startup.complete":
            started.set_result(None)

    return send


async def _answer(app: Any, event: Json) -> Json:  # noqa: ANN401
    body = [event["body"].encode()]
    said: list[Json] = []

    async def receive() -> Json:
        if body:
            return {"type": "http.request", "body": body.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    async def send(message: Json) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": event["requestContext"]["http"]["method"],
        "scheme": "https",
        "path": event["rawPath"],
        "raw_path": event["rawPath"].encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(k.lower().encode(), v.encode()) for k, v in event["headers"].items()],
        "client": ("192.0.2.10", 1),
        "server": ("127.0.0.1", 443),
    }
    await app(scope, receive, send)
    text = b"".join(message.get("body", b"") for message in said[1:]).decode()
    headers = {name.decode(): value.decode() for name, value in said[0]["headers"]}
    return {"statusCode": said[0]["status"], "headers": headers, "body": text}
