"""Log-log line plots as SVG, drawn by hand: a benchmark needs no plotting library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

Points = Sequence[tuple[float, float]]
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 560, 360, 70, 40, 150, 50
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
STYLE = "font-family:sans-serif;font-size:12px"


def _decades(values: list[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _text(x: float, y: float, words: str, anchor: str = "middle", more: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" {more}>{escape(words)}</text>'


def plot(path: Path, title: str, across: str, up: str, lines: Mapping[str, Points]) -> None:
    """Write a plot with one line per name, and grey lines that grow in proportion."""
    points = [point for line in lines.values() for point in line]
    (x0, x1), (y0, y1) = (_decades([point[i] for point in points]) for i in (0, 1))
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + (math.log10(x) - x0) / (x1 - x0) * (right - LEFT),
            bottom - (math.log10(y) - y0) / (y1 - y0) * (bottom - TOP),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" style="{STYLE}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text((LEFT + right) / 2, 22, title, more='font-weight="bold"'),
        _text((LEFT + right) / 2, HEIGHT - 12, across),
        _text(16, (TOP + bottom) / 2, up, more=f'transform="rotate(-90 16 {(TOP + bottom) / 2})"'),
    ]
    for power in range(x0, x1 + 1):
        x, _ = place(10.0**power, 10.0**y0)
        parts.append(f'<path d="M{x:.1f} {TOP}V{bottom}" stroke="#dddddd"/>')
        parts.append(_text(x, bottom + 16, f"{10.0**power:g}"))
    for power in range(y0, y1 + 1):
        _, y = place(10.0**x0, 10.0**power)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#dddddd"/>')
        parts.append(_text(LEFT - 6, y + 4, f"{10.0**power:g}", "end"))
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        last_x, last_y = line[-1]
        guide = [place(x, last_y * x / last_x) for x, _ in line if last_y * x / last_x >= 10.0**y0]
        parts.append(_path(guide, "#999999", 'stroke-dasharray="2 4"'))
        parts.append(_path([place(*point) for point in line], colour, 'stroke-width="2"'))
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
            for x, y in (place(*point) for point in line)
        ]
        parts.append(_text(right + 12, TOP + 14 + 18 * number, name, "start", f'fill="{colour}"'))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*parts, "</svg>"]) + "\n", encoding="utf-8")


def _path(points: Sequence[tuple[float, float]], colour: str, more: str) -> str:
    steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path d="M{steps}" fill="none" stroke="{colour}" {more}/>'
