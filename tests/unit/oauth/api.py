"""The OAuth endpoints in memory, as forms reach them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from gatehouse.domain.oauth_clients import OAuthClient, secret_digest
from gatehouse.edge.failures import CountedFailures
from gatehouse.edge.http import HttpRequest, HttpResponse
from gatehouse.edge.oauth.endpoints import Endpoints
from gatehouse.edge.oauth.exchange import ExchangeToken
from gatehouse.edge.oauth.grants import Grants
from gatehouse.edge.oauth.registration import RegisterClients
from gatehouse.usecases.authenticate_client import AuthenticateClient
from gatehouse.usecases.grant_app_token import GrantAppToken
from gatehouse.usecases.limit_requests import LimitDoor, LimitFailures
from gatehouse.usecases.register_client import RegisterClient
from tests.fakes.clients import MemoryApps, MemoryOAuthClients
from tests.fakes.credentials import MemoryMarks
from tests.fakes.limits import MemoryLimits
from tests.samples import PROJECT_ID
from tests.signed_in import CLIENT_ID, ORIGIN
from tests.unit.oauth.programs import KEY, app
from tests.unit.oauth.server import REDIRECT, VERIFIER, Server

SECRET = "gos_right"
CONFIDENTIAL = "goc_Proj0001Integ009"
APP = app(PROJECT_ID)
AS_APP = {"client_id": APP.id, "client_secret": KEY}
AS_CLIENT = {"client_id": CONFIDENTIAL, "client_secret": SECRET}
AS_PUBLIC = {"client_id": CLIENT_ID}


@dataclass
class OAuthApi:
    """Everything behind functions/token's OAuth paths; one address may fail `failures` times."""

    failures: int = 3
    is_open: bool = True
    server: Server = field(default_factory=Server)
    limits: MemoryLimits = field(default_factory=MemoryLimits)

    def __post_init__(self) -> None:
        server = self.server
        server.table.apps[APP.id] = APP
        clients = {
            CLIENT_ID: OAuthClient(id=CLIENT_ID, name="c", redirect_uris=(REDIRECT,)),
            CONFIDENTIAL: OAuthClient(
                id=CONFIDENTIAL,
                name="c",
                redirect_uris=(REDIRECT,),
                secret_digest=secret_digest(SECRET),
            ),
        }
        self.authenticate = AuthenticateClient(
            apps=MemoryApps(server.table.apps),
            clients=MemoryOAuthClients(clients),
            signatures=None,  # type: ignore[arg-type]
            marks=MemoryMarks(),
            clock=server.clock,
        )

    @property
    def door(self) -> LimitDoor:
        return LimitDoor(counters=self.limits, clock_ms=lambda: self.server.now * 1000)

    @property
    def endpoints(self) -> Endpoints:
        server, limits = self.server, self.limits
        counted = LimitFailures(
            counters=limits, per_minute=self.failures, clock_ms=lambda: server.now * 1000
        )
        registration = RegisterClient(
            registrations=server.registrations, clock=server.clock, choose=server.choose
        )
        return Endpoints(
            authenticate=self.authenticate,
            grants=Grants(
                authenticate=self.authenticate,
                exchange=ExchangeToken(assertions=None, external=None),  # type: ignore[arg-type]
                redeem=server.redeem_code,
                refresh=server.refresh_session,
                app_token=GrantAppToken(mint=server.mint, clock=server.clock),
            ),
            revoke=server.revoke_token,
            introspect=server.introspect_token,
            register=RegisterClients(
                register=registration if self.is_open else None, limit=self.door
            ),
            failures=CountedFailures(lambda: counted),
            limit=self.door,
        )

    def send(
        self, path: str, body: str, content_type: str, *, source_ip: str = "192.0.2.7"
    ) -> HttpResponse:
        request = HttpRequest(
            method="POST",
            path=path,
            headers={"content-type": content_type},
            query={},
            body=body.encode(),
            source_ip=source_ip,
            domain="gate.example.com",
            request_id="r1",
        )
        return self.endpoints(request, ORIGIN)

    def form(self, path: str, *fields: Mapping[str, str], **where: str) -> HttpResponse:
        merged = {name: value for each in fields for name, value in each.items()}
        return self.send(path, urlencode(merged), "application/x-www-form-urlencoded", **where)

    def token(self, *fields: Mapping[str, str], **where: str) -> HttpResponse:
        return self.form("/oauth/token", *fields, **where)

    def register(self, document: object, **where: str) -> HttpResponse:
        return self.send("/oauth/register", json.dumps(document), "application/json", **where)

    def refresh_token(self) -> str:
        """Sign in; return the refresh token."""
        return self.server.signed_in().refresh_token or ""

    @property
    def counted(self) -> dict[str, int]:
        """How much each count holds, by its subject."""
        return {quota.subject: n for (quota, _), n in self.limits.counts.items()}


def refreshing(token: str) -> dict[str, str]:
    return {"grant_type": "refresh_token", "refresh_token": token}


def redeeming(code: str = "gac_1") -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }


def said(response: HttpResponse) -> tuple[int, Any]:
    """The status, and what went wrong if anything did."""
    document = json.loads(response.body) if response.body else {}
    return response.status, document.get("error")
