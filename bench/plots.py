"""Plots as SVG, without a library: bars of ratios, and curves on logarithmic axes."""

from collections.abc import Mapping, Sequence
from html import escape
from math import floor, log10
from typing import Final

WIDTH: Final = 720
ROW: Final = 26
LEFT: Final = 330
OURS, THEIRS = "#1f6feb", "#8b949e"
COLORS: Final = ("#1f6feb", "#d29922", "#2da44e", "#cf222e", "#8250df", "#57606a", "#bf3989")


def bars(title: str, unit: str, values: Mapping[str, float], ours: Sequence[str]) -> str:
    """Draw one bar for each value, shortest first."""
    most = max(values.values())
    parts = []
    for row, (name, value) in enumerate(sorted(values.items(), key=lambda pair: pair[1])):
        y, width = 44 + row * ROW, max(1.0, value / most * (WIDTH - LEFT - 90))
        color = OURS if name in ours else THEIRS
        parts += [
            _text(LEFT - 8, y + 15, name, anchor="end"),
            f'<rect x="{LEFT}" y="{y + 3}" width="{width:.1f}" height="16" fill="{color}"/>',
            _text(LEFT + width + 6, y + 15, f"{value:.3g} {unit}"),
        ]
    return _picture(title, 60 + len(values) * ROW, parts)


def curves(
    title: str, across: str, lines: Mapping[str, Sequence[tuple[float, float]]], unit: str = "ms"
) -> str:
    """Draw lines over logarithmic axes; each is named beside its last point."""
    points = [point for line in lines.values() for point in line]
    low_x, high_x = _decades([x for x, _ in points])
    low_y, high_y = _decades([y for _, y in points])
    left, right, top, bottom = 70, WIDTH - 230, 44, 360

    def place(x: float, y: float) -> tuple[float, float]:
        along = (log10(x) - low_x) / (high_x - low_x)
        up = (log10(y) - low_y) / (high_y - low_y)
        return left + along * (right - left), bottom - up * (bottom - top)

    parts = []
    for decade in range(low_x, high_x + 1):
        x, _ = place(10**decade, 10**low_y)
        parts += [_line(x, top, x, bottom), _text(x, bottom + 18, f"{10**decade:,}", "middle")]
    for decade in range(low_y, high_y + 1):
        _, y = place(10**low_x, 10**decade)
        parts += [
            _line(left, y, right, y),
            _text(left - 6, y + 4, f"{10.0**decade:g} {unit}", "end"),
        ]
    parts.append(_text((left + right) / 2, bottom + 38, across, "middle"))
    for color, (name, line) in zip(COLORS * 3, lines.items(), strict=False):
        placed = [place(x, y) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        parts += [
            f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in placed),
            _text(placed[-1][0] + 8, placed[-1][1] + 4, name, color=color),
        ]
    return _picture(title, 415, parts)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = floor(log10(min(values))), -floor(-log10(max(values)))
    return low, max(high, low + 1)


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#d0d7de"/>'


def _text(x: float, y: float, text: str, anchor: str = "start", color: str = "#57606a") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}">{escape(text)}</text>'
    )


def _picture(title: str, height: int, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'font-family="system-ui, sans-serif" font-size="12">'
    )
    ground = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    name = f'<text x="12" y="24" font-size="15" fill="#24292f">{escape(title)}</text>'
    return "\n".join([head, ground, name, *parts, "</svg>"]) + "\n"
