"""Where OAuth clients may have people sent back (RFC 9700 section 2.1)."""

import re
from typing import Final
from urllib.parse import urlsplit

MAX_URI: Final = 512
MAX_URIS: Final = 20
MAX_PORT: Final = 65_535
_TEXT: Final = re.compile(r"[!#$&-;=?-\[\]_a-z~%]+", re.ASCII)
"""Characters of a URI (RFC 3986 section 2), which all readers read alike."""
_SCHEME: Final = re.compile(r"[a-z][a-z0-9.+-]*", re.ASCII)
_LOOPBACK: Final = frozenset({"127.0.0.1", "[::1]", "localhost"})
_NEVER: Final = frozenset(
    {"about", "blob", "chrome", "data", "file", "filesystem", "ftp", "intent", "javascript",
     "mailto", "tel", "vbscript", "view-source", "ws", "wss"}
)  # fmt: skip
"""Schemes that are no app's own: they run or read something, or lead elsewhere."""
_HOST: Final = re.compile(r"(?P<host>\[[0-9a-f:]+\]|[a-z0-9.-]+)(:(?P<port>[1-9][0-9]{0,4}))?")


def redirect_problem(uri: str) -> str | None:
    """Say why nobody may register `uri`, if nobody may."""
    if not 1 <= len(uri) <= MAX_URI or not _TEXT.fullmatch(uri):
        return f"must be a URI of at most {MAX_URI} characters"
    scheme = uri.partition(":")[0]
    if not _SCHEME.fullmatch(scheme) or scheme in _NEVER or "#" in uri:
        return "must be https, http on this machine, or an app's own scheme, without a fragment"
    if scheme not in {"https", "http"}:
        return None if len(uri) > len(scheme) + 1 else "names nothing but a scheme"
    match = _authority(uri)
    if match is None:
        return "must have a host in lower case, without a user"
    if scheme == "http" and match["host"] not in _LOOPBACK:
        return "must be https, except for http on this machine (127.0.0.1, [::1], localhost)"
    return None


def is_registered(uri: str, registered: tuple[str, ...]) -> bool:
    """Say whether `uri` is one of those that were registered, character by character.

    One of this machine that was registered without a port stands for every port: programs take
    whichever is free (RFC 8252 section 7.3).
    """
    return uri in registered or _without_port(uri) in registered


def form_target(uri: str) -> str:
    """Return the source expression of CSP that allows a form to end up at a registered URI."""
    scheme = uri.partition(":")[0]
    authority = urlsplit(uri).netloc
    # CSP has no way to write an IPv6 address.
    if scheme not in {"https", "http"} or authority.startswith("["):
        return f"{scheme}:"
    return f"{scheme}://{authority}"


def shown_target(uri: str) -> str:
    """Return what a person should know of where they are sent: the host, or the app's scheme."""
    return urlsplit(uri).netloc or f"{uri.partition(':')[0]}:"


def _without_port(uri: str) -> str | None:
    """Return a URI of this machine without its port; None for any other."""
    match = _authority(uri) if uri.startswith("http://") else None
    if match is None or match["port"] is None or match["host"] not in _LOOPBACK:
        return None
    if redirect_problem(uri):
        return None
    return uri.replace(f":{match['port']}", "", 1)


def _authority(uri: str) -> "re.Match[str] | None":
    """Take host and port of an http or https URI apart; what is written otherwise is none."""
    rest = uri.partition("://")[2]
    authority = re.split(r"[/?]", rest, maxsplit=1)[0]
    match = _HOST.fullmatch(authority)
    if match is None or int(match["port"] or 0) > MAX_PORT or not _is_host(match["host"]):
        return None
    return match


def _is_host(host: str) -> bool:
    """Say whether what is in brackets, if anything, is an IPv6 address; other names may be any."""
    if not host.startswith("["):
        return True
    from ipaddress import IPv6Address  # noqa: PLC0415 - hardly anybody writes one

    try:
        IPv6Address(host[1:-1])
    except ValueError:
        return False
    return True
