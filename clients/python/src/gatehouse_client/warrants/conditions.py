"""Conditions on paths, addresses, URLs and commands, expressions, and conditions of conditions."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from gatehouse.domain.warrants.constraints.base import Constraint as Rule
from gatehouse.domain.warrants.constraints.base import pair
from gatehouse.domain.warrants.constraints.paths import normal
from gatehouse.domain.warrants.denied import Denied
from gatehouse_client.warrants.constraints import (
    Constraint,
    Contains,
    Exact,
    NotOneOf,
    OneOf,
    Pattern,
    Range,
    Regex,
    Subset,
    Wildcard,
    require_constraint,
)


class _Named(Constraint):
    """Shows its fields by name, and only those that are not as they would be anyway."""

    _usual: ClassVar[Mapping[str, object]] = {}

    def _shown(self) -> list[str]:
        wire = self.rule.wire()
        return [
            f"{name}={value!r}"
            for name, value in (wire.items() if isinstance(wire, dict) else ())
            if name not in self._usual or value != self._usual[name]
        ]


class Subpath(_Named):
    """An absolute path inside a root, by its text alone: links are not seen."""

    type_id = 17
    _usual: ClassVar[Mapping[str, object]] = {"case_sensitive": True, "allow_equal": True}

    def __init__(self, root: str, *, case_sensitive: bool = True, allow_equal: bool = True) -> None:
        """Take an absolute root, and whether case counts and the root itself passes."""
        path = normal(root)
        if path is None:
            raise Denied(1201, "the root of a subpath is an absolute path")
        super().__init__(
            {
                "root": path if case_sensitive else path.lower(),
                "case_sensitive": case_sensitive,
                "allow_equal": allow_equal,
            }
        )


class Cidr(Constraint):
    """An IP address in a network, as `10.0.0.0/8`."""

    type_id = 8

    def __init__(self, network: str) -> None:
        super().__init__(network)


class UrlPattern(Constraint):
    """A URL of a scheme (or `*`), at a host (or `*.host`), a port if given, a path (a glob)."""

    type_id = 9

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)


class UrlSafe(_Named):
    """A URL that leads to no internal address by its text; names are not resolved."""

    type_id = 18
    _usual: ClassVar[Mapping[str, object]] = {
        "schemes": ["http", "https"],
        "allow_domains": None,
        "deny_domains": None,
        "allow_ports": None,
        "block_private": True,
        "block_loopback": True,
        "block_metadata": True,
        "block_reserved": True,
        "block_internal_tlds": False,
    }

    def __init__(  # noqa: PLR0913 - as many as it has fields
        self,
        *,
        allow_schemes: Iterable[str] = ("http", "https"),
        allow_domains: Iterable[str] | None = None,
        deny_domains: Iterable[str] | None = None,
        allow_ports: Iterable[int] | None = None,
        block_private: bool = True,
        block_loopback: bool = True,
        block_metadata: bool = True,
        block_reserved: bool = True,
        block_internal_tlds: bool = False,
    ) -> None:
        """Take what a URL may be; None lists everything. Domains may start with `*.`."""
        super().__init__(
            {
                "schemes": list(allow_schemes),
                "allow_domains": None if allow_domains is None else list(allow_domains),
                "deny_domains": None if deny_domains is None else list(deny_domains),
                "allow_ports": None if allow_ports is None else list(allow_ports),
                "block_private": block_private,
                "block_loopback": block_loopback,
                "block_metadata": block_metadata,
                "block_reserved": block_reserved,
                "block_internal_tlds": block_internal_tlds,
            }
        )


class Shlex(Constraint):
    """One plain shell command whose program, by its path or its last part, is listed."""

    type_id = 128

    def __init__(self, allow: Iterable[str]) -> None:
        super().__init__({"allow": list(allow)})


class Cel(Constraint):
    """An expression that is true: an object's fields are its variables, else `value` is."""

    type_id = 15

    def __init__(self, expression: str) -> None:
        super().__init__({"expression": expression})


class _Members(Constraint):
    def __init__(self, members: Iterable[Constraint]) -> None:
        """Take the members, at least one."""
        rules = [require_constraint(member, type(self).__name__).rule for member in members]
        if not rules:
            raise Denied(1201, f"{type(self).__name__} needs at least one constraint")
        super().__init__({"constraints": [pair(rule) for rule in rules]})

    def _shown(self) -> list[str]:
        members: tuple[Rule, ...] = getattr(self.rule, "members", ())
        return [repr([shown(member) for member in members])]


class All(_Members):
    """Every member passes."""

    type_id = 12


class Any(_Members):
    """One member passes, asked in order."""

    type_id = 13


AnyOf = Any
CEL = Cel
"""Names that the public package has for both."""


class Not(Constraint):
    """The inner constraint does not pass."""

    type_id = 14

    def __init__(self, constraint: Constraint) -> None:
        super().__init__({"constraint": pair(require_constraint(constraint, "Not").rule)})

    def _shown(self) -> list[str]:
        inner: Rule = getattr(self.rule, "inner", self.rule)
        return [repr(shown(inner))]


_TYPES: Final[dict[int, type[Constraint]]] = {
    found.type_id: found
    for found in (
        *(Wildcard, Exact, Pattern, Regex, Range, OneOf, NotOneOf, Contains, Subset),
        *(Subpath, Cidr, UrlPattern, UrlSafe, Shlex, Cel, All, Any, Not),
    )
}


def shown(rule: Rule) -> Constraint:
    """Return the constraint of a rule that was read from a warrant."""
    found = object.__new__(_TYPES.get(rule.type_id, Constraint))
    found.rule = rule
    return found
