"""Files that pages need: each named by what is in it, so that browsers may keep it for ever."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from gatehouse.edge.console.pages import CONSOLE
from gatehouse.edge.http import HttpResponse

FOLDER: Final = Path(__file__).resolve().parent / "assets"
ASSETS: Final = f"{CONSOLE}/assets/"
MAX_AGE: Final = 31_536_000
"""Seconds."""
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, and where it is served."""

    path: str
    body: str
    media_type: str


@cache
def assets() -> Mapping[str, Asset]:
    """Return all of them by the names of their files."""
    return {file.name: _asset(file) for file in FOLDER.iterdir() if file.suffix in _TYPES}


def asset_path(name: str) -> str:
    """Return where a file is served."""
    return assets()[name].path


def served(path: str) -> HttpResponse | None:
    """Return the file at a path, if there is one."""
    for asset in assets().values():
        if asset.path == path:
            headers = {
                "content-type": f"{asset.media_type}; charset=utf-8",
                "cache-control": f"public, max-age={MAX_AGE}, immutable",
            }
            return HttpResponse(status=200, headers=headers, body=asset.body)
    return None


def _asset(file: Path) -> Asset:
    body = file.read_text(encoding="utf-8")
    digest = hashlib.sha256(body.encode()).hexdigest()[:16]
    return Asset(f"{ASSETS}{file.stem}.{digest}{file.suffix}", body, _TYPES[file.suffix])
