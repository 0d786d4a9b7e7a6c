"""Where a Gatehouse is and with what one asks it: from the environment, else from a profile.

Profiles live in one file that only its owner may read. No secret is ever printed.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from gatehouse_cli.failures import Misused

PRIVATE: Final = 0o600
DEFAULT: Final = "default"
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One Gatehouse, and the credentials for it."""

    url: str
    api_key: str | None = field(default=None, repr=False)
    admin_token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        is_safe = parts.scheme == "https" or (
            parts.scheme == "http" and parts.hostname in _LOOPBACK
        )
        if not is_safe or not parts.hostname or parts.username or parts.query or parts.fragment:
            raise Misused("The URL must be https://host; http:// is for this machine alone.")
        for secret in (self.api_key, self.admin_token):
            # Said here, because an HTTP library would quote the whole secret in its complaint.
            if secret is not None and not (secret and all("!" <= each <= "~" for each in secret)):
                raise Misused("A credential is empty or has a space or line break in it.")

    def credential(self, path: str) -> str | None:
        """Return what proves who asks for `path`; None for what is public.

        Raises:
            Misused: There is none of the kind that is needed.
        """
        if path.startswith("/admin/"):
            return self._needed(self.admin_token, "administrator's token", "--admin")
        if path.startswith("/api/"):
            return self._needed(self.api_key, "API key", "")
        return None

    @staticmethod
    def _needed(secret: str | None, what: str, option: str) -> str:
        if secret is None:
            raise Misused(f"This needs an {what}: `gatehouse login {option}".rstrip() + "`.")
        return secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """All profiles by name, and the one that is used unless another is asked for."""

    current: str = DEFAULT
    by_name: Mapping[str, Profile] = field(default_factory=dict)


def home(environ: Mapping[str, str] = os.environ) -> Path:  # noqa: TID251
    """Return the file that holds the profiles."""
    base = environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "gatehouse" / "profiles.json"


def read(file: Path) -> Profiles:
    """Return what `file` holds; nothing where there is none.

    Raises:
        Misused: Others may read it, or it is not of our making.
    """
    try:
        if file.stat().st_mode & 0o077:
            raise Misused(f"Others may read {file}: chmod 600 it, and replace its credentials.")
        document = json.loads(file.read_text(encoding="utf-8"))
        by_name = {name: Profile(**each) for name, each in document["profiles"].items()}
        return Profiles(current=str(document["current"]), by_name=by_name)
    except FileNotFoundError:
        return Profiles()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Misused(f"{file} does not hold profiles.") from error


def write(file: Path, profiles: Profiles) -> None:
    """Replace what `file` holds; nobody else can read it at any moment."""
    document = {
        "current": profiles.current,
        "profiles": {
            name: {"url": each.url, "api_key": each.api_key, "admin_token": each.admin_token}
            for name, each in profiles.by_name.items()
        },
    }
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(opened, "w", encoding="utf-8") as target:
        json.dump(document, target, indent=2)
    draft.replace(file)


def chosen(
    name: str | None,
    environ: Mapping[str, str] = os.environ,  # noqa: TID251
) -> Profile:
    """Return the profile called `name`, else the environment's over the current one's.

    Raises:
        Misused: There is none.
    """
    stored = read(home(environ))
    found = stored.by_name.get(name or stored.current)
    if name is not None:
        if found is None:
            raise Misused(f"There is no profile {name!r}: `gatehouse profiles list`.")
        return found
    url = environ.get("GATEHOUSE_URL")
    if url is None and found is None:
        raise Misused("Which Gatehouse? `gatehouse login`, or set GATEHOUSE_URL.")
    # A URL from the environment never gets the credentials that were stored for another.
    kept = found if found is not None and url in {None, found.url} else None
    return Profile(
        url=(url or (found.url if found else "")).rstrip("/"),
        api_key=environ.get("GATEHOUSE_API_KEY") or (kept.api_key if kept else None),
        admin_token=environ.get("GATEHOUSE_ADMIN_TOKEN") or (kept.admin_token if kept else None),
    )
