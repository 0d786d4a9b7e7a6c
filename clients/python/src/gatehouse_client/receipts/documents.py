"""An export: a project's chains of receipts, and the calls that name them, as one JSON document."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_EXPORT: Final = frozenset({"project_id", "chains", "calls"})
_CHAIN: Final = frozenset({"chain", "certificate", "signature", "receipts"})
_RECEIPT: Final = frozenset({"sequence", "receipt"})
_CALL: Final = frozenset({"request_id", "receipt"})


class UnreadableExport(ValueError):
    """The file is no export; `str(error)` says where it stops being one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedChain:
    """One chain: its receipts by their place, and whose it is, where that is known."""

    chain: str
    certificate: bytes | None
    signature: bytes | None
    receipts: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedReceipt:
    """A call, and the receipt that its record names."""

    request_id: str
    chain: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What is to be verified."""

    project_id: str
    chains: tuple[ExportedChain, ...]
    calls: tuple[NamedReceipt, ...]


def read_export(text: str | bytes) -> Export:
    """Read an export strictly: no field more or less, and base64 in one spelling.

    Raises:
        UnreadableExport: It is none.
    """
    try:
        document: object = json.loads(text)
    except ValueError as error:
        raise UnreadableExport("the file is no JSON") from error
    found = _fields(document, _EXPORT, "the export")
    return Export(
        project_id=_text(found["project_id"], "project_id"),
        chains=tuple(_read_chain(each) for each in _list(found["chains"], "chains")),
        calls=tuple(_read_call(each) for each in _list(found["calls"], "calls")),
    )


def write_export(export: Export) -> str:
    """Write an export."""
    document = {
        "project_id": export.project_id,
        "chains": [
            {
                "chain": chain.chain,
                "certificate": _optional_base64(chain.certificate),
                "signature": _optional_base64(chain.signature),
                "receipts": [
                    {"sequence": sequence, "receipt": _base64(receipt)}
                    for sequence, receipt in chain.receipts
                ],
            }
            for chain in export.chains
        ],
        "calls": [
            {"request_id": call.request_id, "receipt": f"{call.chain}/{call.sequence}"}
            for call in export.calls
        ],
    }
    return json.dumps(document, indent=1) + "\n"


def read_link(request_id: str, receipt: str) -> NamedReceipt:
    """Read the name of a receipt, `<chain>/<sequence>`, from a call's record."""
    chain, slash, sequence = receipt.partition("/")
    if not slash or not sequence.isdecimal() or str(int(sequence)) != sequence:
        raise UnreadableExport(f"call {request_id} names no receipt")
    return NamedReceipt(request_id=request_id, chain=chain, sequence=int(sequence))


def read_bytes(value: object, what: str) -> bytes:
    """Read base64, in the one spelling that it has."""
    text = _text(value, what)
    try:
        data = b64decode(text, validate=True)
    except ValueError as error:
        raise UnreadableExport(f"{what} is no base64") from error
    if _base64(data) != text:
        raise UnreadableExport(f"{what} is no base64")
    return data


def _read_chain(value: object) -> ExportedChain:
    found = _fields(value, _CHAIN, "a chain")
    name = _text(found["chain"], "chain")
    return ExportedChain(
        chain=name,
        certificate=_optional_bytes(found["certificate"], f"the certificate of chain {name}"),
        signature=_optional_bytes(found["signature"], f"the signature of chain {name}"),
        receipts=tuple(_read_receipt(each, name) for each in _list(found["receipts"], "receipts")),
    )


def _read_receipt(value: object, chain: str) -> tuple[int, bytes]:
    found = _fields(value, _RECEIPT, f"a receipt of chain {chain}")
    sequence = found["sequence"]
    if type(sequence) is not int:
        raise UnreadableExport(f"a receipt of chain {chain} has no sequence")
    return sequence, read_bytes(found["receipt"], f"receipt {sequence} of chain {chain}")


def _read_call(value: object) -> NamedReceipt:
    found = _fields(value, _CALL, "a call")
    return read_link(_text(found["request_id"], "request_id"), _text(found["receipt"], "receipt"))


def _fields(value: object, names: frozenset[str], what: str) -> Mapping[str, object]:
    if not isinstance(value, dict) or value.keys() != names:
        raise UnreadableExport(f"{what} has other fields than {', '.join(sorted(names))}")
    return value


def _list(value: object, what: str) -> list[object]:
    if not isinstance(value, list):
        raise UnreadableExport(f"{what} is no list")
    return value


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise UnreadableExport(f"{what} is no text")
    return value


def _optional_bytes(value: object, what: str) -> bytes | None:
    return None if value is None else read_bytes(value, what)


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _optional_base64(data: bytes | None) -> str | None:
    return None if data is None else _base64(data)
