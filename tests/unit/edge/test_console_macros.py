"""What pages are made of, by itself."""

import pytest

from gatehouse.edge.console.render import environment


def near(limit: int | None, used: int) -> str:
    template = '{% import "macros.html" as ui with context %}{{ ui.near(limit, used) }}'
    return environment().from_string(template).render(limit=limit, used=used).strip()


@pytest.mark.parametrize(
    ("limit", "used", "is_near"), [(10, 7, False), (10, 8, True), (10, 11, True), (0, 0, False)]
)
def test_a_limit_is_near_from_four_fifths_on(limit: int, used: int, *, is_near: bool) -> None:
    said = near(limit, used)
    assert said.startswith(f"{used} of {limit}")
    assert ("Near" in said) is is_near


def test_no_limit_is_never_near() -> None:
    assert near(None, 10**6) == "not limited"
