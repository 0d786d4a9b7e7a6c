"""The adapters, driven by the frameworks themselves."""

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI
from flask import Flask
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from werkzeug.serving import make_server

from gatehouse_client import (
    MalformedRequest,
    MemoryReplays,
    RawTargetUnavailable,
    RequestVerifier,
    VerifiedRequest,
    aws_lambda,
)
from gatehouse_client import fastapi as fastapi_adapter
from gatehouse_client import flask as flask_adapter
from scripts.make_signature_vectors import NOW, PROJECT, REQUEST, SECRET, Vector
from tests.unit.client.sending import sent, verifier

AWKWARD = "/v1/contacts/a%2Fb%20%C3%A9?q=a%20b&q=%2F&empty="
FULL = MemoryReplays(max_ids=0)


def awkward_request() -> Vector:
    return sent(
        method="POST",
        target=AWKWARD,
        body='{"note":"Grüße"}',
        member={"id": "zoë", "roles": ["ops"]},
    )


# --- FastAPI and Starlette


class Note(BaseModel):
    note: str


def fastapi_app(by: RequestVerifier) -> FastAPI:
    app = FastAPI()
    proven = fastapi_adapter.verified(by)

    @app.post("/v1/contacts/{contact:path}")
    async def create(
        contact: str, note: Note, request: Annotated[VerifiedRequest, Depends(proven)]
    ) -> dict[str, object]:
        member = request.member
        return {"contact": contact, "note": note.note, "member": member and member.id}

    @app.get("/v1/contacts")
    def listed(request: Annotated[VerifiedRequest, Depends(proven)]) -> str:
        return request.request_id

    return app


def over_asgi(
    app: Any, request: Vector, headers: list[tuple[str, str]] | None = None
) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            return await client.request(
                request["method"],
                request["target"],
                headers=[
                    ("Content-Type", "application/json"),
                    *request["headers"].items(),
                    *(headers or []),
                ],
                content=request["body"].encode(),
            )

    return asyncio.run(run())


def test_fastapi_lets_a_signed_request_through_with_its_body_and_member() -> None:
    answer = over_asgi(fastapi_app(verifier()), awkward_request())

    assert answer.json() == {"contact": "a/b é", "note": "Grüße", "member": "zoë"}


def test_fastapi_refuses_a_replay_and_does_not_say_why() -> None:
    app = fastapi_app(verifier())

    assert over_asgi(app, sent()).json() == REQUEST
    again = over_asgi(app, sent())
    forged = over_asgi(app, sent(secrets=["other"]))
    assert again.status_code == forged.status_code == 401
    assert again.content == forged.content == b'{"detail":"Invalid signature"}'
    assert "www-authenticate" in again.headers


def test_fastapi_refuses_a_repeated_header() -> None:
    repeated = over_asgi(fastapi_app(verifier()), sent(), [("x-tengine-member-id", "a")] * 2)

    assert repeated.status_code == 401


def test_fastapi_answers_503_while_replays_cannot_be_told() -> None:
    assert over_asgi(fastapi_app(verifier(replays=FULL)), sent()).status_code == 503


def test_fastapi_says_so_when_the_server_gives_no_raw_path() -> None:
    app = fastapi_app(verifier())

    async def without_raw_path(scope: Any, receive: Any, send: Any) -> None:
        del scope["raw_path"]
        await app(scope, receive, send)

    with pytest.raises(RawTargetUnavailable):
        over_asgi(without_raw_path, sent())


def test_starlette_calls_the_same_adapter_below_a_mount() -> None:
    proven = fastapi_adapter.verified(verifier())

    async def listed(request: Request) -> JSONResponse:
        return JSONResponse((await proven(request)).request_id)

    app = Starlette(routes=[Mount("/v1", routes=[Route("/contacts", listed)])])

    assert over_asgi(app, sent()).json() == REQUEST
    assert over_asgi(app, sent()).status_code == 401


# --- Flask


def flask_app(by: RequestVerifier) -> Flask:
    app = Flask("upstream")

    @app.post("/v1/contacts/<path:contact>")
    @flask_adapter.verified(by)
    def create(request: VerifiedRequest, contact: str) -> dict[str, object]:
        return {"contact": contact, "member": request.member and request.member.id}

    @app.get("/v1/contacts")
    @flask_adapter.verified(by)
    def listed(request: VerifiedRequest) -> str:
        return request.request_id

    return app


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_flask_behind_a_real_server_sees_the_path_as_it_was_sent() -> None:
    request = awkward_request()
    with serving(flask_app(verifier())) as url:
        first, again = (
            httpx.post(
                url + request["target"],
                headers=request["headers"],
                content=request["body"].encode(),
            )
            for _ in range(2)
        )

    assert first.json() == {"contact": "a/b é", "member": "zoë"}
    assert (again.status_code, again.json()) == (401, {"detail": "Invalid signature"})


