"""What a resource looks like in requests and answers."""

from collections.abc import Mapping
from typing import Any, Final, cast

from pydantic import BaseModel, ConfigDict, JsonValue
from pydantic import Field as Described

from gatehouse.domain.resource_documents import resource_document
from gatehouse.domain.resources import Resource, ResourceDefinition, ResourceEndpoint
from gatehouse.domain.tools import (
    DEFAULT_TIMEOUT_SECONDS,
    AuthStrategy,
    InjectedIdentity,
    SignatureScheme,
)
from gatehouse.edge.rest.changes import defaulted
from gatehouse.edge.rest.models import Input, Listing
from gatehouse.edge.rest.stored_models import (
    ApprovedAnswer,
    Change,
    Icon,
    Identity,
    Scheme,
    Strategy,
    approved_fields,
)

_APART: Final = frozenset({"is_enabled", "version"})
"""Fields that are no part of a definition."""


class Endpoint(BaseModel):
    """Where the resource is read from with GET; the fields mean what they mean in a tool."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    base_url: str = Described(description="An https origin, no path.")
    endpoint_path: str
    headers_template: dict[str, str] = {}
    query_template: dict[str, str] = {}
    require_member: bool = False
    inject_member_identity: Identity = Identity()
    allowed_roles: list[str] = []
    auth_strategy: Strategy = AuthStrategy.NONE
    encrypted_auth_secret: str | None = Described(
        default=None, description="The secret in the clear; stored sealed, never shown again."
    )
    signature_scheme: Scheme = SignatureScheme.TNG1
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS


class ResourceFields(Input):
    """What both a new resource and a change may say; null means the default."""

    uri: str | None = None
    uri_template: str | None = Described(
        default=None, description="RFC 6570 level 1, such as test://notes/{id}."
    )
    title: str | None = None
    description: str | None = None
    icons: list[Icon] | None = None
    mime_type: str | None = None
    annotations: dict[str, JsonValue] | None = None
    completions: dict[str, list[str]] | None = None
    text: str | None = None
    blob: str | None = Described(default=None, description="base64")
    endpoint: Endpoint | None = Described(default=None, description="A change replaces it whole.")
    is_enabled: bool | None = None

    @property
    def secret(self) -> str | None:
        """The endpoint's secret, if a new one is given."""
        return self.endpoint.encrypted_auth_secret if self.endpoint else None


class NewResource(ResourceFields):
    """A resource to store: at `uri` or `uri_template`, from `text`, `blob` or `endpoint`."""

    name: str


class ResourceChange(ResourceFields, Change):
    """A change: fields given replace those stored, the others stay. A name never changes."""


class EndpointAnswer(BaseModel):
    """An endpoint, without its secret."""

    base_url: str
    endpoint_path: str
    headers_template: dict[str, str]
    query_template: dict[str, str]
    require_member: bool
    inject_member_identity: Identity
    allowed_roles: list[str]
    auth_strategy: AuthStrategy
    has_secret: bool
    signature_scheme: SignatureScheme
    timeout_seconds: int


class ResourceAnswer(ApprovedAnswer):
    """A resource, without its endpoint's secret."""

    uri: str | None
    uri_template: str | None
    title: str | None
    description: str | None
    icons: list[Icon] | None
    mime_type: str | None
    annotations: dict[str, JsonValue] | None
    completions: dict[str, list[str]]
    text: str | None
    blob: str | None
    endpoint: EndpointAnswer | None


class ResourceList(Listing[ResourceAnswer]):
    """A page of resources."""


def new_resource(body: NewResource) -> ResourceDefinition:
    """Return the definition that a request describes, defaults filled in."""
    return ResourceDefinition(**defaulted(_given(body), ResourceDefinition))


def changed_resource(body: ResourceChange) -> Mapping[str, Any]:
    """Return the fields of a definition that a request changes; raise `InvalidFields`."""
    return defaulted(_given(body), ResourceDefinition)


def resource_answer(resource: Resource) -> ResourceAnswer:
    """Return what a caller may see of a resource."""
    document = cast("dict[str, Any]", resource_document(resource.definition))
    if endpoint := document["endpoint"]:
        has_secret = resource.sealed_secret is not None
        document["endpoint"] = EndpointAnswer(**endpoint, has_secret=has_secret)
    return ResourceAnswer(**document, **approved_fields(resource))


def _given(body: ResourceFields) -> dict[str, Any]:
    """Return the fields of a definition that stand in the request, as the domain writes them."""
    given = {name: getattr(body, name) for name in body.model_fields_set - _APART}
    if body.icons is not None:
        given["icons"] = tuple(body.icons)
    if body.completions is not None:
        given["completions"] = {name: tuple(each) for name, each in body.completions.items()}
    if body.endpoint is not None:
        given["endpoint"] = _endpoint(body.endpoint)
    return given


def _endpoint(endpoint: Endpoint) -> ResourceEndpoint:
    given = endpoint.model_dump(exclude={"encrypted_auth_secret"})
    given["inject_member_identity"] = InjectedIdentity(**given["inject_member_identity"])
    given["allowed_roles"] = tuple(endpoint.allowed_roles)
    return ResourceEndpoint(**given)
