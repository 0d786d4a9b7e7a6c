"""The command run in this process, against a management API that remembers what it was asked."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from gatehouse_cli.app import build

Json = dict[str, Any]
PAGE: Json = {"items": [], "next_cursor": None}
URL = "https://gate.example.com"
APP = build()
SECRETS = {"GATEHOUSE_API_KEY": "tengine_secret", "GATEHOUSE_ADMIN_TOKEN": "admin_secret"}


def answer_all(_request: httpx.Request) -> httpx.Response:
    """Answer a list to whoever reads, and an object with a version."""
    return httpx.Response(200, json={**PAGE, "version": 3, "id": "a1", "counts": {}})


@dataclass
class Api:
    """Answers by `answer`, and keeps the requests."""

    answer: Callable[[httpx.Request], httpx.Response] = answer_all
    requests: list[httpx.Request] = field(default_factory=list)

    def handle(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        return self.answer(request)

    @property
    def lines(self) -> list[str]:
        return [
            f"{each.method} {each.url.raw_path.decode().split('?')[0]}" for each in self.requests
        ]

    def body(self, number: int = -1) -> object:
        return json.loads(self.requests[number].content)


def serving(
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[httpx.Request], httpx.Response] = answer_all,
) -> Api:
    """Return the API that commands of this test speak to."""
    api = Api(answer)
    transport = httpx.MockTransport(api.handle)
    client = httpx.Client

    def mocked(**settings: Any) -> httpx.Client:
        return client(**{**settings, "transport": transport})

    monkeypatch.setattr(httpx, "Client", mocked)
    return api


def gatehouse(*arguments: str, given: str | None = None, **environment: str) -> Result:
    """Run the command."""
    settings = {"GATEHOUSE_URL": URL, **SECRETS, "COLUMNS": "200", **environment}
    return CliRunner().invoke(APP, list(arguments), input=given, env=settings)
