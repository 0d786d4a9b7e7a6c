"""A sealed secret opens for the tool and the origin it was given for, and for nothing else."""

from dataclasses import replace

import pytest

from gatehouse.domain.sealing import SealBroken, SecretBinding, seal, unseal

BINDING = SecretBinding(
    project_id="Proj0001",
    tool_id="tool_YQ",
    origin="https://api.example.com",
    auth_strategy="hmac_signature",
)
KEY, NONCE = b"k" * 32, b"n" * 12
SEALED = seal(b"hush", data_key=KEY, nonce=NONCE, additional_data=BINDING.additional_data)


def open_(binding: SecretBinding, ciphertext: bytes = SEALED, key: bytes = KEY) -> bytes:
    return unseal(ciphertext, data_key=key, nonce=NONCE, additional_data=binding.additional_data)


def test_it_opens_for_its_own_binding() -> None:
    assert open_(BINDING) == b"hush"


@pytest.mark.parametrize("field", ["project_id", "tool_id", "origin", "auth_strategy"])
def test_it_does_not_open_for_another(field: str) -> None:
    with pytest.raises(SealBroken):
        open_(replace(BINDING, **{field: "another"}))


def test_fields_cannot_be_shifted_into_each_other() -> None:
    with pytest.raises(SealBroken):
        open_(replace(BINDING, project_id="Proj0001tool", tool_id="_YQ"))


def test_no_bit_can_be_changed() -> None:
    for index in range(len(SEALED)):
        changed = bytearray(SEALED)
        changed[index] ^= 1
        with pytest.raises(SealBroken):
            open_(BINDING, bytes(changed))


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(SealBroken):
        open_(BINDING, key=b"x" * 32)
