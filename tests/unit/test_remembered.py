"""What was made of an object is made once, and of no more objects than may be remembered."""

from gatehouse.domain.remembered import Remembered


def test_it_is_made_once_of_each_object_and_not_of_its_equal() -> None:
    pair = Remembered[list[int], list[object]](lambda asked: [asked, object()], size=2)
    first, equal = [1], [1]
    assert pair(first) is pair(first)
    assert pair(equal) is not pair(first)
    assert pair(equal)[0] is equal


def test_the_oldest_goes_first() -> None:
    pair = Remembered[list[int], list[object]](lambda asked: [asked, object()], size=3)
    asked = [[number] for number in range(9)]
    made = [pair(each) for each in asked]
    assert all(pair(each) is was for each, was in list(zip(asked, made, strict=True))[-3:])
    assert pair(asked[0]) is not made[0]


def test_an_object_in_the_place_of_one_that_is_gone_is_another() -> None:
    pair = Remembered[list[int], list[object]](lambda asked: [asked, object()], size=3)
    for number in range(1_000):  # none is kept but by what remembers it, and ids come again
        assert pair([number])[0] == [number]
