"""CBOR (RFC 8949) in the one form that warrants are written in.

Read strictly: definite lengths, shortest heads, no tags, no repeated keys, nothing after the
value, keys that are integers or text. Written: shortest heads, floats in the shortest of 16, 32
and 64 bits that is exact, maps in the order given. Text-keyed maps whose order counts (the
arguments of a call) are sorted by `sorted_map` first: by the UTF-8 bytes of the key, which is not
the length-first order of RFC 8949 section 4.2.3.
"""

import re
import struct
from collections.abc import Mapping
from typing import Final

from gatehouse.domain.warrants.denied import Denied

MAX_ITEMS: Final = 16_384
"""Most values in one document; a run of small integers in an array counts as one."""

MAX_DEPTH: Final = 128
"""Deepest nesting of arrays and maps."""

_NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _SIMPLE = 1, 2, 3, 4, 5, 7
"""Major types (RFC 8949 section 3.1)."""

_ONE_BYTE: Final = 24
"""From here on the head's five bits say how many bytes of the number follow: 1, 2, 4 or 8."""

_EIGHT_BYTES: Final = 27
_SHORT_TEXT: Final = 0x60
_LONG_TEXT: Final = 0x78
_ATOMS: Final[dict[int, object]] = {
    **{number: number for number in range(_ONE_BYTE)},
    **{0x20 + number: -1 - number for number in range(_ONE_BYTE)},
    0xF4: False,
    0xF5: True,
    0xF6: None,
}
"""Values of one byte."""

_FLOATS: Final = {
    0xF9: struct.Struct(">e"),
    0xFA: struct.Struct(">f"),
    0xFB: struct.Struct(">d"),
}
_MANY: Final = 16
_SMALL_INTEGERS: Final = re.compile(rb"(?:[\x00-\x17]|\x18[\x18-\xff])*")
"""Integers below 256: hashes and extensions are arrays of these."""

_OF_ONE_BYTE: Final = bytes(range(_ONE_BYTE))


def decode(data: bytes) -> object:
    """Return the only value in `data`.

    Raises:
        Denied: 1202, for all but one value in the strict form within the limits.
    """
    reader = _Reader(data)
    try:
        value = reader.value(0)
    except (IndexError, UnicodeDecodeError) as error:
        raise Denied(1202, "CBOR is cut short or holds bad text") from error
    if reader.position != len(data):
        raise Denied(1202, "bytes follow the CBOR value")
    return value


class _Reader:
    """Walks once over the bytes; an `IndexError` means that they end too early.

    Most of a warrant is maps with short keys, values of one byte, and a hash as an array of
    integers, so these are read where they stand, without a call for each.
    """

    __slots__ = ("data", "left", "position")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.left = MAX_ITEMS

    def value(self, depth: int) -> object:
        first = self.data[self.position]
        self.position += 1
        return _ATOMS[first] if first in _ATOMS else self._rest(first, depth)

    def _rest(self, first: int, depth: int) -> object:
        """Read what follows the first byte of a value that has more."""
        major, number = first >> 5, first & 31
        if major == _SIMPLE:
            return self._float(first)
        if number >= _ONE_BYTE:
            number = self._argument(number)
        if major == _MAP:
            return self._map(number, depth)
        if major == _ARRAY:
            return self._array(number, depth)
        if major == _TEXT:
            return self._take(number).decode()
        if major == _BYTES:
            return self._take(number)
        if major <= _NEGATIVE:
            return -1 - number if major else number
        raise Denied(1202, "CBOR tags are not used here")

    def _argument(self, info: int) -> int:
        if info > _EIGHT_BYTES:  # 31 is an indefinite length, the others are reserved
            raise Denied(1202, "CBOR lengths must be definite")
        size = 1 << (info - _ONE_BYTE)
        number = int.from_bytes(self._take(size), "big")
        if number < (_ONE_BYTE if size == 1 else 1 << (size * 4)):
            raise Denied(1202, "CBOR integers must be in shortest form")
        return number

    def _take(self, size: int) -> bytes:
        start = self.position
        end = self.position = start + size
        if end > len(self.data):
            raise IndexError
        return self.data[start:end]

    def _float(self, first: int) -> object:
        if first not in _FLOATS:
            raise Denied(1202, "CBOR simple values other than true, false and null are not used")
        code = _FLOATS[first]
        number: float = code.unpack(self._take(code.size))[0]
        return number

    def _array(self, size: int, depth: int) -> list[object]:
        if _MANY <= size <= len(self.data) - self.position:
            numbers = self._small_integers(size)
            if numbers is not None:
                return numbers
        self._enter(size, size, depth)
        depth += 1
        return [self.value(depth) for _ in range(size)]

    def _small_integers(self, size: int) -> list[object] | None:
        """Read `size` integers below 256, which count as one value; None if not all are."""
        start = self.position
        run = _SMALL_INTEGERS.match(self.data, start, start + 2 * size)
        numbers = small_integers(run[0])[:size] if run else b""
        if len(numbers) < size:
            return None
        self.position = start + size + len(numbers.translate(None, _OF_ONE_BYTE))
        return list(numbers)

    def _map(self, size: int, depth: int) -> dict[object, object]:
        self._enter(size, 2 * size, depth)
        depth += 1
        data = self.data
        at = self.position
        found: dict[object, object] = {}
        for _ in range(size):
            first = data[at]
            if first < _ONE_BYTE:
                key: object = first
                at += 1
            elif _SHORT_TEXT <= first < _LONG_TEXT:
                start, at = at + 1, at + first - (_SHORT_TEXT - 1)
                key = data[start:at].decode()
            else:
                self.position = at
                key = self.value(depth)
                at = self.position
                if type(key) is not str and type(key) is not int:
                    raise Denied(1202, "CBOR keys must be text or integers")
            first = data[at]
            at += 1
            if first in _ATOMS:
                found[key] = _ATOMS[first]
            else:
                self.position = at
                found[key] = self._rest(first, depth)
                at = self.position
        self.position = at
        if len(found) != size:
            raise Denied(1202, "a CBOR map repeats a key")
        return found

    def _enter(self, size: int, values: int, depth: int) -> None:
        """Pay for the values in an array or map before they are read."""
        if size > len(self.data) - self.position:
            raise IndexError
        self.left -= values
        if self.left < 0 or depth >= MAX_DEPTH:
            raise Denied(1202, "CBOR holds too many values")


