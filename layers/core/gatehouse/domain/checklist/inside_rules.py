"""What the gateway can tell by itself: rules about settings, tools, keys, members and warrants."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from gatehouse.domain.assertions import RECOMMENDED_LIFETIME_SECONDS
from gatehouse.domain.checklist.snapshot import Inside
from gatehouse.domain.limits import UNLIMITED
from gatehouse.domain.long_assertions import WEEKS
from gatehouse.domain.tools import AuthStrategy, Tool
from gatehouse.domain.warrant_policies import WarrantMode
from gatehouse.domain.warrants.clearance import required

DAY: Final = 86_400
MAX_KEY_DAYS: Final = 365
_TRIAL: Final = re.compile(
    r"(^|[-_])(test|tests|debug|tmp|temp|demo|dummy|mock|example|sandbox|playground)([-_0-9]|$)",
    re.ASCII | re.IGNORECASE,
)
_VERSION: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*[-_.](?:[A-Za-z0-9]+[-_.])*v?[0-9]+", re.ASCII)
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MEMBER: Final = re.compile(r"\{\s*member[._]")


def environments_are_apart(inside: Inside, _now: int) -> Iterator[str]:
    """Each integration names its environment, and a project has only one."""
    for integration in inside.integrations:
        if not integration.environment:
            yield f"integration {integration.id} names no environment"
    named = sorted({each.environment for each in inside.integrations if each.environment})
    if len(named) > 1:
        yield f"one project serves several environments: {', '.join(named)}"


def members_are_vouched_for(inside: Inside, _now: int) -> Iterator[str]:
    """No session is minted on a caller's bare word."""
    if inside.settings.allow_unverified_minting:
        yield "ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING is true"


def assertions_are_short(inside: Inside, _now: int) -> Iterator[str]:
    """The backend makes no assertion that lives for longer than a minute."""
    if inside.had_long_assertions:
        most = RECOMMENDED_LIFETIME_SECONDS
        yield f"an assertion of more than {most} seconds was accepted in the last {WEEKS} weeks"


def kids_have_versions(inside: Inside, _now: int) -> Iterator[str]:
    """A kid says what it is for and which one it is, such as prod-v1."""
    for key in inside.assertion_keys:
        if key.is_active and not _VERSION.fullmatch(key.kid):
            yield f"assertion key {key.kid} is not named like prod-v1"


def no_trial_tools(inside: Inside, _now: int) -> Iterator[str]:
    """No tool is offered that is named like something to try things out with."""
    for tool in inside.offered:
        if _TRIAL.search(tool.definition.name):
            yield f"tool {tool.definition.name} is named like one for trials, and enabled"


def user_tools_need_members(inside: Inside, _now: int) -> Iterator[str]:
    """What tells an endpoint who the member is takes no call without one."""
    for tool in inside.offered:
        if _speaks_of_member(tool) and not tool.definition.needs_member:
            yield f"tool {tool.definition.name} passes the member on and needs none"


def _speaks_of_member(tool: Tool) -> bool:
    told = tool.definition.inject_member_identity
    texts = (
        tool.definition.endpoint_path,
        *tool.definition.headers_template.values(),
        *tool.definition.query_template.values(),
        repr(tool.definition.body_template),
    )
    return told.id or told.email or told.roles or any(map(_MEMBER.search, texts))


def tools_sign(inside: Inside, _now: int) -> Iterator[str]:
    """Each call that goes out is signed."""
    for tool in inside.offered:
        strategy = tool.definition.auth_strategy
        if strategy is not AuthStrategy.HMAC_SIGNATURE:
            yield f"tool {tool.definition.name} uses {strategy}"


def upstreams_are_https(inside: Inside, _now: int) -> Iterator[str]:
    """No call goes out in the clear, and none could."""
    if inside.settings.allow_insecure_upstreams:
        yield "ALLOW_INSECURE_UPSTREAMS is true"
    for tool in inside.tools:
        if not tool.definition.origin.startswith("https://"):
            yield f"tool {tool.definition.name} calls {tool.definition.origin}"


