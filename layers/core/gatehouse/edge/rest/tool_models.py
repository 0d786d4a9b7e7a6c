"""What a tool looks like in requests and answers."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    JsonValue,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic import Field as Described

from gatehouse.domain.breaker import Breaker, BreakerState
from gatehouse.domain.errors import InvalidFields
from gatehouse.domain.tool_documents import definition_document
from gatehouse.domain.tools import (
    AuthStrategy,
    HttpMethod,
    InjectedIdentity,
    OnOversize,
    SignatureScheme,
    Tool,
    ToolDefinition,
)
from gatehouse.edge.rest.changes import defaulted
from gatehouse.edge.rest.limit_models import LimitsAnswer, LimitsInput, limits_answer
from gatehouse.edge.rest.models import Answer, Input, rfc3339
from gatehouse.edge.rest.tool_findings import all_errors, without, wrong_fields

Icon = dict[str, JsonValue]
Method = Annotated[HttpMethod, Described(strict=False)]
Strategy = Annotated[AuthStrategy, Described(strict=False)]
Oversize = Annotated[OnOversize, Described(strict=False)]
Scheme = Annotated[SignatureScheme, Described(strict=False)]

_APART: Final = frozenset(
    {"encrypted_auth_secret", "rotation_seconds", "limits", "is_enabled", "version"}
)
"""Fields that are no part of a definition."""


class Identity(BaseModel):
    """Which headers about the member a call carries."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: bool = False
    email: bool = False
    roles: bool = False


class ToolFields(Input):
    """What both a new tool and a change may say; null means the default."""

    title: str | None = None
    description: str | None = None
    icons: list[Icon] | None = None
    annotations: dict[str, JsonValue] | None = None
    input_schema: dict[str, JsonValue] | None = None
    output_schema: dict[str, JsonValue] | None = None
    base_url: str | None = Described(default=None, description="An https origin, no path.")
    http_method: Method | None = None
    endpoint_path: str | None = None
    headers_template: dict[str, str] | None = None
    query_template: dict[str, str] | None = None
    body_template: JsonValue = None
    require_member: bool | None = None
    inject_member_identity: Identity | None = None
    allowed_roles: list[str] | None = None
    auth_strategy: Strategy | None = None
    encrypted_auth_secret: str | None = Described(
        default=None, description="The secret in the clear; stored sealed, never shown again."
    )
    signature_scheme: Scheme | None = None
    timeout_seconds: int | None = None
    deduplicate_seconds: int | None = None
    max_response_bytes: int | None = Described(
        default=None, description="Bytes of an answer that are read, as sent and unpacked."
    )
    on_oversize: Oversize | None = None
    idempotency_key: bool | None = Described(
        default=None,
        description="Whether to send Idempotency-Key, by which the endpoint knows repetitions.",
    )
    limits: LimitsInput | None = Described(
        default=None, description="For the calls of the tool; no part of its digest."
    )
    is_enabled: bool | None = None


class NewTool(ToolFields):
    """A tool to register."""

    name: str
    description: str
    input_schema: dict[str, JsonValue]
    base_url: str = Described(description="An https origin, no path.")
    http_method: Method
    endpoint_path: str

    @model_validator(mode="wrap")
    @classmethod
    def _tell_everything(cls, values: object, read: ModelWrapValidatorHandler[Self]) -> Self:
        """Name what the rules object to along with what has the wrong type."""
        try:
            return read(values)
        except ValidationError as error:
            if not isinstance(values, dict):
                raise
            rest = read(without(values, wrong_fields(error)))
            secret = rest.encrypted_auth_secret
            raise InvalidFields(all_errors(error, new_definition(rest), secret)) from None


class ToolChange(ToolFields):
    """A change: fields given replace those stored, the others stay. A name never changes."""

    rotation_seconds: int = Described(
        default=0,
        description="For how long the secret before stays in force beside a new one, 0 to 86400.",
    )
    version: int | None = Described(default=None, description="Or in If-Match.")


class Approval(Input):
    """Which definition is approved."""

    digest: str


class ToolAnswer(Answer):
    """A tool, without its secret."""

    id: str
    name: str
    title: str | None
    description: str
    icons: list[Icon] | None
    annotations: dict[str, JsonValue] | None
    input_schema: dict[str, JsonValue]
    output_schema: dict[str, JsonValue] | None
    base_url: str
    http_method: HttpMethod
    endpoint_path: str
    headers_template: dict[str, str]
    query_template: dict[str, str]
    body_template: JsonValue
    require_member: bool
    inject_member_identity: Identity
    allowed_roles: list[str]
    auth_strategy: AuthStrategy
    has_secret: bool
    previous_secret_until: str | None
    signature_scheme: SignatureScheme
    timeout_seconds: int
    deduplicate_seconds: int
    max_response_bytes: int
    on_oversize: OnOversize
    idempotency_key: bool
    limits: LimitsAnswer
    is_enabled: bool
    version: int
    digest: str
    approval: Literal["approved", "pending"]
    created_at: str
    updated_at: str


class ToolStatus(Answer):
    """Whether calls pass to the tool's origin, and since when, if they ever did not."""

    breaker: BreakerState
    since: str | None


class ToolDetail(ToolAnswer):
    """One tool, and how it is doing."""

    status: ToolStatus


class ToolList(Answer):
    """A page of tools."""

    items: list[ToolAnswer]
    next_cursor: str | None


def new_definition(body: NewTool) -> ToolDefinition:
    """Return the definition that a request describes, defaults filled in."""
    given = {name: value for name, value in _given(body).items() if value is not None}
    given.setdefault("deduplicate_seconds", body.http_method.default_deduplicate_seconds)
    return ToolDefinition(**given)


def changed_fields(body: ToolChange) -> Mapping[str, Any]:
    """Return the fields of a definition that a request changes; raise `InvalidFields`."""
    return defaulted(_given(body), ToolDefinition)


def tool_answer(tool: Tool) -> ToolAnswer:
    """Return what a caller may see of a tool."""
    return ToolAnswer(**_shown(tool))


def tool_detail(tool: Tool, breaker: Breaker | None) -> ToolDetail:
    """Return what a caller may see of one tool, and how it is doing."""
    status = ToolStatus(
        breaker=breaker.state if breaker else BreakerState.CLOSED,
        since=rfc3339(breaker.since) if breaker else None,
    )
    return ToolDetail(**_shown(tool), status=status)


def _shown(tool: Tool) -> dict[str, Any]:
    document = cast("Mapping[str, Any]", definition_document(tool.definition))
    retiring = tool.retiring_secret
    return dict(
        **document,
        id=tool.id,
        has_secret=tool.sealed_secret is not None,
        previous_secret_until=rfc3339(retiring.until) if retiring else None,
        limits=limits_answer(tool.limits),
        is_enabled=tool.is_enabled,
        version=tool.version,
        digest=tool.digest,
        approval="approved" if tool.is_approved else "pending",
        created_at=rfc3339(tool.created_at),
        updated_at=rfc3339(tool.updated_at),
    )


def _given(body: ToolFields) -> dict[str, Any]:
    """Return the fields of a definition that stand in the request, as the domain writes them."""
    given = {name: getattr(body, name) for name in body.model_fields_set - _APART}
    if identity := given.get("inject_member_identity"):
        given["inject_member_identity"] = InjectedIdentity(**identity.model_dump())
    if given.get("icons") is not None:
        given["icons"] = tuple(given["icons"])
    if given.get("allowed_roles") is not None:
        given["allowed_roles"] = tuple(given["allowed_roles"])
    return given
