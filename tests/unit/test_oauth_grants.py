"""What becomes of codes and refresh tokens, and of clients that are not who they say."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain import access_tokens, app_keys, client_assertions, family_tokens
from gatehouse.domain.assertions import Presented
from gatehouse.domain.authorization_codes import AuthorizationCode, proves
from gatehouse.domain.errors import InvalidClient, OAuthRefused, Unavailable
from gatehouse.domain.families import DAY, FamilyKind
from gatehouse.domain.grants import Grant
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.members import MemberStanding
from gatehouse.domain.oauth_clients import OAuthClient, secret_digest
from gatehouse.domain.roles import Action
from gatehouse.domain.service_apps import AppGrant, AppKey, ServiceApp
from gatehouse.usecases.authenticate_client import (
    AuthenticateClient,
    PresentedClient,
    ProvenClient,
)
from gatehouse.usecases.grant_app_token import AppTokenRequest, GrantAppToken
from gatehouse.usecases.introspect_token import IntrospectToken
from gatehouse.usecases.mint_access_tokens import Issued, MintAccessTokens
from gatehouse.usecases.read_access_token import ReadAccessToken
from gatehouse.usecases.redeem_code import CodeRequest, RedeemCode
from gatehouse.usecases.refresh_session import RefreshRequest, RefreshSession
from gatehouse.usecases.revoke_token import RevokeToken
from tests.fakes.authority import MemoryAuthority
from tests.fakes.clients import MemoryApps, MemoryOAuthClients
from tests.fakes.credentials import MemoryMarks
from tests.fakes.sessions import MemoryCodes, MemoryFamilies
from tests.fakes.signing import MemorySigner
from tests.samples import NOW, PROJECT_ID, authority
from tests.signed_in import CLIENT_ID, FAMILY_ID, FOR_API, FOR_MCP, KEYS, ORIGIN, family

REDIRECT = "https://client.example/cb"
VERIFIER = "v" * 43
CHALLENGE = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"
CLIENT = ProvenClient(id=CLIENT_ID)
OTHER = ProvenClient(id="goc_Proj0001Integ999")
ASKED = CodeRequest(code="gac_1", redirect_uri=REDIRECT, verifier=VERIFIER)


class SilentSigner(MemorySigner):
    """A KMS that does not answer."""

    def sign(self, signed: str) -> bytes:
        """See `TokenSigner.sign`."""
        del signed
        raise Unavailable


@dataclass
class Server:
    """The token endpoint's use cases around one moment."""

    now: int = NOW
    silent: bool = False
    table: MemoryAuthority = field(default_factory=authority)
    families: MemoryFamilies = field(default_factory=MemoryFamilies)
    digits: int = 0

    def __post_init__(self) -> None:
        self.codes = MemoryCodes(self.families)

    def clock(self) -> int:
        return self.now

    def choose(self, below: int) -> int:
        self.digits += 7
        return self.digits % below

    @property
    def mint(self) -> MintAccessTokens:
        signer = SilentSigner(KEYS) if self.silent else MemorySigner(KEYS)
        return MintAccessTokens(signer=signer, new_token_id=lambda: "t1")

    def issue(self, grant: Grant = FOR_MCP) -> None:
        code = AuthorizationCode(
            grant=grant,
            redirect_uri=REDIRECT,
            challenge=CHALLENGE,
            device="Firefox",
            expires_at=self.now + 60,
        )
        self.codes.issue(family_tokens.digest("gac_1"), code)

    def redeem(self, client: ProvenClient = CLIENT, **changes: Any) -> Issued:
        use = RedeemCode(
            codes=self.codes,
            families=self.families,
            mint=self.mint,
            clock=self.clock,
            choose=self.choose,
        )
        return use(client, replace(ASKED, **changes), origin=ORIGIN)

    def signed_in(self, grant: Grant = FOR_MCP) -> Issued:
        self.issue(grant)
        return self.redeem()

    def refresh(self, token: str | None, client: ProvenClient = CLIENT, **asked: Any) -> Issued:
        use = RefreshSession(
            families=self.families,
            authority=self.table,
            mint=self.mint,
            clock=self.clock,
            choose=self.choose,
        )
        return use(client, RefreshRequest(token=token or "", **asked), origin=ORIGIN)

    @property
    def read(self) -> ReadAccessToken:
        return ReadAccessToken(keys=KEYS, clock=self.clock)

    def revoke(self, token: str | None, client: ProvenClient = CLIENT) -> None:
        use = RevokeToken(families=self.families, read=self.read, clock=self.clock)
        use(client, token or "", origin=ORIGIN)

    def is_active(self, token: str | None, app: ServiceApp | None) -> bool:
        use = IntrospectToken(
            read=self.read, families=self.families, authority=self.table, clock=self.clock
        )
        client = ProvenClient(id="app", app=app)
        return use(client, token or "", origin=ORIGIN) is not None

    @property
    def only_family_is_live(self) -> bool:
        (family,) = self.families.families.values()
        return family.is_live(now=self.now)


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(OAuthRefused) as refusal:
        act()
    assert refusal.value.code == code


