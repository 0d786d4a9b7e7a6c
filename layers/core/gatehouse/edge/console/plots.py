"""Plots as numbers for SVG: templates draw them by attributes and classes, never by styles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

HEIGHT: Final = 120
STEP: Final = 26
WIDTH: Final = 18
HOURS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One hour; heights and places in the units of the plot."""

    x: int
    good: float
    bad: float
    label: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Bars, and what the highest of them counts."""

    bars: tuple[Bar, ...]
    most: int
    width: int
    height: int
    bar_width: int = WIDTH


def bars(hours: Sequence[tuple[str, int, int]]) -> Plot | None:
    """Return one bar for each of the 24 hours that end with the last one, if there is one."""
    if not hours:
        return None
    counted = {hour: (good, bad) for hour, good, bad in hours}
    last = datetime.fromisoformat(hours[-1][0])
    moments = [last - timedelta(hours=back) for back in reversed(range(HOURS))]
    named = [(m, counted.get(m.isoformat().replace("+00:00", "Z"), (0, 0))) for m in moments]
    most = max(good + bad for _, (good, bad) in named)
    return Plot(
        bars=tuple(_bar(i, m, good, bad, most) for i, (m, (good, bad)) in enumerate(named)),
        most=most,
        width=HOURS * STEP,
        height=HEIGHT,
    )


def _bar(index: int, moment: datetime, good: int, bad: int, most: int) -> Bar:
    scale = HEIGHT / max(most, 1)
    return Bar(
        x=index * STEP + (STEP - WIDTH) // 2,
        good=round(good * scale, 1),
        bad=round(bad * scale, 1),
        label=moment.strftime("%H") if index % 6 == 2 else "",  # noqa: PLR2004
        says=f"{moment:%d %b, %H:00}: {good} succeeded, {bad} failed or denied",
    )
