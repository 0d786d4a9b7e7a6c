"""Tools: HTTP endpoints that a project offers to models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gatehouse.domain.ids import tool_id
from gatehouse.domain.imports import ImportedFrom
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.limits import UNLIMITED, Limits
from gatehouse.domain.sealing import RetiringSecret, SealedSecret, SecretBinding
from gatehouse.domain.warrant_policies import WarrantMode

MAX_TIMEOUT_SECONDS: Final = 20
"""An HTTP API answers within 30 s; upstream, dispatch and mcp each need their share."""
DEFAULT_TIMEOUT_SECONDS: Final = 10
MAX_DEDUPLICATE_SECONDS: Final = 3600
MAX_RESPONSE_BYTES: Final = 4_400_000
"""Of an answer. Dispatch hands it on in base64, within the 6 MB of a Lambda answer."""
MIN_RESPONSE_BYTES: Final = 1024
DEFAULT_DEDUPLICATE_SECONDS: Final = 30
"""For POST and PATCH, which may do their work twice when sent twice."""


class HttpMethod(StrEnum):
    """Methods a tool may use."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"

    @property
    def has_body(self) -> bool:
        """Whether arguments without a place of their own go into a body, not into the query."""
        return self in {HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH}

    @property
    def is_idempotent(self) -> bool:
        """Whether sending a request twice does what sending it once does."""
        return self not in {HttpMethod.POST, HttpMethod.PATCH}

    @property
    def default_deduplicate_seconds(self) -> int:
        """How long an equal call counts as a repetition unless the tool says otherwise."""
        return DEFAULT_DEDUPLICATE_SECONDS if self in {self.POST, self.PATCH} else 0


class AuthStrategy(StrEnum):
    """How an outbound call proves where it comes from."""

    NONE = "none"
    STATIC_BEARER = "static_bearer"
    HMAC_SIGNATURE = "hmac_signature"


class OnOversize(StrEnum):
    """What becomes of an answer that is larger than its tool takes."""

    TRUNCATE = "truncate"
    """What was read is handed on, marked as cut; never as structured content."""
    ERROR = "error"


class BodyEncoding(StrEnum):
    """How the body of a request is written."""

    JSON = "json"
    FORM = "form"
    """`application/x-www-form-urlencoded`."""


class SignatureScheme(StrEnum):
    """The tag of `X-Tengine-Signature`, which fixes how the signed fields are joined."""

    TNG1 = "tng1"
    TNG2 = "tng2"


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectedIdentity:
    """Which headers about the member an outbound call carries."""

    id: bool = False
    email: bool = False
    roles: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class ToolDefinition:
    """What a tool's owner writes; its digest covers exactly this.

    Templates hold `{variable}` placeholders (see `gatehouse.domain.templates`). Schemas are kept
    as given, for models read their order and wording. `idempotency_key` says that the endpoint
    knows a request that is sent twice by its `Idempotency-Key` header.
    """

    name: str
    description: str
    input_schema: JsonObject
    base_url: str
    http_method: HttpMethod
    endpoint_path: str
    title: str | None = None
    icons: tuple[JsonObject, ...] | None = None
    annotations: JsonObject | None = None
    output_schema: JsonObject | None = None
    headers_template: Mapping[str, str] = field(default_factory=dict)
    query_template: Mapping[str, str] = field(default_factory=dict)
    body_template: JsonValue = None
    require_member: bool = False
    inject_member_identity: InjectedIdentity = field(default_factory=InjectedIdentity)
    allowed_roles: tuple[str, ...] = ()
    auth_strategy: AuthStrategy = AuthStrategy.NONE
    signature_scheme: SignatureScheme = SignatureScheme.TNG1
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS
    deduplicate_seconds: int = 0
    max_response_bytes: int = MAX_RESPONSE_BYTES
    on_oversize: OnOversize = OnOversize.TRUNCATE
    idempotency_key: bool = False
    body_encoding: BodyEncoding = BodyEncoding.JSON

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a secret is bound to.

        A base_url is nothing else (see `origins`). It is not taken apart here: should a stored one
        ever be more, whoever judges it must see all of it.
        """
        return self.base_url.lower()

    @property
    def is_repeatable(self) -> bool:
        """Whether one call may be sent more than once (RFC 9110 section 9.2.2)."""
        return self.http_method.is_idempotent or self.idempotency_key

    @property
    def needs_member(self) -> bool:
        """Whether only a member session may call this; a role belongs to a member."""
        return self.require_member or bool(self.allowed_roles)


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class Tool:
    """A stored tool: its definition and what the system adds to it.

    `version` rises by one with each change; `digest` is `tool_digest` of the definition;
    `approved_digest` is that of the one last approved. `limits`, `warrant_mode` (where it is
    stricter than the project's) and `allow_equal_calls` (one proof may be used again) are no part
    of a definition: they change neither what models see nor what goes out. Nor is `imported_from`,
    by which a later import of the document knows the tool. Times are whole seconds since the Unix
    epoch.
    """

    project_id: str
    definition: ToolDefinition
    digest: str
    version: int
    is_enabled: bool
    created_at: int
    updated_at: int
    sealed_secret: SealedSecret | None = None
    retiring_secret: RetiringSecret | None = None
    approved_digest: str | None = None
    limits: Limits = UNLIMITED
    warrant_mode: WarrantMode | None = None
    allow_equal_calls: bool = False
    imported_from: ImportedFrom | None = None

    @property
    def id(self) -> str:
        """The id under which the management API knows the tool."""
        return tool_id(self.definition.name)

    @property
    def is_approved(self) -> bool:
        """Whether somebody has looked at this very definition and approved it."""
        return self.approved_digest == self.digest

    def is_offered(self, *, only_approved: bool) -> bool:
        """Say whether callers know of this tool; `only_approved` is their project's setting."""
        return self.is_enabled and (self.is_approved or not only_approved)

    def sealed_secrets(self, now: int) -> tuple[SealedSecret, ...]:
        """Return the secrets in force at `now`, newest first."""
        retiring = self.retiring_secret
        before = retiring.sealed if retiring and now < retiring.until else None
        return tuple([sealed for sealed in (self.sealed_secret, before) if sealed])

    @property
    def secret_binding(self) -> SecretBinding:
        """What this tool's secret is bound to."""
        return SecretBinding(
            project_id=self.project_id,
            tool_id=self.id,
            origin=self.definition.origin,
            auth_strategy=self.definition.auth_strategy,
        )
