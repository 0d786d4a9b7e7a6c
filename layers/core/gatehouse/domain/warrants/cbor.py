"""CBOR (RFC 8949) in the one form that warrants are written in.

Read strictly: definite lengths, shortest heads, no tags, no repeated keys, nothing after the
value, keys that are integers or text. Written: shortest heads, floats in the shortest of 16, 32
and 64 bits that is exact, maps in the order given. Text-keyed maps whose order counts (the
arguments of a call) are sorted by `sorted_map` first: by the UTF-8 bytes of the key, which is not
the length-first order of RFC 8949 section 4.2.3.
"""

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

_NOT_SHORTEST: Final = "CBOR integers must be in shortest form"
_ONE_BYTE: Final = 24
"""From here on the head's five bits say how many bytes of the number follow: 1, 2, 4 or 8."""

_EIGHT_BYTES: Final = 27
_SHORT_TEXT: Final = 0x60
_LONG_TEXT: Final = 0x78
_STRINGS: Final = (_BYTES, _TEXT)
_INLINE: Final = {0xF4: False, 0xF5: True, 0xF6: None}
_FLOATS: Final = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}
_CONSTANTS: Final = {20: False, 21: True, 22: None}


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

    Small integers and short texts are most of what there is, so they are read where they stand in
    an array or map, without a call each.
    """

    __slots__ = ("data", "left", "position")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.left = MAX_ITEMS

    def value(self, depth: int) -> object:
        first = self.data[self.position]
        self.position += 1
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            raise Denied(1202, "CBOR holds too many values")
        major, number = first >> 5, first & 31
        if major == _SIMPLE:
            return self._simple(number)
        if number >= _ONE_BYTE:
            number = self._argument(number)
        if major == _MAP:
            return self._map(number, depth)
        if major == _ARRAY:
            return self._array(number, depth)
        if major in _STRINGS:
            start = self.position
            self.position = end = start + number
            if end > len(self.data):
                raise IndexError
            taken = self.data[start:end]
            return taken.decode() if major == _TEXT else taken
        if major <= _NEGATIVE:
            return -1 - number if major else number
        raise Denied(1202, "CBOR tags are not used here")

    def _argument(self, info: int) -> int:
        at = self.position
        if info == _ONE_BYTE:
            self.position = at + 1
            number = self.data[at]
            least = _ONE_BYTE
        elif info <= _EIGHT_BYTES:
            size = 1 << (info - _ONE_BYTE)
            number = int.from_bytes(self._take(size), "big")
            least = 1 << (size * 4)
        else:  # 31 is an indefinite length, the others are reserved
            raise Denied(1202, "CBOR lengths must be definite")
        if number < least:
            raise Denied(1202, _NOT_SHORTEST)
        return number

    def _take(self, size: int) -> bytes:
        start = self.position
        end = self.position = start + size
        if end > len(self.data):
            raise IndexError
        return self.data[start:end]

    def _simple(self, info: int) -> object:
        if info in _CONSTANTS:
            return _CONSTANTS[info]
        if info not in _FLOATS:
            raise Denied(1202, "CBOR simple values other than true, false and null are not used")
        code, size = _FLOATS[info]
        number: float = struct.unpack(code, self._take(size))[0]
        return number

    def _array(self, size: int, depth: int) -> list[object]:
        data = self.data
        if size > len(data) - self.position:
            raise IndexError
        found: list[object] = []
        add = found.append
        at = self.position
        # Hashes and extensions are arrays of integers below 256: they count as one value.
        for read in range(size):
            number = data[at]
            if number == _ONE_BYTE:
                number = data[at + 1]
                if number < _ONE_BYTE:
                    raise Denied(1202, _NOT_SHORTEST)
                at += 2
            elif number < _ONE_BYTE:
                at += 1
            else:
                self.position = at
                found += [self.value(depth + 1) for _ in range(size - read)]
                return found
            add(number)
        self.position = at
        return found

    def _map(self, size: int, depth: int) -> dict[object, object]:
        data = self.data
        if size > len(data) - self.position:
            raise IndexError
        self.left -= 2 * size
        if self.left < 0 or depth >= MAX_DEPTH:
            raise Denied(1202, "CBOR holds too many values")
        found: dict[object, object] = {}
        for _ in range(size):
            at = self.position
            first = data[at]
            if first < _ONE_BYTE:
                self.position = at + 1
                key: object = first
            elif _SHORT_TEXT <= first < _LONG_TEXT:
                end = self.position = at + first - (_SHORT_TEXT - 1)
                key = data[at + 1 : end].decode()
            else:
                key = self.value(depth + 1)
                if type(key) is not str and type(key) is not int:
                    raise Denied(1202, "CBOR keys must be text or integers")
            first = data[self.position]
            if first < _ONE_BYTE:
                self.position += 1
                found[key] = first
            elif first in _INLINE:
                self.position += 1
                found[key] = _INLINE[first]
            else:
                found[key] = self.value(depth + 1)
        if len(found) != size:
            raise Denied(1202, "a CBOR map repeats a key")
        return found


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
    if isinstance(value, Mapping):
        return sorted_map(value)
    if isinstance(value, list | tuple):
        return [_sorted(item) for item in value]
    return value


def _write(value: object, out: bytearray) -> None:  # noqa: C901 - one branch for each type
    if value is None:
        out.append(0xF6)
    elif value is True or value is False:
        out.append(0xF5 if value else 0xF4)
    elif isinstance(value, str):
        data = value.encode()
        _head(3, len(data), out)
        out += data
    elif isinstance(value, int):
        _head(0, value, out) if value >= 0 else _head(1, -1 - value, out)
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
    elif isinstance(value, list | tuple):
        _head(4, len(value), out)
        for item in value:
            _write(item, out)
    else:
        raise TypeError(f"not a CBOR value: {type(value).__name__}")


def _head(major: int, number: int, out: bytearray) -> None:
    if number < 24:  # noqa: PLR2004 - RFC 8949 section 3
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
