"""Certificates: an instance's key may sign receipts, says the deployment's key.

Each function instance signs its receipts with a key of its own, made in its memory. What its
certificate holds is signed once, with ECDSA on P-256 over SHA-256, by a key that never leaves KMS.
"""

from typing import Final

from gatehouse.domain.warrants import cbor
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.keys import KEY_BYTES, require_strong
from gatehouse.domain.warrants.shapes import fields, octets, text, whole

CERTIFICATE_DOMAIN: Final = b"gatehouse-receipt-certificate-v1"
"""Comes before everything that the deployment's key signs."""

VERSION: Final = 1

_NAMES: Final = frozenset(
    {"version", "instance_id", "function", "deployment_id", "public_key", "created_at", "key_id"}
)


class Certificate(Frozen):
    """Whose key it is: one instance's of one function of one deployment.

    `public_key` is Ed25519, of 32 bytes; `created_at` is Unix seconds; `key_id` is what KMS calls
    the deployment's key.
    """

    instance_id: str
    function: str
    deployment_id: str
    public_key: bytes
    created_at: int
    key_id: str

    def authorizer_id(self, project_id: str, chain: str) -> str:
        """Return how this instance names itself in a project's receipts.

        Project and chain are part of it, so that no receipt can be passed off as another's.
        """
        signer = f"gatehouse:{self.deployment_id}:{self.function}:{self.instance_id}"
        return f"{signer}:{project_id}:{chain}"


def encoded(certificate: Certificate) -> bytes:
    """Return the certificate's bytes."""
    return cbor.encode(
        {
            "version": VERSION,
            "instance_id": certificate.instance_id,
            "function": certificate.function,
            "deployment_id": certificate.deployment_id,
            "public_key": certificate.public_key,
            "created_at": certificate.created_at,
            "key_id": certificate.key_id,
        }
    )


def signed_bytes(certificate: bytes) -> bytes:
    """Return what the deployment's key signs of a certificate."""
    return CERTIFICATE_DOMAIN + certificate


def read_certificate(data: bytes) -> Certificate:
    """Return the certificate in `data`; whether it is signed is the reader's to ask.

    Raises:
        Denied: It is malformed.
    """
    found = fields(cbor.decode(data), "a certificate", required=_NAMES)
    if whole(found["version"], "version") != VERSION:
        raise Denied(1200, "the certificate's version is not known")
    key = octets(found["public_key"], "public_key", KEY_BYTES)
    require_strong(key)
    return Certificate(
        instance_id=text(found["instance_id"], "instance_id"),
        function=text(found["function"], "function"),
        deployment_id=text(found["deployment_id"], "deployment_id"),
        public_key=key,
        created_at=whole(found["created_at"], "created_at"),
        key_id=text(found["key_id"], "key_id"),
    )
