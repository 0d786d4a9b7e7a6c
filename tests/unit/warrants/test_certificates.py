"""Certificates of receipts' keys, byte by byte: auditors verify those of years ago."""

from typing import Any

import pytest

from gatehouse.domain.warrants import Denied, cbor
from gatehouse.domain.warrants.certificates import (
    Certificate,
    encoded,
    read_certificate,
    signed_bytes,
)
from tests.warrants import PUBLIC

FIELDS: dict[str, Any] = {
    "version": 1,
    "instance_id": "0f",
    "function": "mcp",
    "deployment_id": "d-1",
    "public_key": PUBLIC["root"],
    "created_at": 1_700_000_000,
    "key_id": "arn:k",
}
CERTIFICATE = Certificate(**{k: v for k, v in FIELDS.items() if k != "version"})
BYTES = (
    b"\xa7gversion\x01kinstance_idb0fhfunctioncmcpmdeployment_idcd-1jpublic_keyX "
    + PUBLIC["root"]
    + b"jcreated_at\x1aeS\xf1\x00fkey_idearn:k"
)


def test_a_certificate_has_these_bytes_and_these_are_signed() -> None:
    assert encoded(CERTIFICATE) == BYTES
    assert signed_bytes(BYTES) == b"gatehouse-receipt-certificate-v1" + BYTES


def test_a_certificate_is_read_as_it_was_written() -> None:
    read = read_certificate(BYTES)

    assert {name: getattr(read, name) for name in FIELDS if name != "version"} == {
        name: value for name, value in FIELDS.items() if name != "version"
    }
    assert read.authorizer_id("Proj0001", "c0") == "gatehouse:d-1:mcp:0f:Proj0001:c0"


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": True},
        {"more": 1},
        {"public_key": b"\x01" + bytes(31)},
        {"public_key": PUBLIC["root"][:31]},
        {"created_at": -1},
        {"function": b"mcp"},
    ],
)
def test_what_is_no_certificate_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Denied):
        read_certificate(cbor.encode(FIELDS | change))


def test_a_certificate_is_one_value_with_all_its_fields() -> None:
    for data in (BYTES + b"\x00", BYTES[:-1], b"", cbor.encode([1])):
        with pytest.raises(Denied):
            read_certificate(data)
    for name in FIELDS:
        with pytest.raises(Denied):
            read_certificate(cbor.encode({k: v for k, v in FIELDS.items() if k != name}))
