"""The endpoint of credentials, which instances restored from a snapshot have.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from gatehouse.aws.wire.connection import Pool, TlsContext
from gatehouse.aws.wire.credentials import ADDRESS, Expiring, read_fetched
from gatehouse.aws.wire.endpoints import BadEndpoint, Endpoint, Patience, read_endpoint
from gatehouse.aws.wire.errors import NoCredentials, WireError

PATIENCE: Final = Patience(connect_seconds=2, read_seconds=2, attempts=3)
PAUSE_SECONDS: Final = 0.2
_HOSTS: Final = {"localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"}
"""Hosts that may be asked without TLS, beside those of this machine."""
_OK: Final = 200


def fetch(
    environ: Mapping[str, str],
    *,
    tls: TlsContext,
    clock: Callable[[], float],
    sleep: Callable[[float], None] = time.sleep,
) -> Expiring:
    """Ask for credentials.

    Raises:
        NoCredentials: The endpoint does not give any, or is none that may be asked.
    """
    endpoint, request = _request(environ)
    last: Exception | None = None
    for attempt in range(PATIENCE.attempts):
        if attempt:
            sleep(PAUSE_SECONDS)
        pool = Pool(endpoint, PATIENCE, tls=tls, clock=clock)
        try:
            answer = pool.exchange(request, is_repeatable=True)
        except WireError as error:
            last = error
            continue
        finally:
            pool.close()
        if answer.status == _OK:
            return read_fetched(answer.body)
    raise NoCredentials("The endpoint of credentials refuses") from last


def _request(environ: Mapping[str, str]) -> tuple[Endpoint, bytes]:
    url = environ[ADDRESS]
    parts = urlsplit(url)
    try:
        endpoint = read_endpoint(f"{parts.scheme}://{parts.netloc}")
        if not endpoint.is_secure and not _may_be_asked(endpoint.host):
            raise NoCredentials("The endpoint of credentials is not on this machine")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"GET {path} HTTP/1.1", f"Host: {endpoint.authority}", "Accept: application/json"]
        if token := _token(environ):
            lines.append(f"Authorization: {token}")
        if any(character in line for line in lines for character in "\r\n"):
            raise NoCredentials("The token for the endpoint of credentials is not one line")
        return endpoint, "".join(f"{line}\r\n" for line in [*lines, ""]).encode("ascii")
    except (BadEndpoint, UnicodeError) as error:
        raise NoCredentials("The endpoint of credentials is not readable") from error


def _token(environ: Mapping[str, str]) -> str | None:
    """Return the token; the one in a file is rotated, so it is read each time."""
    file = environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    if not file:
        return environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    try:
        return Path(file).read_text(encoding="ascii").rstrip("\n")
    except (OSError, UnicodeError) as error:
        raise NoCredentials("The token for the endpoint of credentials is unreadable") from error


def _may_be_asked(host: str) -> bool:
    try:
        return host in _HOSTS or ip_address(host).is_loopback
    except ValueError:
        return False
