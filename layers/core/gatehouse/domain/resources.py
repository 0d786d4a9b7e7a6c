"""Resources: texts and files that a project offers to clients, stored or behind an endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain import uri_templates
from gatehouse.domain.ids import resource_id
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.sealing import SealedSecret, SecretBinding
from gatehouse.domain.templates import Variable, parse
from gatehouse.domain.tools import (
    DEFAULT_TIMEOUT_SECONDS,
    AuthStrategy,
    HttpMethod,
    InjectedIdentity,
    SignatureScheme,
    Tool,
    ToolDefinition,
)

MAX_RESOURCES: Final = 200
"""Of one project; a read compares its URI with all of them."""
TOOL_PREFIX: Final = "resource/"
"""No tool's name holds a slash, so no resource's endpoint is taken for a tool, or its secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceEndpoint:
    """Where a resource is read from with GET; the fields mean what they mean in a tool."""

    base_url: str
    endpoint_path: str
    headers_template: Mapping[str, str] = field(default_factory=dict)
    query_template: Mapping[str, str] = field(default_factory=dict)
    require_member: bool = False
    inject_member_identity: InjectedIdentity = field(default_factory=InjectedIdentity)
    allowed_roles: tuple[str, ...] = ()
    auth_strategy: AuthStrategy = AuthStrategy.NONE
    signature_scheme: SignatureScheme = SignatureScheme.TNG1
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDefinition:
    """What a resource's owner writes; its digest covers exactly this.

    It has one of `uri` and `uri_template`, and one of `text`, `blob` (base64) and `endpoint`. With
    a `uri_template`, `text` is a template of its variables.
    """

    name: str
    uri: str | None = None
    uri_template: str | None = None
    title: str | None = None
    description: str | None = None
    icons: tuple[JsonObject, ...] | None = None
    mime_type: str | None = None
    annotations: JsonObject | None = None
    completions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text: str | None = None
    blob: str | None = field(default=None, repr=False)
    endpoint: ResourceEndpoint | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """What its URI leaves open; raise `InvalidTemplate` for a template that is none."""
        if self.uri_template is None:
            return ()
        return uri_templates.parse(self.uri_template).names

    def match(self, uri: str) -> Mapping[str, str] | None:
        """Return the values of the variables by which `uri` is this resource's, if it is."""
        if self.uri_template is None:
            return {} if uri == self.uri else None
        return uri_templates.parse(self.uri_template).match(uri)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A stored resource: its definition and what the system adds to it.

    `version` rises by one with each change; `digest` is `resource_digest` of the definition,
    `approved_digest` that of the one last approved. Times are whole seconds since the Unix epoch.
    """

    project_id: str
    definition: ResourceDefinition
    digest: str
    version: int
    is_enabled: bool
    created_at: int
    updated_at: int
    sealed_secret: SealedSecret | None = None
    approved_digest: str | None = None

    @property
    def id(self) -> str:
        """The id under which the management API knows the resource."""
        return resource_id(self.definition.name)

    @property
    def is_approved(self) -> bool:
        """Whether somebody has looked at this very definition and approved it."""
        return self.approved_digest == self.digest

    def is_offered(self, *, only_approved: bool) -> bool:
        """Say whether callers know of this resource; `only_approved` is their project's setting."""
        return self.is_enabled and (self.is_approved or not only_approved)

    @property
    def tool(self) -> Tool | None:
        """The endpoint as the tool that dispatch calls, if there is one."""
        definition = endpoint_tool(self.definition)
        if definition is None:
            return None
        return Tool(
            project_id=self.project_id,
            definition=definition,
            digest=self.digest,
            version=self.version,
            is_enabled=self.is_enabled,
            created_at=self.created_at,
            updated_at=self.updated_at,
            sealed_secret=self.sealed_secret,
            approved_digest=self.approved_digest,
        )

    @property
    def secret_binding(self) -> SecretBinding | None:
        """What the endpoint's secret is bound to, if there is an endpoint."""
        tool = self.tool
        return None if tool is None else tool.secret_binding


def filled_text(definition: ResourceDefinition, values: Mapping[str, str]) -> str | None:
    """Return a stored text for one URI; where nothing is open, it stands as it was written."""
    if definition.text is None or definition.uri_template is None:
        return definition.text
    parts = parse(definition.text)
    return "".join(values[part.name] if isinstance(part, Variable) else part for part in parts)


def endpoint_tool(definition: ResourceDefinition) -> ToolDefinition | None:
    """Return the endpoint as a tool, which takes the URI's variables as arguments."""
    endpoint = definition.endpoint
    if endpoint is None:
        return None
    variables = definition.variables
    return ToolDefinition(
        name=TOOL_PREFIX + definition.name,
        description=definition.description or definition.name,
        input_schema={
            "type": "object",
            "properties": {name: {"type": "string"} for name in variables},
            "required": list(variables),
            "additionalProperties": False,
        },
        http_method=HttpMethod.GET,
        base_url=endpoint.base_url,
        endpoint_path=endpoint.endpoint_path,
        headers_template=endpoint.headers_template,
        query_template=endpoint.query_template,
        require_member=endpoint.require_member,
        inject_member_identity=endpoint.inject_member_identity,
        allowed_roles=endpoint.allowed_roles,
        auth_strategy=endpoint.auth_strategy,
        signature_scheme=endpoint.signature_scheme,
        timeout_seconds=endpoint.timeout_seconds,
    )
