"""Methods of dataclasses, compiled when the layer is built.

`dataclasses` writes the methods of each class as source text and compiles it where the class is
defined: a quarter of a cold start (docs/decisions/0032-compiled-by-the-build.md). The build keeps
the code of each text under the SHA-256 of that text, so what runs is what would have been compiled.
A text that it did not meet is compiled as ever, and all are where nothing was built.
"""

import dataclasses
import marshal
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import MAGIC_NUMBER
from itertools import accumulate
from types import CodeType
from typing import Any, Final

_SIZE: Final = 4
_HEAD: Final = len(MAGIC_NUMBER) + _SIZE
"""Before the index: whose bytecode it is, and the index's size in bytes, the lowest first."""

Names = dict[str, Any]


def use(path: str) -> None:
    """Take from a file what it has of the dataclasses that are defined from now on.

    If it is of another Python's bytecode, all is as without.
    """
    file = os.open(path, os.O_RDONLY)
    index, begin = index_of(file)

    def execute(text: str, names: Names, own: Names) -> None:
        code: str | CodeType = text
        if place := index.get(_key(text)):
            length, start = place
            # Read as bytecode is, from the folder that bytecode is read from.
            code = marshal.loads(os.pread(file, length, begin + start))  # noqa: S302
        exec(code, names, own)  # noqa: S102 - what `dataclasses` would have executed

    _execute_with(execute)


def index_of(file: int) -> tuple[Mapping[bytes, tuple[int, int]], int]:
    """Return the length and the beginning of each code in an open file, and what they count from.

    The index of a file of another Python's bytecode is empty.
    """
    head = os.pread(file, _HEAD, 0)
    if not head.startswith(MAGIC_NUMBER):
        return {}, 0
    size = int.from_bytes(head[-_SIZE:], "little")
    return marshal.loads(os.pread(file, size, _HEAD)), _HEAD + size  # noqa: S302 - as in `use`


@contextmanager
def recording() -> Iterator[dict[bytes, CodeType]]:
    """Collect the code of the dataclasses that are defined meanwhile."""
    codes: dict[bytes, CodeType] = {}

    def execute(text: str, names: Names, own: Names) -> None:
        code = codes[_key(text)] = compile(text, "<string>", "exec", dont_inherit=True)
        exec(code, names, own)  # noqa: S102 - as `use` will

    before = vars(dataclasses).get("exec", exec)
    _execute_with(execute)
    try:
        yield codes
    finally:
        _execute_with(before)


def written(codes: Mapping[bytes, CodeType]) -> bytes:
    """Return the file that `use` reads; only what is used of it is read."""
    parts = [marshal.dumps(code) for code in codes.values()]
    ends = list(accumulate(map(len, parts)))
    places = [(len(part), end - len(part)) for part, end in zip(parts, ends, strict=True)]
    index = marshal.dumps(dict(zip(codes, places, strict=True)))
    return b"".join((MAGIC_NUMBER, len(index).to_bytes(_SIZE, "little"), index, *parts))


def _key(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _execute_with(execute: object) -> None:
    # A module's own name goes before the built-in one, in this module and in no other.
    dataclasses.exec = execute  # type: ignore[attr-defined]
