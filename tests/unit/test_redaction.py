"""A secret is taken out of an answer however its characters are written, each by itself."""

import html
import json
from base64 import b64encode

from hypothesis import example, given
from hypothesis import strategies as st

from gatehouse.domain.calls import UpstreamAnswer
from gatehouse.domain.redaction import redacted

CHARACTERS = st.characters(exclude_categories=["Cs"])


def escapes(character: str) -> list[str]:
    """Return how a character may be written; those of `\\u` in one unit each."""
    written = [
        character,
        character.encode().hex("%").join(("%", "")) if len(character.encode()) > 1 else "",
        f"%{ord(character):02X}" if ord(character) < 128 else "",
        json.dumps(character)[1:-1],
        html.escape(character),
        f"&#{ord(character)};",
        f"&#x{ord(character):X};",
        f"\\u{ord(character):04x}" if ord(character) < 0x10000 else "",
    ]
    return [text for text in written if text]


def told(body: bytes, secret: str) -> bytes:
    answer = UpstreamAnswer(status=200, content_type="text/plain", body=body)
    return redacted(answer, (secret,)).body


@given(st.data(), st.text(CHARACTERS, min_size=1, max_size=20))
def test_every_character_may_be_escaped_in_a_way_of_its_own(data: st.DataObject, key: str) -> None:
    secret = f"Key{key}!"  # a backslash at its end may leave the other half of its escape
    echo = "".join(data.draw(st.sampled_from(escapes(character))) for character in secret)
    assert told(b"(" + echo.encode() + b")", secret) == b"(***)"


@example("000000", bytes(4))
@given(st.text(CHARACTERS, min_size=6, max_size=20), st.binary(max_size=9))
def test_a_secret_within_base64_is_never_whole(secret: str, before: bytes) -> None:
    echo = b64encode(before + secret.encode() + b"!")
    assert b"***" in told(echo, secret)


def test_an_answer_that_does_not_tell_the_secret_stays_as_it_is() -> None:
    body = b'{"a": "100 %, \\u00fc &amp; c2VzYW1l"}'
    assert told(body, "another secret") == body