def test_a_code_begins_a_session_whose_tokens_hold() -> None:
    server = Server()
    issued = server.signed_in()
    token = server.read(issued.access_token, origin=ORIGIN, scope="mcp")
    assert token.grant == FOR_MCP
    assert token.family_id in server.families.families
    assert issued.refresh_token
    assert issued.refresh_token.startswith("grt_")


def test_a_second_use_ends_what_the_first_began_whoever_comes_second() -> None:
    for second in (CLIENT, OTHER):
        server = Server()
        server.signed_in()
        refused("invalid_grant", lambda s=server, c=second: s.redeem(c))  # type: ignore[misc]
        assert not server.only_family_is_live


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "gac_2"}, "invalid_grant"),
        ({"redirect_uri": REDIRECT + "/"}, "invalid_grant"),
        ({"verifier": "w" * 43}, "invalid_grant"),
        ({"verifier": CHALLENGE}, "invalid_grant"),
        ({"verifier": ""}, "invalid_grant"),
        ({"resource": f"{ORIGIN}/api"}, "invalid_target"),
        ({"client": OTHER}, "invalid_grant"),
    ],
    ids=str,
)
def test_a_code_is_bound_and_what_fails_does_not_use_it(changes: dict[str, Any], code: str) -> None:
    server = Server()
    server.issue()
    refused(code, lambda: server.redeem(**changes))
    assert server.families.families == {}
    assert server.redeem().access_token


def test_a_code_that_was_granted_elsewhere_is_nothing_here() -> None:
    server = Server()
    server.issue(replace(FOR_MCP, resource="https://elsewhere.example/mcp"))
    refused("invalid_grant", server.redeem)


def test_a_code_is_over_after_its_minute() -> None:
    server = Server()
    server.issue()
    server.now += 60
    refused("invalid_grant", server.redeem)


def test_a_silent_kms_uses_nothing_up() -> None:
    server = Server(silent=True)
    server.issue()
    with pytest.raises(Unavailable):
        server.redeem()
    server.silent = False
    token = server.redeem().refresh_token
    server.silent = True
    with pytest.raises(Unavailable):
        server.refresh(token)
    server.silent = False
    assert server.refresh(token).access_token


def test_a_refresh_token_gives_the_next_one_and_its_reuse_ends_all() -> None:
    server = Server()
    first = server.signed_in().refresh_token
    second = server.refresh(first).refresh_token
    assert second != first
    refused("invalid_grant", lambda: server.refresh(first))
    assert not server.only_family_is_live
    refused("invalid_grant", lambda: server.refresh(second))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"client": OTHER}, "invalid_grant"),
        ({"scope": frozenset({"mcp", "manage"})}, "invalid_scope"),
        ({"scope": frozenset({"manage"})}, "invalid_scope"),
        ({"scope": frozenset()}, "invalid_scope"),
        ({"resource": f"{ORIGIN}/api"}, "invalid_target"),
    ],
    ids=str,
)
def test_a_refresh_never_widens_and_what_fails_does_not_use_the_token(
    asked: dict[str, Any], code: str
) -> None:
    server = Server()
    token = server.signed_in().refresh_token
    refused(code, lambda: server.refresh(token, **asked))
    assert server.refresh(token).access_token


@pytest.mark.parametrize("token", ["", "grt_", "grt_" + "0" * 53, "gcs_" + "0" * 53, "x"])
def test_what_is_no_refresh_token_is_refused(token: str) -> None:
    refused("invalid_grant", lambda: Server().refresh(token))


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": FamilyKind.CONSOLE},
        {"grant": replace(FOR_MCP, resource="https://elsewhere.example/mcp")},
        {"grant": replace(FOR_MCP, resource=None)},
    ],
    ids=str,
)
def test_a_session_of_another_kind_or_origin_is_not_refreshed_here(changes: dict[str, Any]) -> None:
    server = Server()
    token = family_tokens.new_token(family_tokens.REFRESH, FAMILY_ID, server.choose)
    begun = replace(family(), **changes)
    server.families.begin(begun, refresh_digest=family_tokens.digest(token))
    refused("invalid_grant", lambda: server.refresh(token))