def member_ids_are_lasting(inside: Inside, _now: int) -> Iterator[str]:
    """No member is known by an address, which people change."""
    found = sum(1 for each in inside.members if _EMAIL.fullmatch(each.external_id))
    if found:
        yield f"{found} of {len(inside.members)} members looked at have an e-mail address as id"


def keys_are_rotated(inside: Inside, now: int) -> Iterator[str]:
    """No key is older than a year."""
    oldest = now - MAX_KEY_DAYS * DAY
    for integration in inside.integrations:
        if integration.client is None and integration.created_at < oldest:
            yield f"the key of integration {integration.id} is older than {MAX_KEY_DAYS} days"
    for key in inside.assertion_keys:
        if key.is_active and key.created_at < oldest:
            yield f"assertion key {key.kid} is older than {MAX_KEY_DAYS} days"


def hosts_are_named(inside: Inside, _now: int) -> Iterator[str]:
    """Where the deployment has a name, no other is served; `*` never is one."""
    settings = inside.settings
    if "*" in settings.allowed_hosts:
        yield "ALLOWED_HOSTS holds *"
    own = urlsplit(settings.public_url or "").hostname
    if own and own not in settings.allowed_hosts | {"127.0.0.1", "localhost"}:
        yield f"PUBLIC_URL is at {own}, which ALLOWED_HOSTS does not name"


def origins_are_named(inside: Inside, _now: int) -> Iterator[str]:
    """Browsers may call from listed origins alone, each behind TLS."""
    for origin in sorted(inside.settings.allowed_origins):
        if not origin.startswith("https://"):
            yield f"ALLOWED_ORIGINS holds {origin}"


def project_is_limited(inside: Inside, _now: int) -> Iterator[str]:
    """The project, or each member of it, may not call without end."""
    settings = inside.project.settings
    if UNLIMITED in {settings.limits, settings.member_limits}:
        yield "the project's limits or its members' limits are not set"


def _asks(inside: Inside) -> bool:
    """Say whether the project has begun with warrants at all."""
    return inside.project.warrant_policy.mode is not WarrantMode.OFF or bool(inside.roots)


def warrants_are_enforced(inside: Inside, _now: int) -> Iterator[str]:
    """Whoever trusts roots denies what no warrant allows."""
    mode = inside.project.warrant_policy.mode
    if _asks(inside) and mode is not WarrantMode.ENFORCE:
        yield f"the project's mode is {mode}"


def warrants_are_required(inside: Inside, _now: int) -> Iterator[str]:
    """A call without a warrant is no way round."""
    if _asks(inside) and not inside.project.warrant_policy.require_warrant:
        yield "a call without a warrant is made"


def roots_are_trusted(inside: Inside, _now: int) -> Iterator[str]:
    """Where warrants are asked for, somebody can issue them."""
    if inside.project.warrant_policy.mode is not WarrantMode.OFF and not inside.roots:
        yield "warrants are looked at, and no root is trusted"


def roots_are_rotated(inside: Inside, now: int) -> Iterator[str]:
    """No trusted root is older than a year."""
    for root in inside.roots:
        if root.created_at < now - MAX_KEY_DAYS * DAY:
            yield f"root {root.public_key.hex()[:16]} is older than {MAX_KEY_DAYS} days"


def receipts_are_kept(inside: Inside, _now: int) -> Iterator[str]:
    """What was decided about warrants can be proven later."""
    if _asks(inside) and not inside.project.warrant_policy.receipts:
        yield "no receipts are kept of what is decided about warrants"


def destruction_asks_for_clearance(inside: Inside, _now: int) -> Iterator[str]:
    """Where warrants are used, a tool that destroys asks for more than any warrant."""
    if not _asks(inside):
        return
    levels = inside.project.warrant_policy.clearances
    for tool in inside.offered:
        name = tool.definition.name
        destroys = (tool.definition.annotations or {}).get("destructiveHint") is True
        if destroys and required(levels, name) == 0:
            yield f"tool {name} destroys, and asks for no clearance"
