"""Reading decoded CBOR by shape: each function returns what it names, or raises `Denied`."""

from typing import Final

from gatehouse.domain.warrants.denied import Denied

MAX_INTEGER: Final = 2**63 - 1


def text_map(data: object, what: str) -> dict[str, object]:
    """Return a map whose keys are all text."""
    if isinstance(data, dict):
        for key in data:
            if type(key) is not str:
                break
        else:
            return data
    raise Denied(1201, f"{what} must be a map with text keys")


def fields(
    data: object, what: str, *, required: frozenset[str], optional: frozenset[str] = frozenset()
) -> dict[str, object]:
    """Return a map with all of the `required` keys and none but those and the `optional` ones."""
    if not isinstance(data, dict):
        raise Denied(1201, f"{what} must be a map with text keys")
    left = len(data)
    for name in required:
        if name not in data:
            raise Denied(1204, f"{what} lacks a field")
        left -= 1
    if left and not required | optional >= data.keys():
        raise Denied(1203, f"{what} has an unknown field")
    return data


def array(data: object, what: str) -> list[object]:
    """Return a list."""
    if not isinstance(data, list):
        raise Denied(1201, f"{what} must be an array")
    return data


def text(data: object, what: str) -> str:
    """Return a text."""
    if type(data) is not str:
        raise Denied(1201, f"{what} must be text")
    return data


def texts(data: object, what: str) -> tuple[str, ...]:
    """Return a list of texts."""
    return tuple(text(item, what) for item in array(data, what))


def flag(data: object, what: str) -> bool:
    """Return a bool."""
    if data is True or data is False:
        return data
    raise Denied(1201, f"{what} must be true or false")


def whole(data: object, what: str, most: int = MAX_INTEGER) -> int:
    """Return an integer from 0 to `most`; true and false are none."""
    if type(data) is int and 0 <= data <= most:
        return data
    raise Denied(1201, f"{what} must be an integer from 0 to {most}")


def octets(data: object, what: str, size: int | None = None) -> bytes:
    """Return bytes, written as a byte string or as an array of integers below 256."""
    if isinstance(data, list):
        try:
            data = bytes(data)
        except (TypeError, ValueError) as error:
            raise Denied(1201, f"{what} must be bytes") from error
    if not isinstance(data, bytes) or size not in {None, len(data)}:
        raise Denied(1201, f"{what} must be {'bytes' if size is None else f'{size} bytes'}")
    return data
