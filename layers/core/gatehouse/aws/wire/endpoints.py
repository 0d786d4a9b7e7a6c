"""Where services are, and how long to wait for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_SUFFIXES: Final = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
    "eu-isoe-": "cloud.adc-e.uk",
}
"""Domains of partitions by what their regions begin with; all others are in `amazonaws.com`."""

_PORTS: Final = {"http": 80, "https": 443}
_UNKNOWN: Final = ("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT")


class BadEndpoint(ValueError):
    """The environment describes no endpoint that this client can use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one attempt may take in seconds, and how many there are."""

    connect_seconds: float
    read_seconds: float
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One host; `prefix` stands before every path."""

    is_secure: bool
    host: str
    port: int
    authority: str
    prefix: str = ""


def region_of(environ: Mapping[str, str]) -> str:
    """Return the region that requests are for."""
    region = environ.get("AWS_DEFAULT_REGION") or environ.get("AWS_REGION")
    if not region:
        raise BadEndpoint("AWS_REGION is not set")
    return region


def endpoint_of(service: str, environ: Mapping[str, str]) -> Endpoint:
    """Return where `service` is, by its name in host names.

    Variables are those of the SDKs. What would need other hosts is refused, and not ignored.
    """
    own = "AWS_ENDPOINT_URL_" + _NAMES.get(service, service.upper())
    url = environ.get(own) or environ.get("AWS_ENDPOINT_URL")
    if url and environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() != "true":
        return read_endpoint(url)
    for name in _UNKNOWN:
        if environ.get(name, "").lower() == "true":
            raise BadEndpoint(f"{name} is not supported")
    region = region_of(environ)
    suffixes = (suffix for start, suffix in _SUFFIXES.items() if region.startswith(start))
    return read_endpoint(f"https://{service}.{region}.{next(suffixes, 'amazonaws.com')}")


_NAMES: Final = {"secretsmanager": "SECRETS_MANAGER"}


def read_endpoint(url: str) -> Endpoint:
    """Read a URL of scheme, host, and perhaps port and path."""
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError) as error:
        raise BadEndpoint(f"{url!r} is no endpoint") from error
    if not parts.hostname or parts.query or parts.fragment or parts.username:
        raise BadEndpoint(f"{url!r} is no endpoint")
    return Endpoint(
        is_secure=parts.scheme == "https",
        host=parts.hostname,
        port=port,
        authority=parts.netloc,
        prefix=parts.path.rstrip("/"),
    )
