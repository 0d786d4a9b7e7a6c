"""gzip of a text whose middle was compressed before: any reader of gzip reads it."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.gzip_parts import gzipped, packed

SHORT = st.binary(max_size=300)


@given(before=SHORT, middle=st.binary(max_size=5000), after=SHORT)
def test_the_parts_are_one_text_to_every_reader(before: bytes, middle: bytes, after: bytes) -> None:
    sent = gzipped(before, packed(middle), after)
    whole = before + middle + after
    assert gzip.decompress(sent) == whole
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)  # one that stops at the end of a member
    assert reader.decompress(sent) + reader.flush() == whole
    assert reader.eof
    assert reader.unused_data == b""


@given(before=SHORT, middle=st.binary(max_size=5000))
def test_the_checksum_of_what_stands_before_is_carried_on(before: bytes, middle: bytes) -> None:
    found = packed(middle).checksum_after(zlib.crc32(before))
    assert found == zlib.crc32(before + middle)


def test_the_longest_ends_are_taken_and_longer_ones_are_not() -> None:
    longest = b"x" * 65_535
    assert gzip.decompress(gzipped(longest, packed(b"m"), longest)) == longest + b"m" + longest
    with pytest.raises(OverflowError):
        gzipped(longest + b"x", packed(b"m"), b"")


def test_how_long_it_is_says_nothing_of_what_the_ends_hold() -> None:
    middle = b'{"name":"lookup"}' * 500
    page = packed(middle)
    assert len(page.blocks) < len(middle) / 10
    alike, unlike = middle[:200], bytes(range(200))
    assert len(gzipped(b"{", page, alike)) == len(gzipped(b"{", page, unlike))
