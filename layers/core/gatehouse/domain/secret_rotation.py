"""Rotating a tool's secret: the one before stays in force until its receiver has the new one."""

from collections.abc import Iterator
from typing import Final

from gatehouse.domain.errors import FieldError
from gatehouse.domain.sealing import RetiringSecret
from gatehouse.domain.tools import Tool

MAX_ROTATION_SECONDS: Final = 86_400
_FIELD: Final = "rotation_seconds"


def rotation_errors(
    current: Tool, changed: Tool, *, seconds: int, is_new: bool
) -> Iterator[FieldError]:
    """Yield why the secret of `current` cannot stay in force beside that of `changed`.

    `is_new` is whether there is a new secret at all.
    """
    if not 0 <= seconds <= MAX_ROTATION_SECONDS:
        yield FieldError(_FIELD, f"must be from 0 to {MAX_ROTATION_SECONDS}")
    elif seconds and not is_new:
        yield FieldError(_FIELD, "needs encrypted_auth_secret beside it")
    elif seconds and current.sealed_secret is None:
        yield FieldError(_FIELD, "there is no secret yet that could stay in force")
    elif seconds and current.secret_binding != changed.secret_binding:
        yield FieldError(_FIELD, "keeps a secret for the same base_url and auth_strategy alone")


def retiring(current: Tool, *, seconds: int, is_new: bool, now: int) -> RetiringSecret | None:
    """Return what stays in force beside the present secret, after a change at `now`.

    A new secret takes the place of both; without one nothing changes, but what is over goes.
    """
    if not is_new:
        kept = current.retiring_secret
        return kept if kept and now < kept.until else None
    if not seconds or current.sealed_secret is None:
        return None
    return RetiringSecret(sealed=current.sealed_secret, until=now + seconds)
