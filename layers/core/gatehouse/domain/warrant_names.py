"""What a stack of warrants names, read before anything of it is verified."""

from functools import lru_cache
from typing import Final, TypeAlias

MAX_KNOWN: Final = 128
"""Stacks whose names an instance remembers: a session brings the same one with each call."""
MAX_KNOWN_BYTES: Final = 8_192
"""Of such a stack; larger ones would take more room than they are worth."""

Names: TypeAlias = tuple[bytes | None, tuple[str, ...]]


def named_in(stack: bytes) -> Names:
    """Return the first warrant's issuer and the warrants' ids as they are printed, each once.

    Bytes that are no stack name nothing: the verifier will say what is wrong with them. A chain
    has at most 65 warrants.
    """
    return _known(stack) if len(stack) <= MAX_KNOWN_BYTES else _read(stack)


def _read(stack: bytes) -> Names:
    # The verifier is loaded by the first call that brings a warrant, not by every cold start.
    from gatehouse.domain.warrants import Denied  # noqa: PLC0415
    from gatehouse.domain.warrants.chain import read_chain  # noqa: PLC0415

    try:
        payloads = [warrant.payload for warrant in read_chain(stack)]
    except Denied:
        return None, ()
    return payloads[0].issuer, tuple([payload.name for payload in payloads])


_known: Final = lru_cache(maxsize=MAX_KNOWN)(_read)
