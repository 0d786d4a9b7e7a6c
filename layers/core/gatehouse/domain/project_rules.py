"""Which settings a project may have."""

from collections.abc import Iterator
from typing import Final

from gatehouse.domain.errors import FieldError
from gatehouse.domain.limits import limit_problems
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
