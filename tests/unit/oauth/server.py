"""The OAuth endpoints' use cases around one moment, and who asks them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from gatehouse.domain import family_tokens
from gatehouse.domain.authorization_codes import AuthorizationCode
from gatehouse.domain.errors import OAuthRefused, Unavailable
from gatehouse.domain.grants import Grant
from gatehouse.domain.service_apps import ServiceApp
from gatehouse.usecases.authenticate_client import ProvenClient
from gatehouse.usecases.introspect_token import Described, IntrospectToken
from gatehouse.usecases.mint_access_tokens import Issued, MintAccessTokens
from gatehouse.usecases.read_access_token import ReadAccessToken
from gatehouse.usecases.redeem_code import CodeRequest, RedeemCode
from gatehouse.usecases.refresh_session import RefreshRequest, RefreshSession
from gatehouse.usecases.revoke_token import RevokeToken
from tests.fakes.authority import MemoryAuthority
from tests.fakes.clients import MemoryRegistrations
from tests.fakes.credentials import FixedKeyRings
from tests.fakes.principals import MemoryPrincipals
from tests.fakes.sessions import MemoryCodes, MemoryFamilies
from tests.fakes.signing import MemorySigner
from tests.samples import DEPLOYMENT, NOW, RING
from tests.signed_in import (
    CLIENT_ID,
    FOR_MCP,
    KEYS,
    ORIGIN,
    signed_in_authority,
)

REDIRECT = "https://client.example/cb"
VERIFIER = "v" * 43
CHALLENGE = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"
CLIENT = ProvenClient(id=CLIENT_ID)
OTHER = ProvenClient(id="goc_Proj0001Integ999")
ASKED = CodeRequest(code="gac_1", redirect_uri=REDIRECT, verifier=VERIFIER)


@dataclass
class SilentSigner(MemorySigner):
    """A KMS that does not answer while it is `silent`; `signed` is how often it did."""

    silent: bool = False
    signed: int = 0

    def sign(self, signed: str) -> bytes:
        """See `TokenSigner.sign`."""
        if self.silent:
            raise Unavailable
        self.signed += 1
        return super().sign(signed)


@dataclass
class Server:
    """The token endpoint's use cases around one moment."""

    now: int = NOW
    silent: bool = False
    table: MemoryAuthority = field(default_factory=signed_in_authority)
    families: MemoryFamilies = field(default_factory=MemoryFamilies)
    digits: int = 0

    def __post_init__(self) -> None:
        self.codes = MemoryCodes(self.families)
        self.registrations = MemoryRegistrations()
        self.admitted: list[Grant] = []
        self.signer = SilentSigner(KEYS)

    def clock(self) -> int:
        return self.now

    def choose(self, below: int) -> int:
        self.digits += 7
        return self.digits % below

    @property
    def mint(self) -> MintAccessTokens:
        self.signer.silent = self.silent
        return MintAccessTokens(signer=self.signer, new_token_id=lambda: "t1")

    def issue(self, grant: Grant = FOR_MCP) -> None:
        code = AuthorizationCode(
            grant=grant,
            redirect_uri=REDIRECT,
            challenge=CHALLENGE,
            device="Firefox",
            expires_at=self.now + 60,
        )
        self.codes.issue(family_tokens.digest("gac_1"), code)

    @property
    def redeem_code(self) -> RedeemCode:
        return RedeemCode(
            codes=self.codes,
            families=self.families,
            registrations=self.registrations,
            mint=self.mint,
            clock=self.clock,
            choose=self.choose,
        )

    def redeem(self, client: ProvenClient = CLIENT, **changes: Any) -> Issued:
        asked = replace(ASKED, **changes)
        return self.redeem_code(client, asked, origin=ORIGIN, admitted=self.admitted.append)

    def signed_in(self, grant: Grant = FOR_MCP) -> Issued:
        self.issue(grant)
        return self.redeem()

    @property
    def refresh_session(self) -> RefreshSession:
        return RefreshSession(
            families=self.families,
            authority=self.table,
            principals=MemoryPrincipals(self.table),
            mint=self.mint,
            clock=self.clock,
            choose=self.choose,
        )

    def refresh(self, token: str | None, client: ProvenClient = CLIENT, **asked: Any) -> Issued:
        request = RefreshRequest(token=token or "", **asked)
        return self.refresh_session(client, request, origin=ORIGIN, admitted=self.admitted.append)

    @property
    def read(self) -> ReadAccessToken:
        return ReadAccessToken(keys=KEYS, clock=self.clock)

    @property
    def revoke_token(self) -> RevokeToken:
        return RevokeToken(families=self.families, read=self.read, clock=self.clock)

    def revoke(self, token: str | None, client: ProvenClient = CLIENT) -> bool:
        admitted = self.admitted.append
        return self.revoke_token(client, token or "", origin=ORIGIN, admitted=admitted)

    @property
    def introspect_token(self) -> IntrospectToken:
        return IntrospectToken(
            read=self.read,
            families=self.families,
            authority=self.table,
            principals=MemoryPrincipals(self.table),
            rings=FixedKeyRings(RING),
            deployment_id=DEPLOYMENT,
            clock=self.clock,
        )

    def described(self, token: str | None, app: ServiceApp | None) -> Described | None:
        return self.introspect_token(ProvenClient(id="app", app=app), token or "", origin=ORIGIN)

    def is_active(self, token: str | None, app: ServiceApp | None) -> bool:
        return self.described(token, app) is not None

    @property
    def only_family_is_live(self) -> bool:
        (family,) = self.families.families.values()
        return family.is_live(now=self.now)


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(OAuthRefused) as refusal:
        act()
    assert refusal.value.code == code
