"""How often anybody may come to each door, whatever a project has set.

The amounts are of requests per minute. Before it is known who is calling, those of one source
address count together; afterwards those of one principal. Where AI vendors share a few addresses
(`/mcp`, session-token and the token endpoint) only failures count by address.
"""

from enum import StrEnum
from typing import Final

from gatehouse.domain.call_limits import source_of
from gatehouse.domain.limits import LimitScope, Quota, Window


class Tier(StrEnum):
    """A kind of door."""

    SIGN_IN = "sign_in"
    """Pages of signing in and of consent; by source address."""
    TOKEN = "token"  # noqa: S105 - a door
    """The OAuth endpoints; by client, or by person where the client proves nothing."""
    REGISTER = "register"
    """The registration of clients by themselves; by source address."""
    ADMIN = "admin"
    """The administration of the deployment; by administrator."""
    DEFAULT = "default"
    """The management API; by key, app or person."""

    @property
    def per_minute(self) -> int:
        """How many requests one may send in a minute."""
        return _PER_MINUTE[self]


_PER_MINUTE: Final = {
    Tier.SIGN_IN: 60,
    Tier.TOKEN: 600,
    Tier.REGISTER: 60,
    Tier.ADMIN: 120,
    Tier.DEFAULT: 1200,
}


def source_quota(tier: Tier, source_ip: str, *, amount: int | None = None) -> Quota:
    """Return the count of requests from one address (IPv6: /64).

    `amount` is a deployment's own, where the tier's does not suit it.
    """
    return _quota(tier, LimitScope.SOURCE, source_of(source_ip), amount)


def principal_quota(tier: Tier, principal: str) -> Quota:
    """Return the count of one principal's requests; `principal` is an id, such as `app:<id>`."""
    return _quota(tier, LimitScope.PRINCIPAL, principal)


def _quota(tier: Tier, scope: LimitScope, whose: str, amount: int | None = None) -> Quota:
    amount = tier.per_minute if amount is None else amount
    return Quota(scope=scope, subject=f"{tier}#{whose}", window=Window.MINUTE, amount=amount)
