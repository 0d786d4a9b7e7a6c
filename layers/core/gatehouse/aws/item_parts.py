"""Parts that several kinds of items have: a sealed secret, limits, values that may be absent."""

from typing import Final

from gatehouse.aws.attributes import (
    CorruptItem,
    Item,
    NewItem,
    NewValue,
    bytes_value,
    json_value,
    number_value,
    parsed,
    raw,
    text_value,
)
from gatehouse.domain.limits import UNLIMITED, Limits, limits_document, read_limits
from gatehouse.domain.sealing import SealedSecret

FORMAT: Final = 1
"""Version of these shapes; an item of another version is not read."""
SECRET: Final = "secret_"  # noqa: S105 - a prefix
RETIRING: Final = "retiring_"
"""What the attributes of a sealed secret begin with: the present one, and the one before."""


def sealed_secret_attributes(sealed: SealedSecret | None, prefix: str = SECRET) -> NewItem:
    """Write a sealed secret, if there is one."""
    if sealed is None:
        return {}
    return {
        prefix + "wrapped_key": bytes_value(sealed.wrapped_key),
        prefix + "nonce": bytes_value(sealed.nonce),
        prefix + "ciphertext": bytes_value(sealed.ciphertext),
    }


def read_sealed_secret(item: Item, prefix: str = SECRET) -> SealedSecret | None:
    """Read a sealed secret, if there is one."""
    if prefix + "ciphertext" not in item:
        return None
    return SealedSecret(
        wrapped_key=raw(item, prefix + "wrapped_key"),
        nonce=raw(item, prefix + "nonce"),
        ciphertext=raw(item, prefix + "ciphertext"),
    )


def limits_value(limits: Limits) -> "NewValue | None":
    """Write limits, unless there are none."""
    return None if limits == UNLIMITED else json_value(limits_document(limits))


def read_item_limits(item: Item) -> Limits:
    """Read limits; what was stored without any is not limited."""
    if "limits" not in item:
        return UNLIMITED
    try:
        return read_limits(parsed(item, "limits"))
    except ValueError as error:
        raise CorruptItem("limits are not readable") from error


def optional_text_value(value: str | None) -> "NewValue | None":
    """Write a text, if there is one."""
    return None if value is None else text_value(value)


def optional_number_value(value: int | None) -> "NewValue | None":
    """Write a number, if there is one."""
    return None if value is None else number_value(value)
