"""`POST /oauth/token`: one function for each grant type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gatehouse.domain.errors import OAuthRefused
from gatehouse.edge.http import HttpRequest, HttpResponse
from gatehouse.edge.oauth.answers import issued_answer
from gatehouse.edge.oauth.counting import Counting
from gatehouse.edge.oauth.exchange import TOKEN_EXCHANGE, ExchangeToken
from gatehouse.edge.oauth.forms import Form, presented_client, required, scope_of
from gatehouse.usecases.authenticate_client import AuthenticateClient, ProvenClient
from gatehouse.usecases.grant_app_token import AppTokenRequest, GrantAppToken
from gatehouse.usecases.mint_access_tokens import Issued
from gatehouse.usecases.redeem_code import CodeRequest, RedeemCode
from gatehouse.usecases.refresh_session import RefreshRequest, RefreshSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """What can be asked for at the token endpoint."""

    authenticate: AuthenticateClient
    exchange: ExchangeToken
    redeem: RedeemCode
    refresh: RefreshSession
    app_token: GrantAppToken

    def __call__(
        self, request: HttpRequest, form: Form, origin: str, counting: Counting
    ) -> HttpResponse:
        """Answer a request; raise what it is refused with."""
        grant_type = required(form, "grant_type")
        if grant_type == TOKEN_EXCHANGE:
            return self.exchange(request, form, origin)
        grant = _GRANTS.get(grant_type)
        if grant is None:
            raise OAuthRefused("unsupported_grant_type", "This grant_type is not supported")
        client = self.authenticate(presented_client(request, form), origin=origin)
        counting.client(client)
        asked = _Asked(client=client, form=form, origin=origin, counting=counting)
        return issued_answer(grant(self, asked))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a client asks for that has proven itself as far as it can."""

    client: ProvenClient
    form: Form
    origin: str
    counting: Counting


def _code(grants: Grants, asked: _Asked) -> Issued:
    form = asked.form
    request = CodeRequest(
        code=required(form, "code"),
        redirect_uri=required(form, "redirect_uri"),
        verifier=required(form, "code_verifier"),
        resource=form.get("resource"),
    )
    return grants.redeem(asked.client, request, origin=asked.origin, admitted=asked.counting.grant)


def _refresh(grants: Grants, asked: _Asked) -> Issued:
    form = asked.form
    request = RefreshRequest(
        token=required(form, "refresh_token"),
        scope=scope_of(form),
        resource=form.get("resource"),
    )
    return grants.refresh(asked.client, request, origin=asked.origin, admitted=asked.counting.grant)


def _app(grants: Grants, asked: _Asked) -> Issued:
    form = asked.form
    request = AppTokenRequest(
        scope=scope_of(form),
        resource=form.get("resource"),
        project_id=form.get("project_id"),
    )
    return grants.app_token(asked.client, request, origin=asked.origin)


_Granting = Callable[[Grants, _Asked], Issued]
_GRANTS: Final[Mapping[str, _Granting]] = MappingProxyType(
    {
        "authorization_code": _code,
        "refresh_token": _refresh,
        "client_credentials": _app,
    }
)
GRANT_TYPES: Final = (*_GRANTS, TOKEN_EXCHANGE)
