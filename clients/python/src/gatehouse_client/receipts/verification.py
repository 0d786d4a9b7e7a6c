"""Verify an export: who signed, what, and that nothing was left out, moved or added.

What holds the chain together: the deployment's key signed each instance's certificate; the key in
it signed every receipt; each receipt names the hash of the one before, and says itself of which
project and chain it is. That a chain's last receipts are there is shown by calls that name them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from gatehouse.domain.warrants.certificates import Certificate, read_certificate, signed_bytes
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.receipts import Receipt, read_receipt
from gatehouse_client._p256 import is_signed
from gatehouse_client.receipts.documents import Export, ExportedChain, NamedReceipt


class _Broken(Exception):
    """Something does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedChain:
    """A chain that holds: who signed it, and its receipts in order."""

    chain: str
    certificate: Certificate
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedExport:
    """What holds, and a sentence for each thing that does not."""

    chains: tuple[VerifiedChain, ...]
    calls: int
    problems: tuple[str, ...]


def verify_export(export: Export, keys: Sequence[ec.EllipticCurvePublicKey]) -> VerifiedExport:
    """Verify all of an export against the keys that the deployment has or had."""
    verified: list[VerifiedChain] = []
    problems: list[str] = []
    for chain in export.chains:
        try:
            verified.append(_verified(export.project_id, chain, keys))
        except (_Broken, Denied) as error:
            problems.append(f"chain {chain.chain}: {error}")
    names = [chain.chain for chain in export.chains]
    problems += [f"chain {name} is there twice" for name in set(names) if names.count(name) > 1]
    known = {
        (chain.chain, sequence): receipt
        for chain in verified
        for sequence, receipt in enumerate(chain.receipts)
    }
    whole = {chain.chain for chain in verified}
    problems += [
        problem
        for call in export.calls
        if call.chain in whole or call.chain not in names
        for problem in _problems(call, known.get((call.chain, call.sequence)))
    ]
    return VerifiedExport(chains=tuple(verified), calls=len(export.calls), problems=tuple(problems))


def _problems(call: NamedReceipt, receipt: Receipt | None) -> list[str]:
    if receipt is None:
        link = f"{call.chain}/{call.sequence}"
        return [f"call {call.request_id} names receipt {link}, which is missing"]
    if receipt.request_id != call.request_id:
        return [f"call {call.request_id} names the receipt of call {receipt.request_id}"]
    return []


def _verified(
    project_id: str, chain: ExportedChain, keys: Sequence[ec.EllipticCurvePublicKey]
) -> VerifiedChain:
    certificate = _certified(chain, keys)
    receipts: list[Receipt] = []
    before: bytes | None = None
    for sequence, data in chain.receipts:
        if sequence != len(receipts):
            raise _Broken(f"receipt {len(receipts)} is missing")
        receipt = _read(sequence, data)
        if receipt.signer != certificate.public_key:
            raise _Broken(f"receipt {sequence} is signed by another key than the certificate's")
        if receipt.authorizer_id != certificate.authorizer_id(project_id, chain.chain):
            raise _Broken(f"receipt {sequence} is of another project, chain or instance")
        if receipt.previous != before:
            raise _Broken(f"receipt {sequence} does not follow the one before")
        before = hashlib.sha256(data).digest()
        receipts.append(receipt)
    return VerifiedChain(chain=chain.chain, certificate=certificate, receipts=tuple(receipts))


def _read(sequence: int, data: bytes) -> Receipt:
    try:
        return read_receipt(data)
    except Denied as denied:
        raise _Broken(f"receipt {sequence} does not hold: {denied}") from denied


def _certified(chain: ExportedChain, keys: Sequence[ec.EllipticCurvePublicKey]) -> Certificate:
    if chain.certificate is None or chain.signature is None:
        raise _Broken("the certificate is missing, so nobody knows who signed")
    message = signed_bytes(chain.certificate)
    if not any(is_signed(key, chain.signature, message) for key in keys):
        raise _Broken("the certificate is not signed by the key that was given")
    return read_certificate(chain.certificate)
