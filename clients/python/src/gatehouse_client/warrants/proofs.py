"""What goes along with a call: the proof of possession, and the forms in which it travels."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Final

from gatehouse.domain.warrants import pop
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.digests import sha256
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.folding import folded
from gatehouse.domain.warrants.payload import Payload
from gatehouse.domain.warrants.values import plain
from gatehouse_client.warrants._texts import base64_text
from gatehouse_client.warrants.keys import Signer

__all__ = ["POP_VERSION", "WINDOW", "envelope", "folded", "headers", "prove", "refusal"]

POP_VERSION: Final = 1
"""The envelope's version, which chooses the domain of the proof. The one place to change it."""

WINDOW: Final = 30
"""Seconds in which equal calls have equal proofs."""

MAX_HEADER: Final = 8192
"""Longest warrant, in characters, that a header carries."""

NONCE_BYTES: Final = 16


def prove(  # noqa: PLR0913
    leaf: Payload,
    key: Signer,
    tool: str,
    arguments: Mapping[str, object],
    now: int,
    *,
    version: int = POP_VERSION,
    window: int = WINDOW,
) -> bytes:
    """Sign one call.

    Raises:
        Denied: The key is not the holder's, or the arguments are no plain values.
    """
    if key.public_key.to_bytes() != leaf.holder:
        raise Denied(1600, "the key is not the warrant holder's")
    start = now // window * window
    signed = plain_arguments(arguments)
    return key.sign_raw(pop.message(leaf.id, tool, signed, start, version=version))


def sign_nonce(key: Signer, proof: bytes, nonce: bytes) -> bytes:
    """Sign what makes this call one of several equal ones."""
    return key.sign_raw(pop.NONCE_DOMAIN + sha256(proof) + nonce)


def headers(warrant: str, proof: bytes, approvals: Sequence[bytes]) -> dict[str, str]:
    """Return the headers of one call; raise `Denied` (1900) when the warrant is too long."""
    if len(warrant) > MAX_HEADER:
        raise Denied(1900, "the chain is too long for a header; send it in _meta")
    found = {"X-Tenuo-Warrant": warrant, "X-Tenuo-PoP": base64_text(proof)}
    if approvals:
        listed = json.dumps([base64_text(item) for item in approvals])
        found["X-Tenuo-Approvals"] = base64_text(listed.encode())
    return found


def envelope(
    stack: bytes,
    proof: bytes,
    approvals: Sequence[bytes],
    nonce_key: Signer | None,
    *,
    nonce: bytes | None = None,
) -> dict[str, object]:
    """Return `_meta.tenuo`; with a key, also a nonce, fresh unless given."""
    found: dict[str, object] = {"warrant": base64_text(stack), "signature": base64_text(proof)}
    if approvals:
        found["approvals"] = [base64_text(item) for item in approvals]
    if nonce_key is not None:
        fresh = nonce or os.urandom(NONCE_BYTES)
        found["nonce"] = base64_text(fresh)
        found["nonce_sig"] = base64_text(sign_nonce(nonce_key, proof, fresh))
    return found


def refusal(leaf: Payload, tool: str, arguments: Mapping[str, object], now: int) -> Denied | None:
    """Return why the leaf does not allow a call, apart from proof, clearance and approval."""
    try:
        leaf.capability(tool, now).require(plain_arguments(arguments), Effort())
    except Denied as denied:
        return denied
    return None


def plain_arguments(arguments: Mapping[str, object]) -> dict[str, object]:
    """Return the arguments in plain values; raise `Denied` for what warrants do not know."""
    found: dict[str, object] = {}
    for name, value in arguments.items():
        found[name] = plain(value, field=name)
    return found
