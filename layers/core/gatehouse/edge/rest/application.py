"""One request of the management API: find its route, let its principal in, answer."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from gatehouse.domain.audit import Author
from gatehouse.domain.errors import GatehouseError, NotFound
from gatehouse.domain.principals import Actor, Principal
from gatehouse.domain.roles import Action
from gatehouse.domain.tiers import Tier, principal_quota
from gatehouse.edge import log, problem
from gatehouse.edge.cors import is_preflight, preflight
from gatehouse.edge.http import HttpRequest, HttpResponse
from gatehouse.edge.rest import openapi_imports
from gatehouse.edge.rest.credentials import presented
from gatehouse.edge.rest.routes import ROUTES
from gatehouse.edge.rest.routing import Access, Call, Route
from gatehouse.usecases.management import Entrance, Management

MAX_BODY: Final = openapi_imports.MAX_BODY
"""Bytes of the largest request's body; each route says what it takes itself."""


@dataclass(frozen=True, slots=True)
class ManagementApi:
    """Answers requests; `entrance` is built by the first one that needs it.

    `management` is built for each request, and for None where nobody has come in: then it changes
    nothing. `public_url` is None where the API's own domain is the public one. `clock` is in Unix
    seconds.
    """

    entrance: Callable[[], Entrance]
    management: Callable[[Author | None], Management]
    public_url: Callable[[], str | None]
    clock: Callable[[], int]

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
        if route.access is Access.PUBLIC:
            return route.run(self.management(None), Call(request=request, params=params))
        entrance = self.entrance()
        who = self._who(entrance, route, request)
        actor = who.actor if isinstance(who, Principal) else who
        log.note(actor=actor.label)
        tier = Tier.ADMIN if route.access is Access.ADMIN else Tier.DEFAULT
        # Counted as soon as it is known who asks, whatever becomes of the request.
        standing = entrance.door(principal_quota(tier, actor.label), request_id=request.request_id)
        call = Call(request=request, params=params, who=who, standings=(standing,))
        try:
            management = self.management(self._author(actor, route, request))
            _require(management, route, call)
            return route.run(management, call)
        except GatehouseError as error:
            error.standings = (standing, *error.standings)
            raise

    def _author(self, actor: Actor, route: Route, request: HttpRequest) -> Author:
        return Author(
            actor=actor,
            action=f"{route.method} {route.path}",
            source_ip=request.source_ip,
            request_id=request.request_id,
            at=self.clock(),
        )

    def _who(self, entrance: Entrance, route: Route, request: HttpRequest) -> Principal | Actor:
        shown = presented(request, origin=self.public_url() or f"https://{request.domain}")
        if route.access is Access.ADMIN:
            return entrance.authenticate_admin(shown)
        principal = entrance.authenticate(shown)
        integration = principal.integration
        log.note(
            project_id=principal.project.id,
            integration_id=None if integration is None else integration.id,
        )
        return principal


def _require(management: Management, route: Route, call: Call) -> None:
    """Refuse whoever neither holds the route's action nor has a share of its thing that does."""
    if not isinstance(route.access, Action) or call.principal.may(route.access):
        return
    if not _is_shared(management, route, call):
        call.principal.require(route.access)


def _is_shared(management: Management, route: Route, call: Call) -> bool:
    """Say whether what is asked for was shared with whoever asks."""
    if route.shared is None:
        return False
    thing = route.shared.thing(call)
    return thing is not None and management.sharing.allows(
        call.principal, thing, route.shared.permission
    )