def test_a_member_who_was_signed_out_or_blocked_refreshes_no_more() -> None:
    for standing in (
        MemberStanding(external_id="ada", epoch=1),
        MemberStanding(external_id="ada", blocked_at=NOW),
    ):
        server = Server()
        token = server.signed_in().refresh_token
        server.table.members[PROJECT_ID, "ada"] = standing
        refused("invalid_grant", lambda s=server, t=token: s.refresh(t))  # type: ignore[misc]
        assert not server.only_family_is_live


@given(st.lists(st.integers(0, 15 * DAY), max_size=6))
def test_a_session_lasts_while_it_is_used_and_thirty_days_at_most(pauses: list[int]) -> None:
    server = Server()
    token = server.signed_in().refresh_token
    for pause in pauses:
        server.now += pause
        if pause >= 14 * DAY or server.now >= NOW + 30 * DAY:
            refused("invalid_grant", lambda t=token: server.refresh(t))  # type: ignore[misc]
            return
        token = server.refresh(token).refresh_token


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoking_ends_the_session_of_its_own_client_alone(kind: str) -> None:
    server = Server()
    token = getattr(server.signed_in(), kind)
    refused("invalid_grant", lambda: server.revoke(token, OTHER))
    assert server.only_family_is_live
    server.revoke(token)
    assert not server.only_family_is_live


def test_whoever_holds_no_good_token_ends_nothing() -> None:
    server = Server()
    issued = server.signed_in()
    family_id = next(iter(server.families.families))
    guessed = family_tokens.new_token(family_tokens.REFRESH, family_id, server.choose)
    for token in (guessed, issued.access_token[:-8] + "AAAAAAAA", "x"):
        server.revoke(token)
    assert server.only_family_is_live


def app(*projects: str, **changes: Any) -> ServiceApp:
    key = app_keys.new_key("App000000001", "key1", lambda _: 1)
    made = ServiceApp(
        id="App000000001",
        name="billing",
        created_at=NOW,
        grants=tuple(
            AppGrant(project_id=each, actions=frozenset({Action.TOOLS_READ})) for each in projects
        ),
        keys=(AppKey(id="key1", digest=app_keys.digest(key), created_at=NOW),),
    )
    return replace(made, **changes)


KEY = app_keys.new_key("App000000001", "key1", lambda _: 1)


def test_apps_learn_of_active_tokens_of_their_own_projects_alone() -> None:
    server = Server()
    issued = server.signed_in()
    for token in (issued.access_token, issued.refresh_token):
        assert server.is_active(token, app(PROJECT_ID))
        assert not server.is_active(token, app("Proj0002"))
        assert not server.is_active(token, app())
        with pytest.raises(InvalidClient):
            server.is_active(token, None)
    server.table.members[PROJECT_ID, "ada"] = MemberStanding(external_id="ada", epoch=1)
    assert not server.is_active(issued.access_token, app(PROJECT_ID))
    server.families.end(next(iter(server.families.families)), now=NOW)
    assert not server.is_active(issued.refresh_token, app(PROJECT_ID))


def test_an_apps_token_is_for_one_of_its_projects() -> None:
    server = Server()
    grant = GrantAppToken(mint=server.mint, clock=server.clock)

    def ask(made: ServiceApp | None, **asked: Any) -> Issued:
        client = ProvenClient(id="App000000001", app=made)
        return grant(client, AppTokenRequest(**asked), origin=ORIGIN)

    issued = ask(app(PROJECT_ID))
    said = server.read(issued.access_token, origin=ORIGIN, scope="manage")
    assert (said.grant.subject, said.grant.project_id) == ("app:App000000001", PROJECT_ID)
    assert (issued.refresh_token, said.family_id) == (None, None)
    refused("unauthorized_client", lambda: ask(None))
    refused("unauthorized_client", lambda: ask(app()))
    refused("unauthorized_client", lambda: ask(app(PROJECT_ID), project_id="Proj0002"))
    refused("invalid_request", lambda: ask(app(PROJECT_ID, "Proj0002")))
    refused("invalid_scope", lambda: ask(app(PROJECT_ID), scope=frozenset({"mcp"})))
    refused("invalid_target", lambda: ask(app(PROJECT_ID), resource=f"{ORIGIN}/mcp"))


