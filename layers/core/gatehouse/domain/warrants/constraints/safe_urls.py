"""UrlSafe: a URL that leads to no internal address by its text; names are not resolved."""

from typing import ClassVar, Final

from gatehouse.domain.warrants import addresses
from gatehouse.domain.warrants.constraints.base import Constraint
from gatehouse.domain.warrants.constraints.networks import is_host_within
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.shapes import array, fields, flag, texts, whole

DEFAULT_SCHEMES: Final = ("http", "https")
BLOCKS: Final = ("private", "loopback", "metadata", "reserved", "internal_tlds")
DEFAULT_BLOCKS: Final = frozenset(BLOCKS[:4])

_PORTS: Final = {"http": 80, "ws": 80, "https": 443, "wss": 443, "ftp": 21}
_LOCAL_NAMES: Final = frozenset({"localhost", "localhost.localdomain"})
_METADATA: Final = frozenset(
    {"169.254.169.254", "metadata.google.internal", "metadata.goog", "100.100.100.200"}
)
_INTERNAL: Final = (
    ".local", ".internal", ".localhost", ".lan", ".corp", ".home", ".svc", ".default",
)  # fmt: skip
_CLASSES: Final = (
    ("loopback", ("127.0.0.0/8", "::1/128")),
    ("private", ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10")),
    ("reserved", ("0.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32")),
    ("metadata", ("169.254.0.0/16",)),
)

_URL_FLAGS: Final = {f"block_{name}": name for name in BLOCKS}
_URL_FIELDS: Final = frozenset(
    {"schemes", "allow_domains", "deny_domains", "allow_ports", *_URL_FLAGS}
)
_IPV6_BITS: Final = 128
_MAX_PORT: Final = 65_535

Texts = tuple[str, ...]


class UrlSafe(Frozen):
    """A URL with a listed scheme, port and host, none of them blocked. None lists everything."""

    schemes: Texts
    allow_domains: Texts | None
    deny_domains: Texts | None
    allow_ports: tuple[int, ...] | None
    blocks: frozenset[str]
    type_id: ClassVar[int] = 18
    narrows_to_exact: ClassVar[bool] = True
    may_fail: ClassVar[bool] = False

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass a URL that no check refuses."""
        if not isinstance(value, str) or "\0" in value:
            return False
        effort.spend(8 + len(value) // 64 + 4 * _count_domains(self))
        url = addresses.url(value)
        if url is None or url.scheme not in map(str.lower, self.schemes) or not url.host:
            return False
        port = _PORTS.get(url.scheme) if url.port is None else url.port
        if self.allow_ports is not None and port not in self.allow_ports:
            return False
        return not self._is_blocked(url.host) and self._is_listed(url.host)

    def _is_blocked(self, host: str) -> bool:
        if "loopback" in self.blocks and host in _LOCAL_NAMES:
            return True
        if "internal_tlds" in self.blocks and f".{host}".endswith(_INTERNAL):
            return True
        if "metadata" in self.blocks and host in _METADATA:
            return True
        return not self.blocks.isdisjoint(_ip_classes(host))

    def _is_listed(self, host: str) -> bool:
        if self.deny_domains and _is_in_domains(host, self.deny_domains):
            return False
        return self.allow_domains is None or _is_in_domains(host, self.allow_domains)

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover shorter lists of what is allowed, longer ones of what is denied, more blocks."""
        if not isinstance(child, UrlSafe):
            return False
        mine, its = _count_domains(self), _count_domains(child)
        effort.spend(8 + 4 * (mine + its) + mine * its // 4)
        return (
            set(map(str.lower, child.schemes)) <= set(map(str.lower, self.schemes))
            and self.blocks <= child.blocks
            and _is_shorter(child.allow_ports, self.allow_ports)
            and self._covers_domains(child)
        )

    def _covers_domains(self, child: "UrlSafe") -> bool:
        if self.allow_domains is not None and (
            child.allow_domains is None
            or not all(_is_in_domains(name, self.allow_domains) for name in child.allow_domains)
        ):
            return False
        return self.deny_domains is None or (
            child.deny_domains is not None
            and all(_is_in_domains(name, child.deny_domains) for name in self.deny_domains)
        )

    def wire(self) -> object:
        """Return the map with every field."""
        return {
            "schemes": list(self.schemes),
            "allow_domains": None if self.allow_domains is None else list(self.allow_domains),
            "deny_domains": None if self.deny_domains is None else list(self.deny_domains),
            "allow_ports": None if self.allow_ports is None else list(self.allow_ports),
            **{f"block_{name}": name in self.blocks for name in BLOCKS},
        }


def read(data: object) -> UrlSafe:
    """Return the constraint with this value; raise `Denied` for another form."""
    found = fields(data, "a safe URL", required=frozenset(), optional=_URL_FIELDS)
    blocks = {
        name
        for key, name in _URL_FLAGS.items()
        if flag(found.get(key, name != "internal_tlds"), key)
    }
    ports = found.get("allow_ports")
    safe = UrlSafe(
        schemes=texts(found.get("schemes", list(DEFAULT_SCHEMES)), "schemes"),
        allow_domains=_domains(found.get("allow_domains")),
        deny_domains=_domains(found.get("deny_domains")),
        allow_ports=None
        if ports is None
        else tuple(whole(port, "a port", _MAX_PORT) for port in array(ports, "allow_ports")),
        blocks=frozenset(blocks),
    )
    for domain in (*(safe.allow_domains or ()), *(safe.deny_domains or ())):
        canonical_domain(domain)
    return safe


def _domains(data: object) -> tuple[str, ...] | None:
    return None if data is None else texts(data, "domains")


def _count_domains(constraint: UrlSafe) -> int:
    return len(constraint.allow_domains or ()) + len(constraint.deny_domains or ())


def canonical_domain(pattern: str) -> str:
    """Return a host, or `*.host`, as URLs spell it.

    Raises:
        Denied: It is neither.
    """
    star = "*." if pattern.startswith("*.") else ""
    name = pattern.removeprefix("*.")
    if name and len(name) <= 255 and not set(name) & set("*/\\?#@%") and not name.isspace():  # noqa: PLR2004
        url = addresses.url(f"https://{name}/")
        if url and url.host and url.port is None and url.path == "/":
            bare = name.rpartition("]")[2] if name.startswith("[") else name
            if ":" not in bare:
                return star + url.host
    raise Denied(1501, "the constraint holds a domain that is no host name")


def _is_in_domains(host: str, patterns: Texts) -> bool:
    name = canonical_domain(host)
    return any(is_host_within(name, canonical_domain(pattern)) for pattern in patterns)


def _is_shorter(part: tuple[int, ...] | None, whole: tuple[int, ...] | None) -> bool:
    return whole is None or (part is not None and set(part) <= set(whole))


def _ip_classes(host: str) -> set[str]:
    try:
        address = addresses.address(host.removeprefix("[").removesuffix("]"))
    except Denied:
        return set()
    # Compatible with IPv4, or mapped into IPv6.
    if address.bits == _IPV6_BITS and address.number >> 32 in {0, 0xFFFF} and address.number > 1:
        address = addresses.Address(bits=32, number=address.number & 0xFFFFFFFF)
    return {name for name, texts in _CLASSES if any(address in addresses.network(t) for t in texts)}
