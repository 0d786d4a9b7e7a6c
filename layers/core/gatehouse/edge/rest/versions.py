"""Optimistic versions: which one a change is based on, and how a lost race is told."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from gatehouse.domain.errors import Conflict, FieldError, InvalidFields, PreconditionFailed
from gatehouse.edge.http import HttpRequest

IF_MATCH: Final = "if-match"
_ETAG: Final = re.compile(r'"([0-9]{1,15})"', re.ASCII)


def etag(version: int) -> str:
    """Return the entity tag of a version (RFC 9110 section 8.8.3)."""
    return f'"{version}"'


def expected_version(request: HttpRequest, in_body: int | None) -> int:
    """Return the version that a change is based on, from the body or from If-Match.

    Raises:
        InvalidFields: Neither names one, If-Match is no version, or the two differ.
    """
    header = request.headers.get(IF_MATCH)
    if header is None:
        if in_body is None:
            raise InvalidFields((FieldError("version", "is required, here or in If-Match"),))
        return in_body
    match = _ETAG.fullmatch(header.strip())
    if match is None:
        raise InvalidFields((FieldError("If-Match", 'must be one version, such as "3"'),))
    if in_body is not None and in_body != int(match[1]):
        raise InvalidFields((FieldError("version", "differs from If-Match"),))
    return int(match[1])


@contextmanager
def lost_race(request: HttpRequest) -> Generator[None, None, None]:
    """Tell a lost race as 412 to those who asked by If-Match (RFC 9110 section 13.1.1)."""
    try:
        yield
    except Conflict as conflict:
        if IF_MATCH in request.headers and conflict.current_version is not None:
            raise PreconditionFailed(
                str(conflict), current_version=conflict.current_version
            ) from conflict
        raise
