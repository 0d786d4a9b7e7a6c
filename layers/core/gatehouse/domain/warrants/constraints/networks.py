"""Constraints on addresses: Cidr and UrlPattern."""

from typing import ClassVar

from gatehouse.domain.warrants import addresses, globs
from gatehouse.domain.warrants.addresses import Url
from gatehouse.domain.warrants.constraints.base import Constraint
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.shapes import text

_NETWORK_UNITS = 4
"""Units of effort to parse a network."""

_URL_UNITS = 64
"""Characters of a URL that are parsed in one unit of effort."""


def read_cidr(data: object) -> "Cidr":
    """Return the constraint with this value; raise `Denied` for text that is no network."""
    written = text(data, "a network")
    addresses.network(written)
    return Cidr(written)


def read_url_pattern(data: object) -> "UrlPattern":
    """Return the constraint with this value; raise `Denied` for text that is no URL pattern."""
    pattern = UrlPattern(text(data, "a URL pattern"))
    pattern.parts()
    return pattern


class Cidr(Frozen):
    """An IP address inside a network; an IPv4 address mapped into IPv6 is an IPv6 address."""

    text: str
    type_id: ClassVar[int] = 8
    narrows_to_exact: ClassVar[bool] = True
    may_fail: ClassVar[bool] = True

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass an address inside; raise `Denied` for text that is no address."""
        effort.spend(_NETWORK_UNITS)
        return isinstance(value, str) and addresses.address(value) in addresses.network(self.text)

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover a part of the network."""
        if not isinstance(child, Cidr):
            return False
        if self.text == child.text:
            return True
        effort.spend(2 * _NETWORK_UNITS)
        return addresses.network(child.text) in addresses.network(self.text)

    def wire(self) -> object:
        """Return the text."""
        return self.text


class UrlPattern(Frozen):
    """A URL of a scheme (or any), at a host (or under one), at a port (or any), with a path.

    The host is exact, or `*.name` for the name and all below it; the path is a glob, and `/` is
    any path. User, query and fragment are not looked at.
    """

    text: str
    type_id: ClassVar[int] = 9
    narrows_to_exact: ClassVar[bool] = True
    may_fail: ClassVar[bool] = True

    def parts(self) -> Url:
        """Return the pattern's parts; the scheme of any is `*`, the path of any is ``."""
        is_any = self.text.startswith("*://")
        parsed = addresses.url(f"https{self.text[1:]}" if is_any else self.text)
        if parsed is None or "://" not in self.text:
            raise Denied(1501, "the constraint holds no URL pattern")
        return Url(
            scheme="*" if is_any else parsed.scheme,
            host=parsed.host,
            port=parsed.port,
            path="" if parsed.path == "/" else parsed.path,
        )

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass a URL that fits; raise `Denied` for text that is no URL."""
        if not isinstance(value, str):
            return False
        effort.spend(4 + (len(value) + len(self.text)) // _URL_UNITS)
        mine, its = self.parts(), addresses.url(value)
        if its is None:
            raise Denied(1501, "the value is no absolute URL")
        return (
            mine.scheme in {"*", its.scheme}
            and is_host_within(its.host, mine.host)
            and mine.port in {None, its.port}
            and (not mine.path or globs.is_match(mine.path, its.path, effort))
        )

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover the same or narrower parts; a path narrows below `/*`, else only to itself."""
        if not isinstance(child, UrlPattern):
            return False
        effort.spend(4 + (len(self.text) + len(child.text)) // 8)
        mine, its = self.parts(), child.parts()
        return (
            mine.scheme in {"*", its.scheme}
            and (mine.host == its.host or is_host_within(its.host, mine.host))
            and mine.port in {None, its.port}
            and _is_path_within(its.path, mine.path)
        )

    def wire(self) -> object:
        """Return the text."""
        return self.text


def is_host_within(host: str, pattern: str) -> bool:
    """Say whether `host`, or every host of the pattern `host`, is one of `pattern`."""
    suffix = pattern.removeprefix("*.")
    if "*" in suffix:
        return False
    if suffix == pattern:
        return host == pattern
    return host.removeprefix("*.") == suffix or host.endswith(f".{suffix}")


def _is_path_within(path: str, pattern: str) -> bool:
    if not pattern or path == pattern:
        return True
    return pattern.endswith("/*") and pattern.count("*") == 1 and globs.goes_on(pattern, path)
