"""What a tool looks like in requests."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import Field as Described
from pydantic import JsonValue, ModelWrapValidatorHandler, ValidationError, model_validator

from gatehouse.domain.errors import InvalidFields
from gatehouse.domain.tools import (
    BodyEncoding,
    HttpMethod,
    InjectedIdentity,
    OnOversize,
    ToolDefinition,
)
from gatehouse.edge.rest.changes import defaulted
from gatehouse.edge.rest.limit_models import LimitsInput
from gatehouse.edge.rest.models import Input
from gatehouse.edge.rest.stored_models import Change, Icon, Identity, Scheme, Strategy
from gatehouse.edge.rest.tool_findings import all_errors, without, wrong_fields
from gatehouse.edge.rest.warrant_policy import Mode

Method = Annotated[HttpMethod, Described(strict=False)]
Encoding = Annotated[BodyEncoding, Described(strict=False)]
Oversize = Annotated[OnOversize, Described(strict=False)]

_APART: Final = frozenset(
    {
        "encrypted_auth_secret",
        "rotation_seconds",
        "limits",
        "warrant_mode",
        "allow_equal_calls",
        "is_enabled",
        "version",
        "arguments",
    }
)
"""Fields that are no part of a definition."""


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
    body_encoding: Encoding | None = None
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
    warrant_mode: Mode | None = Described(
        default=None, description="Where it is stricter than the project's; no part of its digest."
    )
    allow_equal_calls: bool | None = Described(
        default=None, description="Whether one proof of possession may be used again."
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


class ToolPreview(NewTool):
    """A tool to look at, whole, and with which arguments."""

    arguments: dict[str, JsonValue] | None = Described(
        default=None, description="Left out: some that the schema names."
    )


class ToolChange(ToolFields, Change):
    """A change: fields given replace those stored, the others stay. A name never changes."""

    rotation_seconds: int = Described(
        default=0,
        description="For how long the secret before stays in force beside a new one, 0 to 86400.",
    )


def new_definition(body: NewTool) -> ToolDefinition:
    """Return the definition that a request describes, defaults filled in."""
    given = {name: value for name, value in _given(body).items() if value is not None}
    given.setdefault("deduplicate_seconds", body.http_method.default_deduplicate_seconds)
    return ToolDefinition(**given)


def changed_fields(body: ToolChange) -> Mapping[str, Any]:
    """Return the fields of a definition that a request changes; raise `InvalidFields`."""
    return defaulted(_given(body), ToolDefinition)


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
