"""What is configured once for the process: keys, trusted roots, mode."""

import os
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gatehouse.domain.warrants.authorizer import Authorizer
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse_client._clock import Clock, wall_clock
from gatehouse_client.errors import ConfigurationError
from gatehouse_client.warrants.errors import Violation
from gatehouse_client.warrants.keys import PublicKey, Signer, SigningKey
from gatehouse_client.warrants.proofs import WINDOW

PREFIX: Final = "TENUO_"
_NAMES: Final = (
    "ISSUER_KEY", "TRUSTED_ROOTS", "MODE", "DEV_MODE", "DEFAULT_TTL", "CLOCK_TOLERANCE",
)  # fmt: skip
_HOSTED: Final = ("CONNECT_TOKEN", "API_KEY", "CONTROL_PLANE_URL")
_TRUE: Final = frozenset({"1", "true", "yes"})
_FALSE: Final = frozenset({"", "0", "false", "no"})
_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})


class Mode(StrEnum):
    """What `guard` does about a call that its warrant does not allow."""

    ENFORCE = "enforce"
    """Raise `AuthorizationDenied`; the call is not made."""
    AUDIT = "audit"
    """Log it; the call is made."""
    PERMISSIVE = "permissive"
    """Log it and issue a `WarrantWarning`; the call is made."""


class Configuration(Frozen):
    """What `configure` was told."""

    issuer_key: Signer | None
    authorizer: Authorizer
    default_ttl: int
    window: int
    mode: Mode
    on_violation: Callable[[Violation], None] | None
    clock: Clock


_CURRENT: Final[list[Configuration]] = []


def configure(  # noqa: PLR0913 - each is one setting
    *,
    issuer_key: Signer | None = None,
    trusted_roots: Sequence[PublicKey] = (),
    default_ttl: int = 300,
    clock_tolerance: int = 30,
    pop_window_secs: int = WINDOW,
    pop_max_windows: int = 5,
    mode: str = Mode.ENFORCE,
    dev_mode: bool = False,
    clearances: Mapping[str, int] = _NOTHING,
    on_violation: Callable[[Violation], None] | None = None,
    clock: Clock = wall_clock,
) -> None:
    """Set everything for this process, in place of what was set before.

    Args:
        issuer_key: Mints for `mint` and `mint_sync`.
        trusted_roots: Keys whose warrants count.
        default_ttl: How long those minted live, in seconds.
        clock_tolerance: How far clocks may differ, in seconds.
        pop_window_secs: Length of a proof's window.
        pop_max_windows: How many windows around now are tried.
        mode: "enforce", "audit" or "permissive".
        dev_mode: Whether to trust `issuer_key` as a root.
        clearances: The level that tools ask for, by name or by prefix and `*`.
        on_violation: Called with each violation, in every mode, before it is acted upon.
        clock: Returns the seconds since the Unix epoch.

    Raises:
        ConfigurationError: It cannot work: no root, or a value out of range.
    """
    roots = [root.to_bytes() for root in trusted_roots]
    if dev_mode and issuer_key is not None:
        roots.append(issuer_key.public_key.to_bytes())
    if not roots:
        raise ConfigurationError("trusted_roots are needed, or dev_mode with an issuer_key")
    if mode not in list(Mode):
        raise ConfigurationError(f"the mode is one of {', '.join(Mode)}")
    if default_ttl < 1:
        raise ConfigurationError("default_ttl is at least one second")
    try:
        authorizer = Authorizer(
            roots,
            clock_tolerance=clock_tolerance,
            pop_window=pop_window_secs,
            pop_max_windows=pop_max_windows,
            clearances=clearances,
        )
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    _CURRENT[:] = [
        Configuration(
            issuer_key=issuer_key,
            authorizer=authorizer,
            default_ttl=default_ttl,
            window=pop_window_secs,
            mode=Mode(mode),
            on_violation=on_violation,
            clock=clock,
        )
    ]


def auto_configure(
    prefix: str = PREFIX,
    *,
    require_issuer: bool = False,
    environ: Mapping[str, str] = os.environ,  # noqa: TID251
) -> bool:
    """Configure by the environment.

    Read are TENUO_ISSUER_KEY, _TRUSTED_ROOTS (comma-separated), _MODE, _DEV_MODE, _DEFAULT_TTL and
    _CLOCK_TOLERANCE. Keys are in base64 or hex.

    Returns:
        Whether any of them was set; otherwise nothing is done.

    Raises:
        ConfigurationError: One is malformed, they cannot work together, or they ask for a hosted
            control plane.
    """
    for name in _HOSTED:
        if environ.get(prefix + name):
            raise ConfigurationError(
                f"{prefix}{name} is set, but there is no hosted control plane here: unset it, and "
                f"set {prefix}ISSUER_KEY and {prefix}TRUSTED_ROOTS"
            )
    given = {name: environ[prefix + name] for name in _NAMES if environ.get(prefix + name)}
    if require_issuer and "ISSUER_KEY" not in given:
        raise ConfigurationError(f"the variable {prefix}ISSUER_KEY is not set")
    if not given:
        return False
    roots = [text for text in given.get("TRUSTED_ROOTS", "").split(",") if text.strip()]
    configure(
        issuer_key=SigningKey.from_text(given["ISSUER_KEY"]) if "ISSUER_KEY" in given else None,
        trusted_roots=[PublicKey.from_text(text) for text in roots],
        mode=given.get("MODE", Mode.ENFORCE).lower(),
        dev_mode=_flag(prefix + "DEV_MODE", given.get("DEV_MODE", "")),
        default_ttl=_seconds(prefix + "DEFAULT_TTL", given.get("DEFAULT_TTL", "300")),
        clock_tolerance=_seconds(prefix + "CLOCK_TOLERANCE", given.get("CLOCK_TOLERANCE", "30")),
    )
    return True


def reset_config() -> None:
    """Forget what was configured."""
    _CURRENT.clear()


def configuration() -> Configuration:
    """Return what was configured; raise `ConfigurationError` when nothing was."""
    if not _CURRENT:
        raise ConfigurationError("call configure() or auto_configure() first")
    return _CURRENT[0]


def current_mode() -> Mode:
    """Return the mode in force: `enforce`, unless configured otherwise."""
    return _CURRENT[0].mode if _CURRENT else Mode.ENFORCE


def is_audit_mode() -> bool:
    """Say whether violations are logged and let through."""
    return current_mode() is Mode.AUDIT


def is_enforce_mode() -> bool:
    """Say whether violations are refused."""
    return current_mode() is Mode.ENFORCE


def should_block_violation() -> bool:
    """Say whether a call that violates its warrant must not be made."""
    return is_enforce_mode()


def _flag(name: str, text: str) -> bool:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    raise ConfigurationError(f"{name} is 1 or 0")


def _seconds(name: str, text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    raise ConfigurationError(f"{name} is a number of seconds")
