"""Which warrant the code that runs now acts under."""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Final

from gatehouse.domain.warrants.frozen import Frozen
from gatehouse_client.errors import ConfigurationError
from gatehouse_client.warrants._texts import base64_bytes
from gatehouse_client.warrants.capabilities import Capability
from gatehouse_client.warrants.configuration import configuration
from gatehouse_client.warrants.keys import Signer
from gatehouse_client.warrants.proofs import prove
from gatehouse_client.warrants.warrant import Warrant


class Scope(Frozen):
    """A warrant in force, and how calls under it are proven."""

    stack: bytes
    prove: Callable[[str, Mapping[str, object], int], bytes]
    approvals: tuple[bytes, ...] = ()


_SCOPE: Final[ContextVar[Scope | None]] = ContextVar("warrant_scope", default=None)


def current_scope() -> Scope | None:
    """Return what is in force here, in this task or thread."""
    return _SCOPE.get()


@contextmanager
def mint_sync(
    *capabilities: Capability, ttl: int | None = None, holder_key: Signer | None = None
) -> Iterator[Warrant]:
    """Mint a warrant with the configured issuer key and act under it within the block.

    Args:
        capabilities: What may be called; at least one.
        ttl: How long it lives, in seconds; as configured, when absent.
        holder_key: Who proves the calls; the issuer, when absent.

    Raises:
        ConfigurationError: No issuer key is configured, or no capability is given.
    """
    settings = configuration()
    issuer = settings.issuer_key
    if issuer is None:
        raise ConfigurationError("minting needs configure(issuer_key=...)")
    if not capabilities:
        raise ConfigurationError('minting needs a capability, as in mint(Capability("search"))')
    if len({found.tool for found in capabilities}) != len(capabilities):
        raise ConfigurationError("a tool is given twice: put its constraints into one capability")
    builder = Warrant.mint_builder().ttl(settings.default_ttl if ttl is None else ttl)
    for found in capabilities:
        builder.capability(found)
    holder = holder_key or issuer
    warrant = builder.holder(holder.public_key).mint(issuer, now=int(settings.clock()))
    with acting(warrant, holder):
        yield warrant


@asynccontextmanager
async def mint(
    *capabilities: Capability, ttl: int | None = None, holder_key: Signer | None = None
) -> AsyncIterator[Warrant]:
    """Do as `mint_sync`, for `async with`."""
    with mint_sync(*capabilities, ttl=ttl, holder_key=holder_key) as warrant:
        yield warrant


@contextmanager
def acting(warrant: Warrant, key: Signer) -> Iterator[None]:
    """Act under a warrant that is there already, as its holder, within the block."""
    leaf, window = warrant.payload, configuration().window
    with _entered(
        Scope(
            stack=warrant.stack,
            prove=lambda tool, args, now: prove(leaf, key, tool, args, now, window=window),
        )
    ):
        yield


@contextmanager
def received(headers: Mapping[str, str]) -> Iterator[None]:
    """Act under the warrant and proof that came with a request, within the block.

    The proof is good for the one tool and the very arguments that the caller signed. Without the
    headers there is no warrant; headers that cannot be read are one that no root signed.

    Args:
        headers: The request's; names in any case.
    """
    found = {name.lower(): value for name, value in headers.items()}
    if "x-tenuo-warrant" not in found:
        with _entered(None):
            yield
        return
    proof = base64_bytes(found.get("x-tenuo-pop", "")) or b""
    with _entered(
        Scope(
            stack=base64_bytes(found["x-tenuo-warrant"]) or b"",
            prove=lambda tool, args, now: proof,  # noqa: ARG005 - whatever was sent
            approvals=_approvals(found.get("x-tenuo-approvals")),
        )
    ):
        yield


@contextmanager
def _entered(scope: Scope | None) -> Iterator[None]:
    token = _SCOPE.set(scope)
    try:
        yield
    finally:
        _SCOPE.reset(token)


def _approvals(text: str | None) -> tuple[bytes, ...]:
    """Read the header; what is no list of base64 counts as one approval that does not hold."""
    if text is None:
        return ()
    try:
        items = json.loads(base64_bytes(text) or b"")
        return tuple(base64_bytes(item) or b"" for item in items)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return (b"",)
