"""People, clients and apps on the deployed stack, put there as sign-in and management do."""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from gatehouse.aws.app_items import app_item
from gatehouse.aws.codes import DynamoCodes
from gatehouse.aws.families import DynamoFamilies
from gatehouse.domain import app_keys, authorization_codes, base62, family_tokens
from gatehouse.domain.assertion_keys import AssertionKey
from gatehouse.domain.authorization_codes import AuthorizationCode
from gatehouse.domain.grants import Grant
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.oauth_clients import registered_id, secret_digest
from gatehouse.domain.roles import Action
from gatehouse.domain.service_apps import AppGrant, AppKey, ServiceApp
from local.stack import LocalStack
from tests.integration.world import Json, Tenant, World

REDIRECT_URI = "https://client.example/callback"


def challenge_of(verifier: str) -> str:
    """RFC 7636 section 4.2, as a client writes it."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(kw_only=True)
class App:
    """A service app, and the key that was shown once."""

    id: str
    key: str = field(repr=False)

    @property
    def auth(self) -> tuple[str, str]:
        """HTTP Basic."""
        return self.id, self.key


@dataclass(kw_only=True)
class SignIns:
    """Signs people in to `tenant`'s project through a client of its integration."""

    stack: LocalStack
    tenant: Tenant
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    def __post_init__(self) -> None:
        dynamodb = self.stack.client("dynamodb")
        self.activity = self.stack.outputs["ActivityTable"]
        self.authority = self.stack.outputs["AuthorityTable"]
        self.codes = DynamoCodes(dynamodb, self.activity)
        self.families = DynamoFamilies(dynamodb, self.activity)
        self.dynamodb = dynamodb

    @property
    def origin(self) -> str:
        """The issuer."""
        return self.stack.api_url

    @property
    def client_id(self) -> str:
        """The id of the integration's client."""
        return registered_id(self.tenant.project_id, self.tenant.integration_id)

    def register(self, secret: str | None = None) -> str:
        """Make the integration a client: public, or with a secret; return its id."""
        values: dict[str, Any] = {
            ":kind": {"S": "oauth"},
            ":uris": {"L": [{"S": REDIRECT_URI}]},
        }
        change = "SET kind = :kind, redirect_uris = :uris"
        if secret is not None:
            values[":digest"] = {"S": secret_digest(secret)}
            change += ", client_secret_digest = :digest"
        self.dynamodb.update_item(
            TableName=self.authority,
            Key={
                "PK": {"S": f"P#{self.tenant.project_id}"},
                "SK": {"S": f"INT#{self.tenant.integration_id}"},
            },
            UpdateExpression=change,
            ExpressionAttributeValues=values,
        )
        return self.client_id

    def grant(self, member: str = "oidc:test:1", **changes: Any) -> Grant:
        """What somebody consented to."""
        made = Grant(
            subject="user:" + "u" * 16,
            client_id=self.client_id,
            scope=frozenset({"mcp"}),
            resource=f"{self.origin}/mcp",
            project_id=self.tenant.project_id,
            integration_id=self.tenant.integration_id,
            member=MemberIdentity(external_id=member, email="ada@example.com"),
            epoch=0,
        )
        return replace(made, **changes)

    def code(self, grant: Grant | None = None, *, lifetime: int = 60) -> str:
        """A code, as the authorization endpoint hands it to the client."""
        code = authorization_codes.new_code(secrets.randbelow)
        kept = AuthorizationCode(
            grant=grant or self.grant(),
            redirect_uri=REDIRECT_URI,
            challenge=challenge_of(self.verifier),
            device="Firefox on a test",
            expires_at=int(time.time()) + lifetime,
        )
        self.codes.issue(family_tokens.digest(code), kept)
        return self.tenant.journal.note("authorization code", code)

    def token(
        self, *, auth: tuple[str, str] | None = None, path: str = "/oauth/token", **form: str
    ) -> httpx.Response:
        """Post a form to an OAuth endpoint."""
        return self.post(form, path=path, auth=auth)

    def post(
        self, form: Mapping[str, str], *, path: str, auth: tuple[str, str] | None = None
    ) -> httpx.Response:
        """Post a form, its client by HTTP Basic if at all."""
        return self.tenant.http.post(path, data=dict(form), auth=auth or httpx.USE_CLIENT_DEFAULT)

    def redeem(self, code: str, /, **changes: str) -> httpx.Response:
        """Redeem a code as its own client would; an empty change leaves the field out."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": self.verifier,
            "resource": f"{self.origin}/mcp",
            **changes,
        }
        return self.post(form, path="/oauth/token")

    def refresh(self, token: str, *, path: str = "/oauth/token", **changes: str) -> httpx.Response:
        """Refresh as the client would."""
        form = {"grant_type": "refresh_token", "client_id": self.client_id, "refresh_token": token}
        return self.post({**form, **changes}, path=path)

    def signed_in(self, grant: Grant | None = None) -> Json:
        """Sign somebody in; return the tokens."""
        answer = self.redeem(self.code(grant), resource="")
        assert answer.status_code == 200, answer.text
        return self.noted(answer)

    def noted(self, answer: httpx.Response) -> Json:
        """Remember the tokens of an answer, which may hold them."""
        said: Json = answer.json()
        for name in ("access_token", "refresh_token"):
            if name in said:
                self.tenant.journal.shown_once.add(self.tenant.journal.note(name, said[name]))
        return said

    def ping(self, credential: str) -> int:
        """Say hello at `/mcp`; return the status."""
        return self.tenant.rpc(credential, "ping").status_code

    def app(
        self, *projects: str, public_keys: tuple[AssertionKey, ...] = (), **changes: Any
    ) -> App:
        """A service app with grants in projects, the tenant's by default."""
        app_id, key_id = (base62.random_text(n, secrets.randbelow) for n in (12, 4))
        key = app_keys.new_key(app_id, key_id, secrets.randbelow)
        now = int(time.time())
        app = ServiceApp(
            id=app_id,
            name=f"app-{app_id}",
            created_at=now,
            grants=tuple(
                AppGrant(project_id=project_id, actions=frozenset({Action.TOOLS_READ}))
                for project_id in projects or (self.tenant.project_id,)
            ),
            keys=(AppKey(id=key_id, digest=app_keys.digest(key), created_at=now),),
            public_keys=public_keys,
        )
        item: Any = app_item(replace(app, **changes))
        self.dynamodb.put_item(TableName=self.authority, Item=item)
        return App(id=app_id, key=self.tenant.journal.note("app key", key))

    def introspect(self, app: App, token: str) -> httpx.Response:
        """Ask as an app what a token is good for."""
        return self.token(path="/oauth/introspect", auth=app.auth, token=token)


def signed_up(
    stack: LocalStack, world: World, secret: str | None = None, *, name: str = "Another"
) -> SignIns:
    """A project of its own, whose integration is a client: public, or with a secret."""
    made = SignIns(stack=stack, tenant=world.tenant(name))
    made.register(secret)
    return made
