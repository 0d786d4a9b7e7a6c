"""What an answer's `Content-Type` says of its body, and text in the charset it names."""

import codecs
from typing import Final

_CHARSETS: Final = frozenset({"utf-8", "ascii", "iso8859-1", "cp1252", "utf-16"})
_TEXTUAL: Final = frozenset(
    {"application/xml", "application/javascript", "application/x-www-form-urlencoded"}
)


def content_type(header: str) -> tuple[str, str]:
    """Return the media type and the charset, both lower-case (RFC 9110 section 8.3)."""
    media_type, _, parameters = header.partition(";")
    charset = "utf-8"
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return media_type.strip().lower(), charset


def is_textual(media_type: str) -> bool:
    """Say whether a body of this media type is text for people."""
    return media_type.startswith("text/") or media_type.endswith("+xml") or media_type in _TEXTUAL


def decoded(body: bytes, charset: str) -> str:
    """Read text; an unknown charset counts as UTF-8, and what does not decode is marked."""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        name = "utf-8"
    text = body.decode(name if name in _CHARSETS else "utf-8", "replace")
    return text.removeprefix("\ufeff")
