"""The deployment's keys that vouch for what was exported: ECDSA on P-256 over SHA-256."""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

P256: Final = "secp256r1"


def read_key(pem: bytes) -> ec.EllipticCurvePublicKey:
    """Read the deployment's public key; raise `ValueError` for any but one on P-256."""
    key = load_pem_public_key(pem)
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != P256:
        raise ValueError("the key is not on P-256")
    return key


def is_signed(key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> bool:
    """Say whether `key` signed `message`; the signature is DER."""
    try:
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
