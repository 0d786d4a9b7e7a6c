"""Fetch a document of an API from where its publisher keeps it, as guarded as a tool's call."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gatehouse.domain.errors import FieldError, InvalidFields, PayloadTooLarge, UpstreamFailed
from gatehouse.domain.origins import origin_problem
from gatehouse.domain.projects import Project
from gatehouse.domain.requests import OutboundRequest
from gatehouse.ports.upstreams import (
    Upstream,
    UpstreamForbidden,
    UpstreamUncertain,
    UpstreamUnreachable,
)
from gatehouse.usecases.check_origin import CheckOrigin

MAX_FETCHED: Final = 4 * 1024 * 1024
"""Bytes of a document, packed and unpacked."""
TIMEOUT_SECONDS: Final = 8.0
MAX_URL: Final = 500
_URL: Final = re.compile(r"(https?://[^/?#\s@]+)(/[!-~]*)", re.ASCII | re.IGNORECASE)
_HEADERS: Final = (
    ("Accept", "application/json, application/yaml, */*"),
    ("User-Agent", "gatehouse"),
)
_OK: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchDocument:
    """`upstream` is built for the first document that is fetched: most imports bring theirs."""

    check_origin: CheckOrigin
    upstream: Callable[[], Upstream]

    def __call__(self, project: Project, url: str) -> bytes:
        """Return a document's bytes. No redirect is followed, no credential is sent.

        Raises:
            InvalidFields: Nothing of the project may be fetched there.
            PayloadTooLarge: The document has more than `MAX_FETCHED` bytes.
            UpstreamFailed: It does not come.
        """
        request = self._request(project, url)
        try:
            answer = self.upstream().send(
                request, timeout_seconds=TIMEOUT_SECONDS, max_bytes=MAX_FETCHED
            )
        except UpstreamForbidden as error:
            raise _wrong("must not lead inside a network") from error
        except (UpstreamUnreachable, UpstreamUncertain) as error:
            raise UpstreamFailed("The document's address gave no answer in time") from error
        if answer.status != _OK:
            raise UpstreamFailed(f"The document's address answered {answer.status}, not 200")
        if answer.truncated:
            raise PayloadTooLarge(f"The document has more than {MAX_FETCHED} bytes")
        return answer.body

    def _request(self, project: Project, url: str) -> OutboundRequest:
        match = _URL.fullmatch(url)
        if match is None or len(url) > MAX_URL:
            raise _wrong("must be a URL with a path, such as https://api.example.com/openapi.json")
        origin, target = match[1].lower(), match[2].partition("#")[0]
        policy = self.check_origin.policy
        problem = origin_problem(origin, policy) or self.check_origin.problem(project, origin)
        if problem:
            raise _wrong(problem)
        return OutboundRequest(
            method="GET", origin=origin, target=target, headers=_HEADERS, body=b""
        )


def _wrong(message: str) -> InvalidFields:
    return InvalidFields((FieldError("url", message),))
