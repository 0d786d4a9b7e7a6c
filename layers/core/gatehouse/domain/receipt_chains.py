"""An instance's chains of receipts: for each project one, in which each names the one before.

A chain is in memory alone: when the instance ends, or has more chains open than it may, its chain
ends, and the next receipt begins another.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

from gatehouse.domain.receipts import ChainedReceipt
from gatehouse.domain.warrants.certificates import Certificate
from gatehouse.domain.warrants.receipts import Receipt, encoded

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MAX_CHAINS: Final = 256
"""Chains that an instance keeps open; the one that was not used for longest ends first."""

_SEED_BYTES: Final = 32
_ID_BYTES: Final = 16


@dataclass(slots=True)
class OpenChain:
    """Where a chain stands; `last` is the hash of its last receipt.

    `is_certified` and `listed_in`, an hour, say what has been kept of it beside its receipts.
    """

    id: str
    length: int = 0
    last: bytes | None = None
    is_certified: bool = False
    listed_in: int | None = None


class ReceiptChains:
    """Signs receipts and puts each at its place. Every random byte comes from `random_bytes`.

    A receipt counts as soon as it is made: whether or not it can be kept, the next one names it,
    so that one which is missing is missed.
    """

    def __init__(
        self,
        *,
        function: str,
        deployment_id: str,
        key_id: str,
        random_bytes: Callable[[int], bytes],
        most: int = MAX_CHAINS,
    ) -> None:
        self._function = function
        self._deployment_id = deployment_id
        self._key_id = key_id
        self._random_bytes = random_bytes
        self._most = most
        self._lock = Lock()
        self._open: OrderedDict[str, OpenChain] = OrderedDict()
        self._signer: _Signer | None = None

    def add(self, project_id: str, said: Receipt) -> tuple[ChainedReceipt, OpenChain]:
        """Sign what is said as the next receipt of the project's chain, and return both.

        Who says it, and which receipt came before, is filled in.
        """
        with self._lock:
            signer = self._the_signer(said.timestamp)
            chain = self._chain(project_id)
            receipt = said._replace(
                authorizer_id=signer.certificate.authorizer_id(project_id, chain.id),
                previous=chain.last,
            )
            data = encoded(receipt, signer=signer.certificate.public_key, sign=signer.key.sign)
            made = ChainedReceipt(
                project_id=project_id,
                chain=chain.id,
                sequence=chain.length,
                data=data,
                created_at=said.timestamp,
            )
            chain.length += 1
            chain.last = hashlib.sha256(data).digest()
            return made, chain

    def certificate(self, now: int) -> Certificate:
        """Return whose receipts these are, of before anybody signed it; `now` is Unix seconds."""
        with self._lock:
            return self._the_signer(now).certificate

    def _the_signer(self, now: int) -> "_Signer":
        if self._signer is None:
            from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
                Ed25519PrivateKey,
            )

            key = Ed25519PrivateKey.from_private_bytes(self._random_bytes(_SEED_BYTES))
            certificate = Certificate(
                instance_id=self._random_bytes(_ID_BYTES).hex(),
                function=self._function,
                deployment_id=self._deployment_id,
                public_key=key.public_key().public_bytes_raw(),
                created_at=now,
                key_id=self._key_id,
            )
            self._signer = _Signer(certificate=certificate, key=key)
        return self._signer

    def _chain(self, project_id: str) -> OpenChain:
        chain = self._open.pop(project_id, None) or OpenChain(self._random_bytes(_ID_BYTES).hex())
        self._open[project_id] = chain
        while len(self._open) > self._most:
            self._open.popitem(last=False)
        return chain


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signer:
    """This instance's key, which never leaves its memory."""

    certificate: Certificate
    key: "Ed25519PrivateKey" = field(repr=False)
