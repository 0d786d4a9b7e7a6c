"""Icons: small pictures by which people tell things apart (MCP's `Icon`)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gatehouse.domain.errors import FieldError
from gatehouse.domain.json_values import JsonValue

MAX_ICONS: Final = 8
MAX_SRC: Final = 16 * 1024
"""Enough for a small picture as a data: URI."""

_SRC: Final = re.compile(
    r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?][!-~]*)?"
    r"|data:image/[a-z0-9.+-]+;base64,[A-Za-z0-9+/]+={0,2}",
    re.ASCII,
)
"""Nothing else: a client fetches it, and `javascript:` or `file:` would be somebody's weapon."""
_MEDIA_TYPE: Final = re.compile(r"image/[a-z0-9.+-]{1,64}", re.ASCII)
_SIZE: Final = re.compile(r"[0-9]{1,5}x[0-9]{1,5}|any", re.ASCII)
_MEMBERS: Final = frozenset({"src", "mimeType", "sizes", "theme"})
_THEMES: Final = ("light", "dark")


def icon_errors(icons: JsonValue, field: str = "icons") -> Iterator[FieldError]:
    """Yield what is wrong with a list of icons; `field` is where it stands."""
    if not isinstance(icons, list | tuple) or not 1 <= len(icons) <= MAX_ICONS:
        yield FieldError(field, f"must be a list of 1 to {MAX_ICONS} icons")
        return
    for index, icon in enumerate(icons):
        yield from _one(icon, f"{field}.{index}")


def _one(icon: JsonValue, field: str) -> Iterator[FieldError]:
    if not isinstance(icon, Mapping):
        yield FieldError(field, "must be an object with src")
        return
    for name in sorted(icon.keys() - _MEMBERS):
        yield FieldError(f"{field}.{name}", "is no member of an icon")
    src = icon.get("src")
    if not isinstance(src, str) or len(src) > MAX_SRC or not _SRC.fullmatch(src):
        yield FieldError(f"{field}.src", "must be an https: URL or a data: URI of a picture")
    if "mimeType" in icon and not _matches(_MEDIA_TYPE, icon["mimeType"]):
        yield FieldError(f"{field}.mimeType", "must be the media type of a picture")
    if "sizes" in icon and not _sizes(icon["sizes"]):
        yield FieldError(f"{field}.sizes", 'must be a list such as ["48x48"] or ["any"]')
    if "theme" in icon and icon["theme"] not in _THEMES:
        yield FieldError(f"{field}.theme", "must be light or dark")


def _sizes(value: JsonValue) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and all(_matches(_SIZE, size) for size in value)
    )


def _matches(shape: re.Pattern[str], value: JsonValue) -> bool:
    return isinstance(value, str) and bool(shape.fullmatch(value))
