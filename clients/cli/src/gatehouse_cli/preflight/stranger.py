"""What a stranger gets from a deployment over the network."""

import re
import socket
import ssl
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import httpx

from gatehouse.domain.checklist.outside_rules import FOREIGN_HOST, FOREIGN_ORIGIN
from gatehouse.domain.checklist.snapshot import Answers

PATHS: Final = ("/health", "/nobody/has/this")
"""Something that is there, and an error."""
SECONDS: Final = 10
_AGE: Final = re.compile(r"max-age=([0-9]{1,12})", re.ASCII)


def answers(url: str) -> Answers:
    """Ask as somebody whom nobody knows; raise `httpx.HTTPError` where nobody answers."""
    with httpx.Client(base_url=url, timeout=SECONDS, follow_redirects=False) as http:
        told = {path: http.get(path).headers for path in PATHS}
        foreign = http.get("/health", headers={"origin": FOREIGN_ORIGIN})
        spoofed = http.get("/health", headers={"host": FOREIGN_HOST})
    return Answers(
        url=url,
        hsts_seconds={path: _hsts_seconds(headers) for path, headers in told.items()},
        plain_status=_plain_status(url),
        foreign_origin=foreign.headers.get("access-control-allow-origin"),
        spoofed_host_status=spoofed.status_code,
        certificate_ends_at=_certificate_ends_at(url),
    )


def _hsts_seconds(headers: Mapping[str, str]) -> int:
    found = _AGE.search(headers.get("strict-transport-security", ""))
    return int(found[1]) if found else 0


def _plain_status(url: str) -> int | None:
    """Return what plain http is answered; None where nobody answers."""
    plain = url.replace("https://", "http://", 1)
    try:
        return httpx.get(f"{plain}/health", timeout=SECONDS, follow_redirects=False).status_code
    except httpx.TransportError:
        return None


def _certificate_ends_at(url: str) -> int | None:
    """Return when the certificate ends, in Unix seconds; None where none holds."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname is None:
        return None
    context = ssl.create_default_context()
    address = (parts.hostname, parts.port or 443)
    try:
        with (
            socket.create_connection(address, timeout=SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname) as secured,
        ):
            found = secured.getpeercert() or {}
    except ssl.SSLError:
        return None
    return int(ssl.cert_time_to_seconds(str(found["notAfter"])))
