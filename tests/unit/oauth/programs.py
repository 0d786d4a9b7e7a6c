"""Service apps and clients, and how they prove who they are."""

from dataclasses import replace
from typing import Any

from gatehouse.domain import app_keys
from gatehouse.domain.oauth_clients import OAuthClient, secret_digest
from gatehouse.domain.roles import Action
from gatehouse.domain.service_apps import AppGrant, AppKey, ServiceApp
from gatehouse.usecases.authenticate_client import AuthenticateClient, PresentedClient, ProvenClient
from tests.fakes.clients import MemoryApps, MemoryOAuthClients
from tests.fakes.credentials import MemoryMarks
from tests.samples import NOW
from tests.signed_in import (
    ORIGIN,
)


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


def authenticated(
    presented: PresentedClient,
    made: ServiceApp | None = None,
    *,
    now: int = NOW,
    others: tuple[OAuthClient, ...] = (),
) -> ProvenClient:
    secret = OAuthClient(
        id="goc_secret", name="c", redirect_uris=(), secret_digest=secret_digest("right")
    )
    public = OAuthClient(id="goc_public", name="c", redirect_uris=())
    use = AuthenticateClient(
        apps=MemoryApps({} if made is None else {made.id: made}),
        clients=MemoryOAuthClients({each.id: each for each in (secret, public, *others)}),
        signatures=None,  # type: ignore[arg-type]
        marks=MemoryMarks(),
        clock=lambda: now,
    )
    return use(presented, origin=ORIGIN)
