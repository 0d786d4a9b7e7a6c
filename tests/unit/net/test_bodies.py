"""How much of an answer's body is read, and what that may cost."""

import gzip
import tracemalloc

from gatehouse.net.bodies import Body, bounded_body


def test_a_body_of_exactly_the_limit_is_whole() -> None:
    assert bounded_body(iter([b"ab", b"cd"]), b"", limit=4) == Body(data=b"abcd", truncated=False)
    assert bounded_body(iter([b"ab", b"cde"]), b"", limit=4) == Body(data=b"abcd", truncated=True)
    packed = gzip.compress(b"x" * 100)
    assert bounded_body(iter([packed]), b"gzip", limit=100) == Body(
        data=b"x" * 100, truncated=False
    )
    assert bounded_body(iter([packed]), b"gzip", limit=99) == Body(data=b"x" * 99, truncated=True)


def test_what_is_packed_and_too_long_is_unpacked_as_far_as_it_goes() -> None:
    packed = gzip.compress(bytes(range(256)) * 40, compresslevel=0)
    body = bounded_body(iter([packed]), b"gzip", limit=5000)
    assert body.truncated
    assert 0 < len(body.data) <= 5000
    assert (bytes(range(256)) * 40).startswith(body.data)


def test_a_bomb_costs_no_more_memory_than_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    tracemalloc.start()
    try:
        body = bounded_body(iter([bomb]), b"gzip", limit=1_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(body.data), body.truncated) == (1_000_000, True)
    assert peak < 10_000_000
