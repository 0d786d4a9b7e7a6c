"""Ed25519 (RFC 8032) public keys and signatures, strictly.

OpenSSL refuses a signature's S that is not reduced; what it takes beyond RFC 8032 section 5.1.7 is
refused here: keys of small order, under which one signature holds for many messages, and keys
whose y is not reduced.
"""

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from gatehouse.domain.warrants.denied import Denied

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALGORITHM: Final = 1
"""The only algorithm there is: Ed25519."""

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
DOMAIN: Final = b"tenuo-warrant-v1"
"""Comes before everything that is signed, so that no other system's signature can pass."""

_KEPT: Final = 256
"""Keys read before that are kept."""

_P: Final = 2**255 - 19
_D: Final = 0x52036CEE2B6FFE738CC740797779E89800700A4D4141D8AB75EB4DCA135978A3
_Y: Final = 2**255 - 1  # without the sign of x
_ORDER_8: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER: Final = frozenset({0, 1, _P - 1, _ORDER_8, _P - _ORDER_8})
"""The y of the eight points whose order divides the cofactor."""

_SMALL_POINTS: Final = frozenset(
    (y | sign << 255).to_bytes(KEY_BYTES, "little") for y in _SMALL_ORDER for sign in (0, 1)
)


def require_key(data: object) -> bytes:
    """Return the public key on the wire, `[1, bytes]`.

    Raises:
        Denied: Another algorithm or length, or a point that proves nothing.
    """
    key = _typed(data, KEY_BYTES, 1103)
    require_strong(key)
    return key


def require_signature(data: object) -> bytes:
    """Return the signature on the wire, `[1, bytes]`; raise `Denied` for another form."""
    return _typed(data, SIGNATURE_BYTES, 1104)


@lru_cache(maxsize=_KEPT)
def require_strong(key: bytes) -> None:
    """Raise `Denied` when `key` is not 32 bytes of a reduced point of large order."""
    if len(key) != KEY_BYTES:
        raise Denied(1103, "an Ed25519 key has 32 bytes")
    y = int.from_bytes(key, "little") & _Y
    if y >= _P or y in _SMALL_ORDER:
        raise Denied(1201, "the public key is weak")


@lru_cache(maxsize=_KEPT)
def require_point(key: bytes) -> None:
    """Raise `Denied` when a strong `key` is no point of the curve; it could never sign anything.

    Takes a tenth of a millisecond, so it is not asked about keys that have signed.
    """
    y = int.from_bytes(key, "little") & _Y
    # x*x is (y*y - 1) / (d*y*y + 1), which is a square when the product of both is one.
    if _jacobi((y * y - 1) * (_D * y * y + 1) % _P, _P) < 0:
        raise Denied(1201, "the public key is no point of the curve")


def _jacobi(number: int, modulus: int) -> int:
    """Return the Jacobi symbol: for a prime modulus 1 for squares, -1 for what is none."""
    symbol = 1
    while number:
        twos = (number & -number).bit_length() - 1
        number >>= twos
        if twos & 1 and modulus & 7 in {3, 5}:
            symbol = -symbol
        if number & modulus & 3 == 3:  # noqa: PLR2004 - quadratic reciprocity
            symbol = -symbol
        number, modulus = modulus % number, number
    return symbol if modulus == 1 else 0


def is_signed(key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether `signature` over `message` is by `key`. Never raises."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    if signature[:KEY_BYTES] in _SMALL_POINTS:
        return False
    try:
        _public(key).verify(signature, message)
    except _faults():
        return False
    return True


@lru_cache(maxsize=_KEPT)
def _public(key: bytes) -> "Ed25519PublicKey":
    # OpenSSL is loaded when the first signature comes.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    return Ed25519PublicKey.from_public_bytes(key)


@cache
def _faults() -> tuple[type[Exception], ...]:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415

    return InvalidSignature, ValueError


def _typed(data: object, size: int, wrong_length: int) -> bytes:
    if not isinstance(data, list) or len(data) != 2:  # noqa: PLR2004
        raise Denied(1201, "a key or signature is [algorithm, bytes]")
    algorithm, value = data
    if type(algorithm) is not int or algorithm != ALGORITHM:
        raise Denied(1102, "only Ed25519 (1) is used")
    if not isinstance(value, bytes) or len(value) != size:
        raise Denied(wrong_length)
    return value
