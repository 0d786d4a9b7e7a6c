"""The OAuth endpoints: which path does what, and how each says no."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from gatehouse.domain.errors import GatehouseError
from gatehouse.edge import log
from gatehouse.edge.cors import is_preflight, preflight
from gatehouse.edge.failures import CountedFailures
from gatehouse.edge.http import HttpRequest, HttpResponse
from gatehouse.edge.limit_headers import limit_headers
from gatehouse.edge.oauth.answers import PRAGMA, described_answer, refused_answer
from gatehouse.edge.oauth.counting import Counting, is_guess
from gatehouse.edge.oauth.forms import presented_client, read_form, required
from gatehouse.edge.oauth.grants import Grants
from gatehouse.edge.oauth.registration import RegisterClients
from gatehouse.edge.problem import bare
from gatehouse.usecases.authenticate_client import AuthenticateClient, ProvenClient
from gatehouse.usecases.introspect_token import IntrospectToken
from gatehouse.usecases.limit_requests import LimitDoor
from gatehouse.usecases.revoke_token import RevokeToken

TOKEN: Final = frozenset({"/oauth/token", "/api/v1/mcp-oauth/token"})
REVOKE: Final = "/oauth/revoke"
INTROSPECT: Final = "/oauth/introspect"
REGISTER: Final = "/oauth/register"
PATHS: Final = TOKEN | {REVOKE, INTROSPECT, REGISTER}
ALLOW: Final = "POST, OPTIONS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Answers `PATHS`; `failures` counts credentials that do not hold, `limit` all that do."""

    authenticate: AuthenticateClient
    grants: Grants
    revoke: RevokeToken
    introspect: IntrospectToken
    register: RegisterClients
    failures: CountedFailures
    limit: LimitDoor

    def __call__(self, request: HttpRequest, origin: str) -> HttpResponse:
        """Answer one request; every refusal is RFC 6749's."""
        if is_preflight(request):
            return preflight(ALLOW)
        if request.method != "POST":
            headers = {"allow": ALLOW}
            return bare(HTTPStatus.METHOD_NOT_ALLOWED, request.request_id, headers=headers)
        counting = Counting(limit=self.limit, request_id=request.request_id)
        try:
            response = self._answer(request, origin, counting)
        except GatehouseError as error:
            return self._refused(error, request, counting)
        headers = {**response.headers, **limit_headers(counting.standings)}
        return replace(response, headers=headers)

    def _refused(
        self, error: GatehouseError, request: HttpRequest, counting: Counting
    ) -> HttpResponse:
        refusal = (self.failures.count(request) if is_guess(error) else None) or error
        refusal.standings = refusal.standings or counting.standings
        log.note_refusal(refusal)
        return refused_answer(refusal, request)

    def _answer(self, request: HttpRequest, origin: str, counting: Counting) -> HttpResponse:
        if request.path == REGISTER:
            return self.register(request)
        form = read_form(request)
        if request.path in TOKEN:
            return self.grants(request, form, origin, counting)
        client = self.authenticate(presented_client(request, form), origin=origin)
        counting.client(client)
        token = required(form, "token")
        if request.path == INTROSPECT:
            return described_answer(self.introspect(client, token, origin=origin), origin)
        self._revoke(request, client, token, origin, counting)
        return HttpResponse(status=HTTPStatus.OK, headers=PRAGMA)

    def _revoke(
        self,
        request: HttpRequest,
        client: ProvenClient,
        token: str,
        origin: str,
        counting: Counting,
    ) -> None:
        """Revoke; whoever has proven nothing at all has guessed, although nobody tells them."""
        held = self.revoke(client, token, origin=origin, admitted=counting.grant)
        if held or client.principal is not None:
            return
        if refusal := self.failures.count(request):
            raise refusal
