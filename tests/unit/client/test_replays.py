"""The in-memory keeper of request ids."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse_client import MemoryReplays, ReplaysUnavailable


class Slow(str):
    """A text that lets other threads go first whenever it is looked up."""

    __slots__ = ()

    def __hash__(self) -> int:
        time.sleep(0.001)
        return super().__hash__()


def test_of_many_threads_with_one_id_exactly_one_is_first() -> None:
    replays, together = MemoryReplays(), Barrier(8)

    def claim(_: int) -> bool:
        together.wait()
        return replays.claim(Slow("a"), 10, 0)

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(claim, range(8))) == 1


@given(expires_at=st.integers(0, 9), now=st.integers(0, 9))
def test_a_mark_dies_at_its_end_and_not_before(expires_at: int, now: int) -> None:
    replays = MemoryReplays()
    replays.claim("a", expires_at, -1)

    assert replays.claim("a", 99, now) is (now >= expires_at)


def test_when_full_it_refuses_rather_than_forgets() -> None:
    replays = MemoryReplays(max_ids=2)
    replays.claim("a", 10, 0)
    replays.claim("b", 20, 0)

    with pytest.raises(ReplaysUnavailable):
        replays.claim("c", 20, 0)
    assert replays.claim("a", 10, 0) is False


def test_dead_marks_make_room() -> None:
    replays = MemoryReplays(max_ids=1)
    replays.claim("a", 10, 0)

    assert replays.claim("b", 20, 10) is True
