"""Receipts: signed statements about decisions, each naming the one before.

A receipt is `{receipt_version, payload, signer_key, signature}`; its payload is a CBOR map with
integer keys. Making one takes a function that signs, so that no key has to be here.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from gatehouse.domain.warrants import cbor
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.keys import DOMAIN, is_signed, require_key, require_signature
from gatehouse.domain.warrants.shapes import fields, octets, text, whole

RECEIPT_DOMAIN: Final = b"tenuo-receipt-v1"
VERSION: Final = 1
OUTCOMES: Final = frozenset({"allow", "deny"})

_OUTER: Final = frozenset({"receipt_version", "payload", "signer_key", "signature"})
_REQUIRED: Final = frozenset({0, 2, 3, 4, 5})
_KNOWN: Final = frozenset(range(16))


class Receipt(NamedTuple):
    """One decision. Hashes are SHA-256, times Unix seconds; None is what was not said.

    Attributes:
        warrant_chain: The stack as it was presented.
        action: The tool's name.
        outcome: `allow` or `deny`.
        decision_code: The name of the reason for a denial.
        pop: The proof of possession.
        previous: Hash of the receipt before this one, in the same sequence.
        trusted_roots: Hash of the sorted root keys.
        signer: Who signed the receipt; not part of what is signed.
        digest: Hash of the whole receipt, for the next one to name.
    """

    warrant_chain: bytes
    action: str
    outcome: str
    timestamp: int
    authorizer_id: str | None = None
    root_principal: str | None = None
    request_hash: bytes | None = None
    pop: bytes | None = None
    request_id: str | None = None
    decision_code: str | None = None
    policy_hash: bytes | None = None
    srl_version: int | None = None
    srl_hash: bytes | None = None
    previous: bytes | None = None
    trusted_roots: bytes | None = None
    signer: bytes = b""
    digest: bytes = b""


def encoded(receipt: Receipt, *, signer: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """Return the receipt's bytes.

    Args:
        receipt: What to say.
        signer: The public key.
        sign: Makes an Ed25519 signature with the key that belongs to it.
    """
    said = {
        0: VERSION,
        1: receipt.authorizer_id,
        2: receipt.warrant_chain,
        3: receipt.action,
        4: receipt.outcome,
        5: receipt.timestamp,
        6: receipt.root_principal,
        7: receipt.request_hash,
        8: receipt.pop,
        9: receipt.request_id,
        10: receipt.decision_code,
        11: receipt.policy_hash,
        12: receipt.srl_version,
        13: receipt.srl_hash,
        14: receipt.previous,
        15: receipt.trusted_roots,
    }
    payload = cbor.encode({key: value for key, value in said.items() if value is not None})
    return cbor.encode(
        {
            "receipt_version": VERSION,
            "payload": payload,
            "signer_key": [1, signer],
            "signature": [1, sign(_signed_bytes(payload))],
        }
    )


def read_receipt(data: bytes) -> Receipt:
    """Return the receipt in `data`; whether its signer is trusted is the reader's to ask.

    Raises:
        Denied: It is malformed or its signature does not hold.
    """
    outer = fields(cbor.decode(data), "a receipt", required=_OUTER)
    signer = require_key(outer["signer_key"])
    payload = octets(outer["payload"], "payload")
    if whole(outer["receipt_version"], "receipt_version") != VERSION:
        raise Denied(1200, "the receipt's version is not known")
    if not is_signed(signer, require_signature(outer["signature"]), _signed_bytes(payload)):
        raise Denied(1100, "the receipt's signature does not hold")
    said = cbor.decode(payload)
    if not isinstance(said, dict) or said.keys() - _KNOWN or _REQUIRED - said.keys():
        raise Denied(1201, "the receipt lacks a field or has an unknown one")
    if whole(said[0], "version") != VERSION or said[4] not in OUTCOMES:
        raise Denied(1201, "the receipt's version or outcome is not known")
    return Receipt(
        warrant_chain=octets(said[2], "warrant_chain"),
        action=text(said[3], "action"),
        outcome=text(said[4], "outcome"),
        timestamp=whole(said[5], "timestamp"),
        authorizer_id=_text(said.get(1)),
        root_principal=_text(said.get(6)),
        request_hash=_hash(said.get(7)),
        pop=None if said.get(8) is None else octets(said[8], "pop", 64),
        request_id=_text(said.get(9)),
        decision_code=_text(said.get(10)),
        policy_hash=_hash(said.get(11)),
        srl_version=None if said.get(12) is None else whole(said[12], "srl_version"),
        srl_hash=_hash(said.get(13)),
        previous=_hash(said.get(14)),
        trusted_roots=_hash(said.get(15)),
        signer=signer,
        digest=hashlib.sha256(data).digest(),
    )


def require_sequence(receipts: Sequence[Receipt]) -> None:
    """Check that each receipt names the one before it, and is by the same signer.

    Raises:
        Denied: One was left out, added or moved.
    """
    for before, after in pairwise(receipts):
        if after.previous != before.digest or after.signer != before.signer:
            raise Denied(1201, "a receipt does not follow the one before")


def roots_hash(roots: Collection[bytes]) -> bytes:
    """Return the hash by which a receipt names the trusted roots."""
    return hashlib.sha256(b"".join(sorted(set(roots)))).digest()


def _signed_bytes(payload: bytes) -> bytes:
    return DOMAIN + RECEIPT_DOMAIN + bytes((VERSION,)) + payload


def _text(data: object) -> str | None:
    return None if data is None else text(data, "a text")


def _hash(data: object) -> bytes | None:
    return None if data is None else octets(data, "a hash", 32)
