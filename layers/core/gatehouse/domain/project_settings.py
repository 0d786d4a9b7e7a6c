"""What the deployment's administrator sets for one project."""

from dataclasses import dataclass
from typing import Final

from gatehouse.domain.external_issuers import ExternalIssuer, issuer_document, read_issuers
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.limits import UNLIMITED, Limits, limits_document, read_limits

MAX_REPLICAS: Final = 8
_FIELDS: Final = frozenset(
    {
        "upstream_origins",
        "require_approval",
        "limits",
        "member_limits",
        "replicas",
        "external_issuers",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings:
    """Without a setting nothing is restricted beyond what the deployment restricts.

    `upstream_origins` are all that the project's tools may call, as `canonical_origin` writes
    them; None means whatever the deployment allows. With `require_approval` a tool or a
    resource is neither listed nor called or read unless its present definition was approved.
    `limits` hold for all calls of the project together, `member_limits` for those of each member.
    `replicas` says under how many keys what every call reads is kept, for more reads a second.
    Tokens of `external_issuers` may be traded for sessions of the members whom they name.
    """

    upstream_origins: tuple[str, ...] | None = None
    require_approval: bool = False
    limits: Limits = UNLIMITED
    member_limits: Limits = UNLIMITED
    replicas: int = 1
    external_issuers: tuple[ExternalIssuer, ...] = ()

    def issuer(self, name: object) -> ExternalIssuer | None:
        """Return the external issuer that calls itself `name`, if it is one of this project's."""
        return next((known for known in self.external_issuers if known.issuer == name), None)

    def allows(self, origin: str) -> bool:
        """Say whether this project's tools may call `origin`."""
        return self.upstream_origins is None or canonical_origin(origin) in self.upstream_origins


def canonical_origin(origin: str) -> str:
    """Write equal origins alike: in lower case, without the port that https has anyway."""
    return origin.lower().removesuffix(":443")


def settings_document(settings: ProjectSettings) -> JsonObject:
    """Return the settings as JSON, with every field."""
    origins = settings.upstream_origins
    return {
        "upstream_origins": None if origins is None else list(origins),
        "require_approval": settings.require_approval,
        "limits": limits_document(settings.limits),
        "member_limits": limits_document(settings.member_limits),
        "replicas": settings.replicas,
        "external_issuers": [issuer_document(issuer) for issuer in settings.external_issuers],
    }


def read_settings(document: JsonValue) -> ProjectSettings:
    """Return the settings that `settings_document` wrote; raise `ValueError` for anything else."""
    if not isinstance(document, dict) or document.keys() - _FIELDS:
        raise ValueError("these are no settings of a project")
    return ProjectSettings(
        upstream_origins=_origins(document.get("upstream_origins")),
        require_approval=_flag(document.get("require_approval", False)),
        limits=read_limits(document.get("limits")),
        member_limits=read_limits(document.get("member_limits")),
        replicas=_replicas(document.get("replicas", 1)),
        external_issuers=read_issuers(document.get("external_issuers", [])),
    )


def _origins(value: JsonValue) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise ValueError("upstream_origins is not a list")  # noqa: TRY004 - stored, not passed
    return tuple(map(str, value))


def _flag(value: JsonValue) -> bool:
    if not isinstance(value, bool):
        raise ValueError("require_approval is not a flag")  # noqa: TRY004 - stored, not passed
    return value


def _replicas(value: JsonValue) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_REPLICAS:
        raise ValueError("replicas is not a number of replicas")
    return value
