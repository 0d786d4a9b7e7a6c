"""Which limits apply to a call, and how a refusal by one of them reads."""

import hashlib

from gatehouse.domain.caller import Caller
from gatehouse.domain.errors import TooManyRequests
from gatehouse.domain.limits import (
    UNLIMITED,
    Limit,
    LimitScope,
    Quota,
    Standing,
    Window,
    limits_of,
)
from gatehouse.domain.tools import Tool

BUSY_SECONDS = 1
"""After how long to ask again where too many calls run at once."""


def call_limits(caller: Caller, tool: Tool | None) -> tuple[Limit, ...]:
    """Return what one call counts against; `tool` is one that the caller may call, if any."""
    project, integration, member = caller.project, caller.integration, caller.member
    found: list[Limit] = []
    if project.settings.limits is not UNLIMITED:
        found += limits_of(LimitScope.PROJECT, project.id, project.settings.limits)
    if integration.limits is not UNLIMITED:
        subject = f"{project.id}#{integration.id}"
        found += limits_of(LimitScope.INTEGRATION, subject, integration.limits)
    limits = project.settings.member_limits
    if member is not None and limits is not UNLIMITED:
        # A member's id may hold anything, so it stands in keys as a digest.
        digest = hashlib.sha256(member.external_id.encode()).hexdigest()[:32]
        subject = f"{project.id}#{digest}"
        found += limits_of(LimitScope.MEMBER, subject, limits)
    if tool is not None:
        subject = f"{project.id}#{tool.definition.name}"
        found += limits_of(LimitScope.TOOL, subject, tool.limits)
    return tuple(found)


def failure_limit(source_ip: str, amount: int) -> Quota:
    """Return the count of credentials that did not hold, by the address they came from."""
    return Quota(
        scope=LimitScope.SOURCE,
        subject=source_of(source_ip),
        window=Window.MINUTE,
        amount=amount,
    )


def too_many(
    refused: tuple[Limit, ...], standings: tuple[Standing, ...], *, now_ms: int
) -> TooManyRequests:
    """Return the refusal by those of the limits that are reached; the longest wait counts."""
    waits = [(_wait(limit, now_ms), index) for index, limit in enumerate(refused)]
    wait, index = max(waits)
    message = f"Limit reached: {described(refused[index])}; try again in {wait} s"
    return TooManyRequests(message, retry_after=wait, standings=standings)


def described(limit: Limit) -> str:
    """Return a limit in words, such as `60 calls per minute for this member`."""
    calls = "call" if limit.amount == 1 else "calls"
    how = f"per {limit.window.label}" if isinstance(limit, Quota) else "at a time"
    return f"{limit.amount} {calls} {how} for this {limit.scope}"


def _wait(limit: Limit, now_ms: int) -> int:
    return limit.window.left_at(now_ms) if isinstance(limit, Quota) else BUSY_SECONDS


def source_of(source_ip: str) -> str:
    """Return what of an address counts.

    IPv6 is counted by /64, which is what one customer has; an IPv4 address that is written as
    IPv6 is the IPv4 address.
    """
    from ipaddress import IPv6Address, IPv6Network, ip_address  # noqa: PLC0415 - failures only

    try:
        address = ip_address(source_ip.partition("%")[0])
    except ValueError:
        return "unknown"  # all that are unreadable share one count
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address, 64), strict=False))
