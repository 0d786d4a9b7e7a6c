"""The public package beside ours: it reads what we mint, and mints what we read."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import tenuo
import tenuo_core

from gatehouse.domain.warrants import writing
from gatehouse_client.warrants import PublicKey, SigningKey, Warrant

NOW = 1_795_317_986
ROOT, ALICE, BOB, CAROL = (SigningKey.from_bytes(bytes([number]) * 32) for number in range(4, 8))


def their_key(key: SigningKey) -> Any:
    return tenuo_core.SigningKey.from_bytes(key.secret_key_bytes())


def their_public(key: PublicKey) -> Any:
    return tenuo_core.PublicKey.from_bytes(key.to_bytes())


def their_chain(warrant: Warrant) -> list[Any]:
    """Return our chain as the package reads it."""
    return [
        tenuo_core.Warrant.from_base64(
            urlsafe_b64encode(writing.warrant_bytes(link)).rstrip(b"=").decode()
        )
        for link in warrant.links
    ]


def is_allowed_there(
    warrant: Warrant,
    tool: str,
    args: Mapping[str, object],
    proof: bytes,
    *,
    now: int = NOW,
    approvals: Sequence[Any] = (),
) -> bool:
    """Ask the package's verifier."""
    verifier = tenuo_core.Authorizer(trusted_roots=[their_public(warrant.chain[0].issuer)])
    try:
        verifier.check_chain(their_chain(warrant), tool, dict(args), proof, list(approvals), now)
    except tenuo.TenuoError:
        return False
    return True


def is_chain_there(warrant: Warrant, *, now: int = NOW) -> bool:
    """Ask the package whether a chain holds."""
    verifier = tenuo_core.Authorizer(trusted_roots=[their_public(warrant.chain[0].issuer)])
    try:
        verifier.verify_chain(their_chain(warrant), now)
    except tenuo.TenuoError:
        return False
    return True


def ours_from(*warrants: Any) -> Warrant:
    """Read the package's warrants, the root first."""
    return Warrant.from_chain([warrant.to_base64() for warrant in warrants])


def standard(data: bytes) -> str:
    return b64encode(data).decode()
