"""gzip of a text whose beginning was compressed before: any reader of gzip reads it."""

import gzip
import zlib
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.gzip_parts import gzipped, packed


@given(begun=st.binary(max_size=5000), end=st.binary(max_size=300))
def test_both_parts_are_one_text_to_every_reader(begun: bytes, end: bytes) -> None:
    sent = b64decode(gzipped(packed(begun), end), validate=True)
    assert gzip.decompress(sent) == begun + end
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)  # one that stops at the end of a member
    assert reader.decompress(sent) + reader.flush() == begun + end
    assert reader.eof
    assert reader.unused_data == b""


def test_beginnings_of_every_length_are_followed_by_ends_of_every_length() -> None:
    for length in range(1, 40):
        begun = bytes(range(length))
        for end in (b"", b"e", b"en", b"end"):
            assert gzip.decompress(b64decode(gzipped(packed(begun), end))) == begun + end


def test_the_longest_end_is_taken_and_a_longer_one_is_not() -> None:
    longest = b"x" * 65_535
    assert gzip.decompress(b64decode(gzipped(packed(b"b"), longest))) == b"b" + longest
    with pytest.raises(OverflowError):
        gzipped(packed(b"b"), longest + b"x")


def test_how_long_it_is_says_nothing_of_what_the_end_holds() -> None:
    begun = b'{"name":"lookup"}' * 500
    page = packed(begun)
    assert len(page.base64) < len(begun) / 10
    alike, unlike = begun[:200], bytes(range(200))
    assert len(gzipped(page, alike)) == len(gzipped(page, unlike))
