"""Signatures of member assertions, checked by PyJWT.

It needs no AWS. It stands here because the rules and use cases below know no wire library, so
that an API key can be refused, and a tool be called, without ever importing one.
"""

from dataclasses import dataclass

from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.errors import InvalidAssertion


@dataclass(frozen=True, slots=True)
class PyJWTSignatures:
    """Keeps `AssertionSignatures`."""

    def verify(self, token: str, key: AssertionKey) -> None:
        """See `AssertionSignatures.verify`."""
        from jwt import PyJWS  # noqa: PLC0415 - 70 ms with cryptography, and only needed here
        from jwt.algorithms import OKPAlgorithm  # noqa: PLC0415
        from jwt.exceptions import PyJWTError  # noqa: PLC0415

        names = sorted(key.algorithm.header_names)
        checker = PyJWS(algorithms=names)
        if key.algorithm is AssertionAlgorithm.ED25519:
            checker.register_algorithm("Ed25519", OKPAlgorithm())  # RFC 9864 section 2.2
        try:
            checker.decode(
                token,
                key.public_key_pem,
                algorithms=names,
                options={"verify_signature": True, "enforce_minimum_key_length": True},
            )
        except PyJWTError as error:
            raise InvalidAssertion("signature does not hold") from error
