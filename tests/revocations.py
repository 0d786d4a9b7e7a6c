"""Revocation lists for tests, made by the public package `tenuo`."""

import base64
from collections.abc import Iterable

import tenuo_core

ISSUER = tenuo_core.SigningKey.from_bytes(b"\x07" * 32)
ISSUER_KEY = ISSUER.public_key.to_bytes()
STRANGER = tenuo_core.SigningKey.from_bytes(b"\x2a" * 32)


def warrant_id(number: int) -> str:
    """Return the id of a warrant, as it is printed."""
    return f"tnu_wrt_{number:032x}"


def signed(ids: Iterable[str], version: int = 1, *, by: tenuo_core.SigningKey = ISSUER) -> bytes:
    """Return a list signed by the package."""
    builder = tenuo_core.SignedRevocationList.builder()
    for each in ids:
        builder = builder.revoke(each)
    made: bytes = bytes(builder.version(version).build(by).to_bytes())
    return made


def uploaded(
    ids: Iterable[str], version: int = 1, *, by: tenuo_core.SigningKey = ISSUER
) -> dict[str, str]:
    """Return the body that uploads a list."""
    return {"list": base64.b64encode(signed(ids, version, by=by)).decode()}


def read(data: bytes, issuer: bytes) -> tuple[int, set[str]]:
    """Return version and ids of a list, as the package reads it; its signature must hold."""
    found = tenuo_core.SignedRevocationList.from_bytes(data)
    found.verify(tenuo_core.PublicKey.from_bytes(issuer))
    return found.version, set(found.revoked_ids)
