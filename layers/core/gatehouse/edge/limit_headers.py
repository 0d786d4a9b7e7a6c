"""The header fields that tell a caller where it stands (draft-ietf-httpapi-ratelimit-headers-11).

Both are lists of strings with parameters (RFC 9651): `RateLimit-Policy` says what is allowed
(`q` quota, `w` window in seconds, `qu` what is counted), `RateLimit` what is left (`r`) and for
how many seconds that holds (`t`).
"""

import math
from collections.abc import Mapping
from typing import Final

from gatehouse.domain.errors import GatehouseError, TooManyRequests, Unavailable
from gatehouse.domain.limits import Quota, Standing

POLICY: Final = "ratelimit-policy"
STATE: Final = "ratelimit"
RETRY_AFTER: Final = "retry-after"


def limit_headers(standings: tuple[Standing, ...]) -> Mapping[str, str]:
    """Return the fields for what applied to a request; none where nothing did.

    What counted several times in one request, as in a batch, is told as it stands where least of
    it is left.
    """
    if not standings:  # as with most requests
        return {}
    told = _tightest(standings)
    policies = [_policy(standing) for standing in told]
    states = [_state(standing) for standing in told if standing.remaining is not None]
    fields = {POLICY: ", ".join(policies), STATE: ", ".join(states)}
    return {name: value for name, value in fields.items() if value}


def refusal_headers(error: GatehouseError) -> Mapping[str, str]:
    """Return when to ask again, and where the caller stands, for a refusal that says so."""
    fields = limit_headers(error.standings)
    if isinstance(error, TooManyRequests | Unavailable):
        return {RETRY_AFTER: str(error.retry_after), **fields}
    return fields


def _tightest(standings: tuple[Standing, ...]) -> list[Standing]:
    """Return one standing for each policy's name, in the order of their first."""
    found: dict[str, Standing] = {}
    for standing in standings:
        name = standing.limit.name
        found[name] = min(found.get(name, standing), standing, key=_left)
    return list(found.values())


def _left(standing: Standing) -> float:
    return math.inf if standing.remaining is None else standing.remaining


def _policy(standing: Standing) -> str:
    limit = standing.limit
    counted = f"w={limit.window.value}" if isinstance(limit, Quota) else 'qu="concurrent-requests"'
    return f'"{limit.name}";q={limit.amount};{counted}'


def _state(standing: Standing) -> str:
    resets = "" if standing.resets_in is None else f";t={standing.resets_in}"
    return f'"{standing.limit.name}";r={standing.remaining}{resets}'
