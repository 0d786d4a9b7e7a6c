"""What a route is, and how a request finds the one it means."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

from gatehouse.domain import ids, strict_json
from gatehouse.domain.errors import NotFound, PayloadTooLarge, Unauthenticated, UnsupportedContent
from gatehouse.domain.limits import Standing
from gatehouse.domain.principals import Actor, Principal
from gatehouse.domain.projects import Project
from gatehouse.domain.roles import Action
from gatehouse.domain.sharing import Permission, Thing, ThingKind
from gatehouse.edge.http import HttpRequest, HttpResponse, json_response
from gatehouse.edge.limit_headers import limit_headers
from gatehouse.edge.rest.models import Answer, Input, InputT, Nothing, checked
from gatehouse.usecases.management import Management

JSON: Final = "application/json"
NO_CONTENT: Final = 204
MAX_BODY: Final = 256 * 1024
"""Bytes of a request's body, unless its route takes more; no tool is larger."""
WITH_BODY: Final = frozenset({"POST", "PATCH", "PUT"})
GREEDY: Final = frozenset({"external_id"})
"""Path parameters that may hold slashes: members' ids are their backend's to choose."""


class Access(StrEnum):
    """What a request has to prove, where it is not an action in a project."""

    PUBLIC = "public"
    ADMIN = "admin"
    """To be an administrator of the deployment."""
    ANY_KEY = "any"
    """To be of a project, whatever one may do there."""
    EXCHANGE = "exchange"
    """An API key with the scope of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request for one route; `who` is whoever was proven, a principal where of a project.

    `standings` is where they stand with the limits that the request counted against so far.
    """

    request: HttpRequest
    params: Mapping[str, str]
    who: Principal | Actor | None = None
    standings: tuple[Standing, ...] = ()

    @property
    def principal(self) -> Principal:
        """Who manages the project."""
        if not isinstance(self.who, Principal):
            raise Unauthenticated
        return self.who

    @property
    def actor(self) -> Actor:
        """Who does this, in a project or to the deployment."""
        if self.who is None:
            raise Unauthenticated
        return self.who.actor if isinstance(self.who, Principal) else self.who

    @property
    def project(self) -> Project:
        """The principal's own project: no request names another one."""
        return self.principal.project

    @property
    def project_id(self) -> str:
        """The id of the principal's own project."""
        return self.project.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The share of a route's thing, named by `{id}`, that does instead of the route's action."""

    kind: ThingKind
    permission: Permission

    def thing(self, call: Call) -> Thing | None:
        """Return what a request is about, if there can be such a thing."""
        name = ids.tool_name if self.kind is ThingKind.TOOL else ids.prompt_name
        try:
            return Thing(kind=self.kind, name=name(call.params["id"]))
        except NotFound:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """An answer that is no JSON."""

    data: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a handler answers: an object, content as it is, or neither.

    `standings` are limits that the handler itself held the request to.
    """

    answer: Answer | None = None
    content: Content | None = None
    etag: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    standings: tuple[Standing, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Route:
    """One line of the API's table; `access` is the action that it takes, or what else."""

    method: str
    path: str
    access: Access | Action
    summary: str
    run: Callable[[Management, Call], HttpResponse]
    input: type[Input]
    answer: type[Answer] | None
    media_type: str
    status: int
    refusals: tuple[int, ...]
    shared: Shared | None = None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the decoded path of a request."""
        expression = re.sub(
            r"\\\{(\w+)\\\}",
            lambda m: f"(?P<{m[1]}>{'.+' if m[1] in GREEDY else '[^/]+'})",
            re.escape(self.path),
        )
        return re.compile(expression, re.DOTALL)


def route(  # noqa: PLR0913 - the table has as many columns
    method: str,
    path: str,
    access: Access | Action,
    handle: Callable[[Management, Call, InputT], Answered],
    *,
    input: type[InputT] = Nothing,  # type: ignore[assignment]  # noqa: A002
    answer: type[Answer] | None = None,
    media_type: str = JSON,
    status: int = 200,
    refusals: tuple[int, ...] = (),
    shared: Shared | None = None,
    max_body: int = MAX_BODY,
) -> Route:
    """Return the route on which `handle` answers what `input` can hold."""

    def run(management: Management, call: Call) -> HttpResponse:
        answered = handle(management, call, _read(call.request, input, max_body))
        return _response(answered, status, call.standings)

    return Route(
        method=method,
        path=path,
        access=access,
        summary=(handle.__doc__ or "").splitlines()[0].rstrip("."),
        run=run,
        input=input,
        answer=answer,
        media_type=media_type,
        status=status,
        refusals=refusals,
        shared=shared,
    )


def _read(request: HttpRequest, model: type[InputT], max_body: int) -> InputT:
    """Read the body, or the query where the method has no body."""
    if request.method not in WITH_BODY:
        return checked(model, dict(request.query))
    checked(Nothing, dict(request.query))
    if len(request.body) > max_body:
        raise PayloadTooLarge(f"The body is larger than {max_body} bytes")
    if not request.body and model is Nothing:
        return checked(model, {})
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != JSON:
        raise UnsupportedContent(f"The body must be {JSON}")
    return checked(model, strict_json.parse(request.body))  # type: ignore[arg-type]


def _response(answered: Answered, status: int, standings: tuple[Standing, ...]) -> HttpResponse:
    headers = {**answered.headers, **limit_headers((*standings, *answered.standings))}
    if answered.etag is not None:
        headers["etag"] = answered.etag
    if content := answered.content:
        headers["content-type"] = content.media_type
        return HttpResponse(status=status, headers=headers, body=content.data)
    if answered.answer is None:
        return HttpResponse(status=NO_CONTENT, headers=headers)
    return json_response(
        status, answered.answer.model_dump(mode="json", by_alias=True), headers=headers
    )
