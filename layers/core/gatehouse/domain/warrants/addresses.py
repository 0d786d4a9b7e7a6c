"""IP addresses and URLs as constraints see them."""

import re
from typing import Final

from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.frozen import Frozen

_PREFIX: Final = re.compile(r"(?:0|[1-9][0-9]{0,2})", re.ASCII)
_MAX_IP_LENGTH: Final = 45
_MAX_LABEL: Final = 63
"""Octets in a label of a host name (RFC 1035 section 2.3.4)."""

MAX_URL_LENGTH: Final = 16_384
"""Longest URL looked at, in characters."""


class Address(Frozen):
    """An IP address as a number of 32 or 128 bits."""

    bits: int
    number: int


class Network(Frozen):
    """The addresses of one family that start with the same `prefix` bits."""

    bits: int
    number: int
    prefix: int

    def __contains__(self, other: "Address | Network") -> bool:
        """Say whether an address, or all of a network, is in it."""
        if self.bits != other.bits or (isinstance(other, Network) and other.prefix < self.prefix):
            return False
        rest = self.bits - self.prefix
        return self.number >> rest == other.number >> rest


def address(text: str) -> Address:
    """Read an address: dotted quad without leading zeros, or IPv6 without a zone.

    Raises:
        Denied: It is neither.
    """
    return _address(text, "the value is no IP address")


def network(text: str) -> Network:
    """Read a network, `address/prefix` or an address alone; bits of the host are dropped.

    Raises:
        Denied: It is neither.
    """
    fault = "the constraint holds no IP network"
    base, slash, digits = text.partition("/")
    first = _address(base, fault)
    if slash and not _PREFIX.fullmatch(digits):
        raise Denied(1501, fault)
    prefix = int(digits) if slash else first.bits
    if prefix > first.bits:
        raise Denied(1501, fault)
    return Network(bits=first.bits, number=first.number, prefix=prefix)


def _address(text: str, fault: str) -> Address:
    # Much faster than `ipaddress`, and a warrant may hold thousands.
    from socket import AF_INET, AF_INET6, inet_pton  # noqa: PLC0415 - loaded when first needed

    if len(text) > _MAX_IP_LENGTH:
        raise Denied(1501, fault)
    try:
        packed = inet_pton(AF_INET6 if ":" in text else AF_INET, text)
    except (OSError, ValueError) as error:
        raise Denied(1501, fault) from error
    return Address(bits=8 * len(packed), number=int.from_bytes(packed, "big"))


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
    if len(label) > _MAX_LABEL:
        raise fault
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
