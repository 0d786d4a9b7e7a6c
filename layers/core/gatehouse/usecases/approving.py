"""Approve a definition: the very one that was looked at, and no other."""

from dataclasses import replace
from typing import TypeVar

from gatehouse.domain.errors import Conflict
from gatehouse.domain.resources import Resource
from gatehouse.domain.tools import Tool

Approvable = TypeVar("Approvable", Tool, Resource)


def approved(current: Approvable, digest: str, *, now: int) -> Approvable:
    """Return it with its definition approved; raise `Conflict` if `digest` is another one's.

    Its version rises, so that a change that was under way does not restore what was before.
    """
    if current.digest != digest:
        raise Conflict(
            "The digest is not that of the present definition; look at it again",
            current_version=current.version,
        )
    return replace(current, approved_digest=digest, version=current.version + 1, updated_at=now)