def authenticated(
    presented: PresentedClient, made: ServiceApp | None = None, *, now: int = NOW
) -> ProvenClient:
    secret = OAuthClient(
        id="goc_secret", name="c", redirect_uris=(), secret_digest=secret_digest("right")
    )
    public = OAuthClient(id="goc_public", name="c", redirect_uris=())
    use = AuthenticateClient(
        apps=MemoryApps({} if made is None else {made.id: made}),
        clients=MemoryOAuthClients({each.id: each for each in (secret, public)}),
        signatures=None,  # type: ignore[arg-type]
        marks=MemoryMarks(),
        clock=lambda: now,
    )
    return use(presented, origin=ORIGIN)


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [
        (None, None),
        (None, "right"),
        ("goc_secret", None),
        ("goc_secret", "wrong"),
        ("goc_secret", ""),
        ("goc_public", "right"),
        ("goc_unknown", None),
        ("http://client.example/id.json", None),
        ("https://client.example/" + "x" * 600, None),
        ("App000000002", KEY),
        ("goc_secret", KEY),
        ("App000000001", KEY[:-1] + "0"),
        ("App000000001", app_keys.new_key("App000000001", "key1", lambda _: 2)),
        ("App000000001", app_keys.new_key("App000000001", "key2", lambda _: 1)),
    ],
)
def test_a_client_that_does_not_prove_itself_is_nobody(
    client_id: str | None, secret: str | None
) -> None:
    with pytest.raises(InvalidClient):
        authenticated(PresentedClient(client_id=client_id, secret=secret), app(PROJECT_ID))


def test_a_client_proves_itself_by_its_secret_or_has_none() -> None:
    for presented in (
        PresentedClient(client_id="goc_secret", secret="right"),
        PresentedClient(client_id="goc_public"),
        PresentedClient(client_id="https://client.example/id.json"),
    ):
        assert authenticated(presented).id == presented.client_id


def test_an_app_proves_itself_by_a_key_that_is_good_and_only_while_it_is_active() -> None:
    shown = PresentedClient(client_id="App000000001", secret=KEY)
    made = app(PROJECT_ID)
    ends = replace(made, keys=(replace(made.keys[0], expires_at=NOW + 10),))
    assert authenticated(shown, ends, now=NOW + 9).app == ends
    for none, now in (
        (ends, NOW + 10),
        (replace(made, is_active=False), NOW),
        (replace(made, keys=()), NOW),
        (None, NOW),
    ):
        with pytest.raises(InvalidClient):
            authenticated(shown, none, now=now)


ASSERTED: JsonObject = {"iss": "a", "sub": "a", "aud": ORIGIN, "exp": NOW + 60, "jti": "1"}


@pytest.mark.parametrize(
    ("changes", "good"),
    [
        ({}, True),
        ({"aud": f"{ORIGIN}/oauth/token"}, True),
        ({"aud": [ORIGIN]}, True),
        ({"exp": NOW - 29}, True),
        ({"exp": NOW + 300}, True),
        ({"iss": "b"}, False),
        ({"sub": "b"}, False),
        ({"aud": [ORIGIN, "https://other"]}, False),
        ({"aud": []}, False),
        ({"aud": {}}, False),
        ({"aud": "https://other"}, False),
        ({"exp": NOW - 30}, False),
        ({"exp": NOW + 301}, False),
        ({"exp": True}, False),
        ({"exp": None}, False),
        ({"iat": NOW + 31}, False),
        ({"nbf": NOW + 31}, False),
        ({"jti": ""}, False),
        ({"jti": 1}, False),
        ({"jti": "x" * 257}, False),
    ],
    ids=str,
)
def test_a_client_assertion_is_for_this_server_once_and_not_for_long(
    changes: dict[str, Any], *, good: bool
) -> None:
    presented = Presented(kid="k", algorithm="ES256", claims={**ASSERTED, **changes}, signed="")
    if good:
        used = client_assertions.require_genuine(presented, "a", origin=ORIGIN, now=NOW)
        assert used.dead_at > NOW
    else:
        with pytest.raises(InvalidClient):
            client_assertions.require_genuine(presented, "a", origin=ORIGIN, now=NOW)


def test_pkce_is_s256_of_rfc_7636_and_never_plain() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert proves(verifier, challenge)
    assert not proves(challenge, challenge)
    assert not proves(verifier[:42], challenge)
    short = "v" * 42
    made = base64.urlsafe_b64encode(hashlib.sha256(short.encode()).digest()).rstrip(b"=").decode()
    assert not proves(short, made)


def test_a_grant_for_the_api_refreshes_too() -> None:
    server = Server()
    token = server.signed_in(FOR_API).refresh_token
    issued = server.refresh(token)
    said = server.read(issued.access_token, origin=ORIGIN, scope="manage")
    assert said.grant == FOR_API
    assert access_tokens.has_shape(issued.access_token)
