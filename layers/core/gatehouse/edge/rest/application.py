"""One request of the management API: find its route, let its caller in, answer."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import assert_never

from gatehouse.domain.caller import Caller
from gatehouse.domain.errors import NotFound
from gatehouse.edge import log, problem
from gatehouse.edge.cors import is_preflight, preflight
from gatehouse.edge.http import HttpRequest, HttpResponse, bearer
from gatehouse.edge.rest.routes import ROUTES
from gatehouse.edge.rest.routing import Access, Call, Route
from gatehouse.usecases.management import Management

MAX_BODY = 256 * 1024
"""Bytes of a request's body; no tool is larger."""


@dataclass(frozen=True, slots=True)
class ManagementApi:
    """Answers requests; `management` is built on the first request that needs it."""

    management: Callable[[], Management]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request; refusals are raised."""
        found = [(r, match) for r in ROUTES if (match := r.pattern.fullmatch(request.path))]
        if not found:
            raise NotFound
        methods = ", ".join(sorted({r.method for r, _ in found} | {"OPTIONS"}))
        if is_preflight(request):
            return preflight(methods)
        for route, match in found:
            if route.method == request.method:
                log.note(route=f"{route.method} {route.path}")
                return self._answer(route, request, match.groupdict())
        status = HTTPStatus.METHOD_NOT_ALLOWED
        return problem.bare(status, request.request_id, headers={"allow": methods})

    def _answer(self, route: Route, request: HttpRequest, params: dict[str, str]) -> HttpResponse:
        management = self.management()
        principal = _admitted(management, route.access, request)
        return route.run(management, Call(request=request, params=params, principal=principal))


def _admitted(management: Management, access: Access, request: HttpRequest) -> Caller | None:
    """Return the caller whose API key holds; None where the route asks for something else."""
    match access:
        case Access.PUBLIC:
            return None
        case Access.ADMIN:
            management.authenticate_admin(bearer(request))
            return None
        case Access.ANY_KEY | Access.EXCHANGE | Access.MANAGE:
            caller = management.authenticate(bearer(request))
            log.note_caller(caller)
            if access.scope is not None:
                caller.require(access.scope)
            return caller
    assert_never(access)
