"""IP addresses and URLs as constraints see them."""

import re
from typing import TYPE_CHECKING, Final

from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.frozen import Frozen

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

_PREFIX: Final = re.compile(r"(?:0|[1-9][0-9]{0,2})", re.ASCII)
_MAX_IP_LENGTH: Final = 45
MAX_URL_LENGTH: Final = 16_384
"""Longest URL looked at, in characters."""


def address(text: str) -> "IPv4Address | IPv6Address":
    """Read an address: dotted quad without leading zeros, or IPv6 without a zone.

    Raises:
        Denied: It is neither.
    """
    from ipaddress import ip_address  # noqa: PLC0415 - loaded when a warrant first needs it

    fault = Denied(1501, "the value is no IP address")
    if len(text) > _MAX_IP_LENGTH or "%" in text:
        raise fault
    try:
        return ip_address(text)
    except ValueError as error:
        raise fault from error


def network(text: str) -> "IPv4Network | IPv6Network":
    """Read a network, `address/bits` or an address alone; bits of the host are dropped.

    Raises:
        Denied: It is neither.
    """
    from ipaddress import ip_network  # noqa: PLC0415

    base, slash, bits = text.partition("/")
    fault = Denied(1501, "the constraint holds no IP network")
    if len(base) > _MAX_IP_LENGTH or "%" in base or (slash and not _PREFIX.fullmatch(bits)):
        raise fault
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise fault from error


class Url(Frozen):
    """A URL after WHATWG parsing; `port` is None when it is the scheme's own."""

    scheme: str
    host: str
    port: int | None
    path: str


def url(text: str) -> Url | None:
    """Read an absolute URL as browsers do (WHATWG URL); None when it is none.

    Raises:
        Denied: It is too long, or parsers of different years may differ about its host.
    """
    from can_ada import parse  # noqa: PLC0415

    if len(text) > MAX_URL_LENGTH:
        raise Denied(1905, "the URL is too long")
    try:
        parsed = parse(text)
    except ValueError:
        return None
    host = parsed.hostname
    if "xn--" in host:
        for label in host.split("."):
            _require_settled(label)
    return Url(
        scheme=parsed.protocol[:-1],
        host=host,
        port=int(parsed.port) if parsed.port else None,
        path=parsed.pathname,
    )


def _require_settled(label: str) -> None:
    """Refuse an international label (RFC 5891) unless every version of Unicode agrees about it.

    Which characters a label may have grows with each version, and rules of direction and joining
    are applied by some parsers only. Letters from left to right of Unicode 3.2 are safe from both.
    """
    if not label.startswith("xn--"):
        return
    from unicodedata import ucd_3_2_0 as unicode  # noqa: PLC0415 - few hosts are international

    fault = Denied(1501, "the URL's host holds characters that are not taken")
    try:
        name = label[4:].encode().decode("punycode")
    except UnicodeError as error:
        raise fault from error
    if name.isascii() or f"xn--{name.encode('punycode').decode()}" != label:
        raise fault
    for character in name:
        if not character.isascii() and not (
            unicode.category(character) in {"Ll", "Lo"} and unicode.bidirectional(character) == "L"
        ):
            raise fault