def small_integers(run: bytes) -> bytes:
    """Return the integers below 256 that `run` holds one after the other, in strict form."""
    # Each is `n`, or 24 and `n`. So 24 twice is the number 24, and 24 alone no number.
    return b"\x18".join([part.replace(b"\x18", b"") for part in run.split(b"\x18\x18")])


def encode(value: object) -> bytes:
    """Write `value`: None, bools, integers, floats, text, bytes, sequences and mappings of them.

    Raises:
        TypeError: Something else is in it.
        ValueError: An integer does not fit 64 bits, or text has lone surrogates.
    """
    out = bytearray()
    _write(value, out)
    return bytes(out)


def sorted_map(items: Mapping[str, object]) -> dict[str, object]:
    """Return `items` in the order of their keys' UTF-8 bytes, at every depth."""
    # Code points sort as their UTF-8 bytes do, so no key has to be encoded for it.
    return {key: _sorted(items[key]) for key in sorted(items)}


def _sorted(value: object) -> object:
    kind = type(value)
    if kind is str or kind is int:  # most are; the rest is slow to ask
        return value
    if isinstance(value, Mapping):
        return sorted_map(value)
    if isinstance(value, list | tuple):
        return [_sorted(item) for item in value]
    return value


def _write(value: object, out: bytearray) -> None:  # noqa: C901, PLR0912 - a branch for each type
    if isinstance(value, str):
        data = value.encode()
        size = len(data)
        if size < _ONE_BYTE:  # most are
            out.append(_SHORT_TEXT + size)
        else:
            _head(_TEXT, size, out)
        out += data
    elif isinstance(value, bool):
        out.append(0xF5 if value else 0xF4)
    elif isinstance(value, int):
        _head(0, value, out) if value >= 0 else _head(1, -1 - value, out)
    elif isinstance(value, list | tuple):
        _head(4, len(value), out)
        for item in value:
            _write(item, out)
    elif value is None:
        out.append(0xF6)
    elif isinstance(value, float):
        out += _float(value)
    elif isinstance(value, bytes):
        _head(2, len(value), out)
        out += value
    elif isinstance(value, Mapping):
        _head(5, len(value), out)
        for key, item in value.items():
            _write(key, out)
            _write(item, out)
    else:
        raise TypeError(f"not a CBOR value: {type(value).__name__}")


def _head(major: int, number: int, out: bytearray) -> None:
    if number < _ONE_BYTE:
        out.append(major << 5 | number)
        return
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * size):
            out.append(major << 5 | info)
            out += number.to_bytes(size, "big")
            return
    raise ValueError("integer does not fit 64 bits")


def _float(value: float) -> bytes:
    if value != value:  # noqa: PLR0124 - NaN is the value that is not itself
        return b"\xf9\x7e\x00"
    for code, head in ((">e", b"\xf9"), (">f", b"\xfa")):
        try:
            data = struct.pack(code, value)
        except OverflowError:
            continue
        if struct.unpack(code, data)[0] == value:
            return head + data
    return b"\xfb" + struct.pack(">d", value)
