"""Builds the rotation of the session key ring."""

import secrets
from typing import Final

from gatehouse.aws.key_ring_versions import SecretsManagerKeyRingVersions
from gatehouse.domain.base62 import random_text
from gatehouse.settings import Settings
from gatehouse.usecases.rotate_key_ring import RotateKeyRing
from gatehouse.wiring import clients, clock

SECRET_BYTES: Final = 32
KID_LENGTH: Final = 12


def rotate_key_ring() -> RotateKeyRing:
    """Build the use case; it knows one secret, whatever an event names."""
    return RotateKeyRing(
        versions=SecretsManagerKeyRingVersions(
            clients.secretsmanager(), Settings().key_ring_secret
        ),
        clock=clock.now,
        new_kid=lambda: random_text(KID_LENGTH),
        new_secret=lambda: secrets.token_bytes(SECRET_BYTES),
    )
