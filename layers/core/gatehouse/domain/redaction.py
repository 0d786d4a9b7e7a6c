"""Take a tool's own secret out of what its upstream says."""

import json
import re
from binascii import b2a_base64
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from html import escape
from typing import Final, TypeAlias

from gatehouse.domain.calls import UpstreamAnswer

REDACTED: Final = b"***"
MIN_ENCODED: Final = 7
"""Characters of base64 or hex below which a likeness says nothing; six bytes make seven or more."""
_ESCAPE: Final = re.compile(rb"[%&\\]")
"""What every escape of `_ways` begins with."""
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")

Spelling: TypeAlias = Sequence[tuple[bytes, ...]]
"""For each piece of a secret in turn, how it may be written: as it is, or escaped (lower case)."""


def redacted(answer: UpstreamAnswer, secrets: Sequence[str]) -> UpstreamAnswer:
    """Return the answer without the secrets, however JSON, a URL, HTML or base64 spell them.

    An upstream that echoes its request, as error pages do, must not tell the model a secret.
    """
    body = answer.body
    content_type = kept_type = answer.content_type.encode()
    for secret in filter(None, secrets):
        encoded = _encoded(secret)
        body = _without(body, secret, encoded)
        content_type = _without(content_type, secret, encoded)
        if answer.truncated:
            for spelling in _spellings(secret, encoded):
                body = _without_half(body, spelling)
    if body == answer.body and content_type == kept_type:
        return answer
    return replace(answer, body=body, content_type=content_type.decode())


def _without(text: bytes, secret: str, encoded: Sequence[bytes]) -> bytes:
    """Return `text` without the secret, wherever the whole of it stands, and how it is encoded."""
    if _ESCAPE.search(text):
        text = re.sub(b"".join(map(_pattern, secret)), REDACTED, text)
    else:  # nothing is escaped in there, and looking for one spelling takes no time
        text = text.replace(secret.encode(), REDACTED)
    for each in encoded:
        text = text.replace(each, REDACTED)
    return text


def _spellings(secret: str, encoded: Sequence[bytes]) -> Iterator[Spelling]:
    yield [_ways(character) for character in secret]
    yield from ([(each,)] for each in encoded)


def _encoded(secret: str) -> Sequence[bytes]:
    """Return how a secret looks in hex and base64, as far as that tells anything."""
    data = secret.encode()
    digits = data.hex().encode()
    encoded = {digits, digits.upper(), *_within_base64(data)}
    return [text for text in encoded if len(text) >= MIN_ENCODED]


@lru_cache(maxsize=256)
def _ways(character: str) -> tuple[bytes, ...]:
    """Return how one character may be written: as it is, or escaped by whoever repeats it."""
    data, number = character.encode(), ord(character)
    ways = {
        data,
        b"".join(b"%%%02x" % octet for octet in data),
        json.dumps(character)[1:-1].encode().lower(),
        b"".join(b"\\u%04x" % int.from_bytes(unit) for unit in _utf16(character)),
        b"\\" + data if character in '"/\\' else data,
        escape(character).encode(),
        b"&#%d;" % number,
        b"&#x%x;" % number,
    }
    return (data, *sorted(ways - {data, data.lower()}))


def _utf16(character: str) -> Iterator[bytes]:
    units = character.encode("utf-16-be", "surrogatepass")
    return (units[i : i + 2] for i in range(0, len(units), 2))


def _within_base64(data: bytes) -> Sequence[bytes]:
    """Return what base64 makes of `data`, wherever it stands in something longer.

    Three bytes become four characters, so there are three ways; characters at either end that
    hold bits of a neighbour are left out.
    """
    found: list[bytes] = []
    for offset in range(3):
        text = b2a_base64(bytes(offset) + data, newline=False).rstrip(b"=")
        whole = len(text) - (1 if (offset + len(data)) % 3 else 0)
        inner = text[-(-offset * 8 // 6) : whole]
        found += (inner, inner.translate(_URL_SAFE))
    return found


@lru_cache(maxsize=256)
def _pattern(character: str) -> bytes:
    """Return the pattern of one character; what it is kept by tells no secret."""
    first, *escapes = map(re.escape, _ways(character))
    return b"(?:%b|(?i:%b))" % (first, b"|".join(escapes)) if escapes else first


def _without_half(body: bytes, spelling: Spelling) -> bytes:
    """Return a body that was cut without the part of a secret that the cut left at its end."""
    longest = sum(max(map(len, ways)) for ways in spelling)
    for start in range(max(0, len(body) - longest), len(body)):
        if _runs_out(body[start:], spelling):
            return body[:start]
    return body


def _runs_out(end: bytes, spelling: Spelling) -> bool:
    """Say whether `end` is how a secret begins."""
    for first, *escapes in spelling:
        ways = ((first, end), *((way, end.lower()) for way in escapes))
        way = next((w for w, text in ways if text.startswith(w) or w.startswith(text)), None)
        if way is None:
            return False
        if len(end) <= len(way):
            return True
        end = end[len(way) :]
    return False
