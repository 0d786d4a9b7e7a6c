"""What is seen with an operator's rights, and by strangers: rules about tables, keys, answers."""

from collections.abc import Iterator
from typing import Final

from gatehouse.domain.checklist.items import ProbeRule
from gatehouse.domain.checklist.snapshot import Outside, Probe
from gatehouse.domain.probing import ProbeKind

DAY: Final = 86_400
MIN_CERTIFICATE_DAYS: Final = 21
MIN_HSTS_SECONDS: Final = 365 * DAY
FOREIGN_HOST: Final = "gatehouse-preflight.invalid"
FOREIGN_ORIGIN: Final = f"https://{FOREIGN_HOST}"


def no_switch_is_open(outside: Outside, _now: int) -> Iterator[str]:
    """No function's environment lets sessions be minted unverified."""
    for name, values in sorted(outside.functions.items()):
        if values.get("ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING", "false") != "false":
            yield f"{name} has ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING"


def other_hosts_are_refused(outside: Outside, _now: int) -> Iterator[str]:
    """A request for another host is not served."""
    status = outside.answers.spoofed_host_status
    if status < 400:  # noqa: PLR2004 - what is not refused
        yield f"a request for {FOREIGN_HOST} is answered {status}"


def other_origins_are_refused(outside: Outside, _now: int) -> Iterator[str]:
    """No page of a stranger reads an answer."""
    if outside.answers.foreign_origin is not None:
        yield f"{FOREIGN_ORIGIN} is told {outside.answers.foreign_origin}"


def tls_is_spoken(outside: Outside, now: int) -> Iterator[str]:
    """All is behind TLS, with a certificate that lasts, and browsers are told to stay."""
    answers = outside.answers
    if answers.certificate_ends_at is None:
        yield f"{answers.url} speaks no TLS"
    elif answers.certificate_ends_at < now + MIN_CERTIFICATE_DAYS * DAY:
        left = (answers.certificate_ends_at - now) // DAY
        yield f"the certificate ends in {left} days"
    if answers.plain_status is not None and answers.plain_status < 300:  # noqa: PLR2004 - 2xx
        yield f"plain http is answered {answers.plain_status}"
    for path, seconds in sorted(answers.hsts_seconds.items()):
        if seconds < MIN_HSTS_SECONDS:
            yield f"{path} tells browsers to stay with https for {seconds} s only"


def tables_are_recoverable(outside: Outside, _now: int) -> Iterator[str]:
    """Each table can be restored to any moment of the last weeks."""
    for table in outside.tables:
        if not table.is_recoverable:
            yield f"table {table.name} has no point-in-time recovery"


def tables_are_protected(outside: Outside, _now: int) -> Iterator[str]:
    """No table is deleted by mistake."""
    for table in outside.tables:
        if not table.is_protected:
            yield f"table {table.name} has no deletion protection"


def tables_are_encrypted(outside: Outside, _now: int) -> Iterator[str]:
    """Each table is encrypted with a key of the deployment's own."""
    for table in outside.tables:
        if table.key is None:
            yield f"table {table.name} is not encrypted with a key of its own"


def keys_rotate(outside: Outside, _now: int) -> Iterator[str]:
    """Symmetric keys are renewed by KMS."""
    for key in outside.keys:
        if key.is_symmetric and not key.rotates:
            yield f"{key.name} does not rotate"


def keys_are_enabled(outside: Outside, _now: int) -> Iterator[str]:
    """No key is switched off, or about to be gone."""
    for key in outside.keys:
        if not key.is_enabled:
            yield f"{key.name} is not enabled"


def failures_are_told(outside: Outside, _now: int) -> Iterator[str]:
    """Somebody is told when calls fail."""
    if not outside.alarms:
        yield "the stack has no alarm"


def requests_are_throttled(outside: Outside, _now: int) -> Iterator[str]:
    """The API takes no more requests than it is meant to."""
    if outside.throttle <= 0:
        yield "the API takes any number of requests a second"


def logs_end(outside: Outside, _now: int) -> Iterator[str]:
    """No log is kept for ever."""
    for name, days in sorted(outside.log_days.items()):
        if days is None:
            yield f"log group {name} is kept for ever"


def refuses(kind: ProbeKind, *, once: ProbeKind | None = None) -> ProbeRule:
    """Return the rule that no endpoint does what it is asked by such a request.

    Endpoints that do not refuse what is wrong by `once` are left to the rule about that.
    """

    def rule(probes: tuple[Probe, ...]) -> Iterator[str]:
        left = set(_not_refusing(once, probes))
        for probe in probes:
            if probe.kind is kind and probe.tool_name not in left and not probe.was_refused:
                answered = f"answered {probe.status}" if probe.status else "did not answer"
                yield f"tool {probe.tool_name}: its endpoint {answered}"

    return rule


def cannot_be_judged(once: ProbeKind) -> ProbeRule:
    """Return what says which endpoints have to refuse what is wrong by `once` first."""

    def rule(probes: tuple[Probe, ...]) -> Iterator[str]:
        for name in _not_refusing(once, probes):
            yield f"tool {name}: nothing shows this before its endpoint refuses bad signatures"

    return rule


def _not_refusing(kind: ProbeKind | None, probes: tuple[Probe, ...]) -> Iterator[str]:
    for probe in probes:
        if probe.kind is kind and not probe.was_refused:
            yield probe.tool_name
