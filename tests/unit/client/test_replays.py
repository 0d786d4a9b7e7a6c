"""The in-memory keeper of request ids."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse_client import MemoryReplays, ReplaysUnavailable


def test_of_many_threads_with_one_id_exactly_one_is_first() -> None:
    replays, together = MemoryReplays(), Barrier(8)

    def claim(_: int) -> list[bool]:
        together.wait()
        return [replays.claim(str(number), 10, 0) for number in range(200)]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(claim, range(8)))

    assert [sum(each) for each in zip(*answers, strict=True)] == [1] * 200


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
