"""Take a tool's own secret out of what its upstream says."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from gatehouse.domain.calls import UpstreamAnswer

REDACTED: Final = b"***"


def redacted(answer: UpstreamAnswer, secrets: Sequence[str]) -> UpstreamAnswer:
    """Return the answer without the secrets, however JSON or a URL would spell them.

    An upstream that echoes its request, as error pages do, must not tell the model a secret.
    """
    spellings = sorted({s for secret in secrets for s in _spellings(secret)}, key=len, reverse=True)
    if not spellings:
        return answer
    body, content_type = answer.body, answer.content_type.encode()
    for spelling in spellings:
        body = body.replace(spelling, REDACTED)
        content_type = content_type.replace(spelling, REDACTED)
    if answer.truncated:  # the cut may have gone through a secret
        body = body[: max(0, len(body) - len(spellings[0]) + 1)]
    return replace(answer, body=body, content_type=content_type.decode())


def _spellings(secret: str) -> Iterator[bytes]:
    if secret:
        yield secret.encode()
        yield json.dumps(secret)[1:-1].encode()
        yield json.dumps(secret, ensure_ascii=False)[1:-1].encode()
        yield quote(secret, safe="").encode()