def test_flask_refuses_a_forged_request() -> None:
    client = flask_app(verifier()).test_client()

    answer = client.get("/v1/contacts", headers=sent(secrets=["other"])["headers"])
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers


def test_flask_refuses_a_repeated_header() -> None:
    client = flask_app(verifier()).test_client()
    repeated = [*sent()["headers"].items(), ("X-Tengine-Project-Id", PROJECT)]

    assert client.get("/v1/contacts", headers=repeated).status_code == 401


def test_flask_answers_503_while_replays_cannot_be_told() -> None:
    client = flask_app(verifier(replays=FULL)).test_client()

    assert client.get("/v1/contacts", headers=sent()["headers"]).status_code == 503


@pytest.mark.parametrize("name", ["REQUEST_URI", "RAW_URI"])
def test_flask_needs_one_of_the_two_names_of_the_raw_path(name: str) -> None:
    app = flask_app(verifier())
    kept = {"REQUEST_URI": "", "RAW_URI": "", name: "/v1/contacts"}

    answer = app.test_client().get(
        "/v1/contacts", headers=sent()["headers"], environ_overrides=kept
    )
    assert answer.text == REQUEST


def test_flask_says_so_when_the_server_gives_neither() -> None:
    app = flask_app(verifier())
    app.testing = True
    neither = {"REQUEST_URI": "", "RAW_URI": ""}

    with pytest.raises(RawTargetUnavailable):
        app.test_client().get("/v1/contacts", headers=sent()["headers"], environ_overrides=neither)


# --- Lambda


def event(request: Vector, *, as_base64: bool = False) -> dict[str, Any]:
    path, _, query = request["target"].partition("?")
    body = request["body"].encode()
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {name.lower(): value for name, value in request["headers"].items()},
        "requestContext": {"http": {"method": request["method"], "path": path}},
        "body": base64.b64encode(body).decode() if as_base64 else body.decode(),
        "isBase64Encoded": as_base64,
    }


def handler_of(by: RequestVerifier) -> Any:
    @aws_lambda.verified(by)
    def lambda_handler(request: VerifiedRequest, event: dict[str, Any], _context: object) -> Any:
        return {"statusCode": 200, "body": f"{request.request_id} {event['rawPath']}"}

    return lambda_handler


@pytest.mark.parametrize("as_base64", [True, False])
def test_lambda_lets_a_signed_request_through_once(as_base64: bool) -> None:  # noqa: FBT001
    handler = handler_of(verifier())
    request = event(awkward_request(), as_base64=as_base64)

    assert handler(request, None)["body"] == f"{REQUEST} {request['rawPath']}"
    again = handler(request, None)
    assert again["statusCode"] == 401
    assert json.loads(again["body"]) == {"detail": "Invalid signature"}


def test_lambda_takes_a_request_without_body_or_query() -> None:
    request = event(sent())
    del request["body"]

    assert handler_of(verifier())(request, None)["statusCode"] == 200


def test_lambda_refuses_another_query() -> None:
    request = {**event(awkward_request()), "rawQueryString": "q=b"}

    assert handler_of(verifier())(request, None)["statusCode"] == 401


def test_lambda_refuses_a_path_that_was_decoded_on_the_way() -> None:
    request = {**event(awkward_request()), "rawPath": "/v1/contacts/a/b é"}

    assert handler_of(verifier())(request, None)["statusCode"] == 401


def test_lambda_refuses_headers_that_were_joined_on_the_way() -> None:
    request = event(sent())
    request["headers"]["x-tengine-timestamp"] = f"{NOW},{NOW}"

    assert handler_of(verifier())(request, None)["statusCode"] == 401


def test_lambda_answers_503_while_replays_cannot_be_told() -> None:
    answer = handler_of(verifier(replays=FULL))(event(sent()), None)

    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"] == "5"


def test_lambda_says_so_when_the_payload_is_of_another_format() -> None:
    with pytest.raises(RawTargetUnavailable):
        handler_of(verifier())({**event(sent()), "version": "1.0"}, None)


# --- all of them


def test_a_refusal_is_logged_with_its_reason_and_without_the_request(
    caplog: pytest.LogCaptureFixture,
) -> None:
    request = event(sent(member={"id": "ada-4711"}, body="argument-4711"))
    request["headers"]["x-tengine-request-id"] = "not-an-id-4711"
    handler_of(verifier())(request, None)

    assert MalformedRequest.__name__ in caplog.text
    assert "4711" not in caplog.text
    assert SECRET not in caplog.text
