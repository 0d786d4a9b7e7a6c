"""The OAuth endpoints: which path does what, and how each says no."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from gatehouse.domain.errors import GatehouseError
from gatehouse.edge import log
from gatehouse.edge.cors import is_preflight, preflight
from gatehouse.edge.http import HttpRequest, HttpResponse
from gatehouse.edge.oauth.answers import PRAGMA, described_answer, refused_answer
from gatehouse.edge.oauth.forms import Form, presented_client, read_form, required
from gatehouse.edge.oauth.grants import Grants
from gatehouse.edge.problem import bare
from gatehouse.usecases.authenticate_client import AuthenticateClient
from gatehouse.usecases.introspect_token import IntrospectToken
from gatehouse.usecases.revoke_token import RevokeToken

TOKEN: Final = frozenset({"/oauth/token", "/api/v1/mcp-oauth/token"})
REVOKE: Final = "/oauth/revoke"
INTROSPECT: Final = "/oauth/introspect"
PATHS: Final = TOKEN | {REVOKE, INTROSPECT}
ALLOW: Final = "POST, OPTIONS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Answers `PATHS`; `failures` may answer another refusal than the one that is due."""

    authenticate: AuthenticateClient
    grants: Grants
    revoke: RevokeToken
    introspect: IntrospectToken
    failures: Callable[[HttpRequest, GatehouseError], GatehouseError]

    def __call__(self, request: HttpRequest, origin: str) -> HttpResponse:
        """Answer one request; every refusal is RFC 6749's."""
        if is_preflight(request):
            return preflight(ALLOW)
        if request.method != "POST":
            headers = {"allow": ALLOW}
            return bare(HTTPStatus.METHOD_NOT_ALLOWED, request.request_id, headers=headers)
        try:
            return self._answer(request, read_form(request), origin)
        except GatehouseError as error:
            refusal = self.failures(request, error)
            log.note_refusal(refusal)
            return refused_answer(refusal, request)

    def _answer(self, request: HttpRequest, form: Form, origin: str) -> HttpResponse:
        if request.path in TOKEN:
            return self.grants(request, form, origin)
        client = self.authenticate(presented_client(request, form), origin=origin)
        token = required(form, "token")
        if request.path == INTROSPECT:
            return described_answer(self.introspect(client, token, origin=origin), origin)
        self.revoke(client, token, origin=origin)
        return HttpResponse(status=HTTPStatus.OK, headers=PRAGMA)
