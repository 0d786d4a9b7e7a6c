"""Which settings a project may have."""

from collections.abc import Iterator
from typing import Final

from gatehouse.domain.errors import FieldError
from gatehouse.domain.external_issuers import (
    FIELDS,
    MAX_ISSUERS,
    MAX_TEXT,
    ExternalIssuer,
    split_url,
)
from gatehouse.domain.limits import limit_problems
from gatehouse.domain.members import is_visible
from gatehouse.domain.origins import origin_problem
from gatehouse.domain.project_settings import MAX_REPLICAS, ProjectSettings
from gatehouse.domain.upstreams import UpstreamPolicy

MAX_ORIGINS: Final = 50
"""They are read with every call."""


def settings_errors(settings: ProjectSettings, upstreams: UpstreamPolicy) -> Iterator[FieldError]:
    """Yield what is wrong with a project's settings."""
    for name in ("limits", "member_limits"):
        for field, message in limit_problems(getattr(settings, name)):
            yield FieldError(f"settings.{name}.{field}", message)
    if not 1 <= settings.replicas <= MAX_REPLICAS:
        yield FieldError("settings.replicas", f"must be 1 to {MAX_REPLICAS}")
    origins = settings.upstream_origins or ()
    if len(origins) > MAX_ORIGINS:
        yield FieldError("settings.upstream_origins", f"must name at most {MAX_ORIGINS} origins")
    for index, origin in enumerate(origins):
        if problem := origin_problem(origin, upstreams):
            yield FieldError(f"settings.upstream_origins.{index}", problem)
    yield from _issuer_errors(settings.external_issuers, upstreams)


def _issuer_errors(
    issuers: tuple[ExternalIssuer, ...], upstreams: UpstreamPolicy
) -> Iterator[FieldError]:
    where = "settings.external_issuers"
    if len(issuers) > MAX_ISSUERS:
        yield FieldError(where, f"must name at most {MAX_ISSUERS} issuers")
    if len({issuer.issuer for issuer in issuers}) < len(issuers):
        yield FieldError(where, "names an issuer twice")
    for index, issuer in enumerate(issuers):
        for name in FIELDS:
            if not is_visible(getattr(issuer, name), longest=MAX_TEXT):
                yield FieldError(f"{where}.{index}.{name}", f"must have 1 to {MAX_TEXT} characters")
        try:
            origin, _ = split_url(issuer.jwks_url)
            problem = origin_problem(origin, upstreams)
        except ValueError as error:
            problem = str(error)
        if problem:
            yield FieldError(f"{where}.{index}.jwks_url", problem)
