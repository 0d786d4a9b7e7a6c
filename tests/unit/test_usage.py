"""Percentiles from histograms are honest upper bounds."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.usage import BUCKETS, bucket_ms, bucket_of, percentile_ms

durations = st.lists(st.integers(0, 30_000), min_size=1)


@given(durations, st.floats(0.01, 1))
def test_that_share_of_calls_stayed_within_the_percentile(sample: list[int], share: float) -> None:
    bound = percentile_ms(Counter(map(bucket_of, sample)), share)
    assert bound is not None
    assert sum(duration <= bound for duration in sample) >= share * len(sample)


@given(durations)
def test_the_bound_is_at_most_half_as_much_again(sample: list[int]) -> None:
    bound = percentile_ms(Counter(map(bucket_of, sample)), 1)
    assert bound is not None
    assert bound <= max(2, max(sample) * 1.5)


def test_no_calls_have_no_percentile() -> None:
    assert percentile_ms({}, 0.5) is None


def test_buckets_cover_the_longest_call() -> None:
    assert bucket_ms(BUCKETS - 2) > 30_000
