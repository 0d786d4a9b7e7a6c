"""The management API, asked within this process in the name of whoever is signed in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from gatehouse.domain.errors import GatehouseError
from gatehouse.domain.json_values import JsonObject
from gatehouse.edge.http import HttpRequest, HttpResponse
from gatehouse.edge.problem import problem
from gatehouse.edge.rest.application import ManagementApi

OK = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """What the API answered: a document where it is JSON, and else its text."""

    status: int
    document: Any

    @property
    def is_good(self) -> bool:
        """Whether it was done."""
        return self.status in OK

    @classmethod
    def of(cls, response: HttpResponse) -> "ApiAnswer":
        """Read an answer as a program would."""
        is_json = "json" in response.headers.get("content-type", "")
        document = json.loads(response.body) if is_json else response.body or None
        return cls(status=response.status, document=document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Asks in the name of one session, about one project where one is named.

    Each request is what a program would send, with the session's cookie as its credential. So who
    may do what, what is valid and what is audited is decided where it is for programs.
    """

    answer: ManagementApi
    asked: HttpRequest
    cookie: str
    project_id: str | None

    def __call__(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: JsonObject | None = None,
    ) -> ApiAnswer:
        """Send one request and return the answer, be it a refusal."""
        headers = {"authorization": f"Bearer {self.cookie}", "content-type": "application/json"}
        if self.project_id is not None:
            headers["x-gatehouse-project"] = self.project_id
        request = HttpRequest(
            method=method,
            path=path,
            headers=headers,
            query=query or {},
            body=b"" if body is None else json.dumps(body, ensure_ascii=False).encode(),
            source_ip=self.asked.source_ip,
            domain=self.asked.domain,
            request_id=self.asked.request_id,
        )
        try:
            response = self.answer(request)
        except GatehouseError as error:
            response = problem(error, request.request_id)
        return ApiAnswer.of(response)


def filled(template: str, params: Mapping[str, str], *, escaped: bool = False) -> str:
    """Return a path with its parameters put in; raise `KeyError` for one that is missing."""
    spelled = {name: quote(value, safe="") for name, value in params.items()} if escaped else params
    return template.format_map(spelled)
