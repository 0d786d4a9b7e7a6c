"""Signing in, for browsers: this function alone holds our secrets at people's providers.

GET /signin, /signin/{provider}, /signin/callback/{provider}; POST /signout.
GET /oauth/authorize (also /api/v1/mcp-oauth/authorize); GET, POST /oauth/consent.
GET /me, /me/sessions; DELETE /me/sessions/{id}.
"""

from functools import cache
from typing import Any

from gatehouse.edge.http import HttpRequest, HttpResponse, LambdaAnswer
from gatehouse.edge.serving import Serve
from gatehouse.edge.signin.application import (
    SignInApplication,
    refusal_page,
    unexpected_page,
)
from gatehouse.edge.signin.consent_pages import ConsentPages
from gatehouse.edge.signin.me import Me
from gatehouse.edge.signin.sign_in_pages import SignInPages
from gatehouse.wiring import signin
from gatehouse.wiring.clock import now, now_ms
from gatehouse.wiring.request_ids import new_request_id
from gatehouse.wiring.snapshots import around_snapshots

MAX_BODY = 16 * 1024


def answer(request: HttpRequest) -> HttpResponse:
    """Answer one request."""
    return application()(request, signin.public_url() or f"https://{request.domain}")


@cache
def application() -> SignInApplication:
    """Build everything with the first request."""
    sessions, consent = signin.console_sessions(), signin.consent()
    return SignInApplication(
        pages=SignInPages(
            sign_in=signin.sign_in(),
            sessions=sessions,
            consent=consent,
            providers=signin.providers,
        ),
        consent=ConsentPages(
            authorize=signin.authorize_client(), sessions=sessions, consent=consent
        ),
        me=Me(sessions=sessions, now=now),
        limit=signin.limit_door(),
        per_minute=signin.sign_ins_per_minute(),
        choose=signin.choose,
    )


serve = Serve(
    answer=answer,
    new_request_id=new_request_id,
    clock_ms=now_ms,
    allowed_origins=frozenset,  # cookies are for pages of this origin alone
    allowed_hosts=signin.allowed_hosts,
    refuse=refusal_page,
    fail=unexpected_page,
    max_body=MAX_BODY,
)
around_snapshots(application)


def lambda_handler(event: dict[str, Any], _context: object) -> LambdaAnswer:
    """Lambda's entry point."""
    return serve(event)
