"""/console/* - pages for people; each asks the management API within this process."""

from functools import cache
from typing import Any

from gatehouse.edge.console.application import MAX_BODY, ConsoleApplication
from gatehouse.edge.console.refusals import refused, unexpected
from gatehouse.edge.failures import CountedFailures
from gatehouse.edge.http import HttpRequest, HttpResponse, LambdaAnswer
from gatehouse.edge.rest.application import ManagementApi
from gatehouse.edge.serving import Serve
from gatehouse.usecases.console_sessions import ConsoleSession
from gatehouse.wiring import console
from gatehouse.wiring.clock import now, now_ms
from gatehouse.wiring.request_ids import new_request_id
from gatehouse.wiring.snapshots import around_snapshots


def answer(request: HttpRequest) -> HttpResponse:
    """Answer one request."""
    return application()(request, console.public_url() or f"https://{request.domain}")


@cache
def application() -> ConsoleApplication:
    """Build everything with the first request."""
    return ConsoleApplication(
        sessions=console.console_sessions(),
        own_projects=console.own_projects(),
        api=management_api,
        count_guess=CountedFailures(console.limit_failures).count,
        choose=console.choose,
        clock=now,
    )


def management_api(session: ConsoleSession) -> ManagementApi:
    """Build the management API as one session may ask it."""
    entrance = console.entrance(session)
    return ManagementApi(lambda: entrance, console.management, console.public_url, now)


serve = Serve(
    answer=answer,
    new_request_id=new_request_id,
    clock_ms=now_ms,
    allowed_origins=frozenset,  # its pages are for browsers that are on them
    allowed_hosts=console.allowed_hosts,
    refuse=refused,
    fail=unexpected,
    max_body=MAX_BODY,
)
around_snapshots(application, modules=("jinja2", "yaml", "jsonschema_rs", "can_ada"))


def lambda_handler(event: dict[str, Any], _context: object) -> LambdaAnswer:
    """Lambda's entry point."""
    return serve(event)
