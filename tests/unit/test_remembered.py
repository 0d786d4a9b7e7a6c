"""What was made of an object is made once, and lives no longer than the object does."""

from gatehouse.domain.remembered import Remembered


class Thing:
    """Equal to every other, and hashable by none."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return True


def test_it_is_made_once_of_each_object_and_not_of_its_equal() -> None:
    number: Remembered[Thing, list[int]] = Remembered(lambda _thing: [])
    first, equal = Thing(), Thing()
    assert number(first) is number(first)
    assert number(equal) is not number(first)
    assert len(number) == 2


def test_what_was_made_goes_with_its_object() -> None:
    number: Remembered[Thing, list[int]] = Remembered(lambda _thing: [])
    kept = Thing()
    before = number(kept)
    for _ in range(1_000):  # ids come again
        assert number(Thing()) is not before
    assert len(number) == 1
    assert number(kept) is before
