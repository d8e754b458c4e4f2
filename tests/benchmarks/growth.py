"""How the time of a step grows with batch size, channels, pixels and depth; with plots.

The first three should grow in proportion to the work, over two decades of it.  The exponent is the
slope of log time over log work: 1 is proportional, less means that a fixed cost is spread.  Depth
adds blocks that compute next to nothing, so what is measured is the Python around them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import cnnstudio as cnn
from cnnstudio.layers import Layer
from tests.benchmarks import nets, svg
from tests.benchmarks.timing import race, table, verdict

PLOTS = Path(__file__).parents[2] / "docs" / "performance"
LIMIT = 15.0
"""Microseconds of Python per block and pass."""


def _net(channels: int, size: int) -> cnn.Design:
    return cnn.Design.sequence(
        cnn.Input(3, size, size),
        *(cnn.Conv(channels, 3, padding=1), cnn.ReLU(), cnn.Conv(channels, 3, padding=1)),
        *(cnn.ReLU(), cnn.MaxPool(2), cnn.Conv(channels, 3, padding=1), cnn.ReLU()),
        *(cnn.GlobalAveragePool(), cnn.Dense(10)),
    )


Case = tuple[float, cnn.Design, int]
"""Work in the unit of the plot, design, batch size."""

GROWTH: dict[str, tuple[str, list[Case]]] = {
    "batch size": (
        "images per step",
        [(n, _net(16, 32), n) for n in (4, 8, 16, 32, 64, 128, 256, 512)],
    ),
    "channels": (
        "channels × channels",
        [(c * c, _net(c, 16), 64) for c in (16, 24, 32, 48, 64, 96, 128, 160)],
    ),
    "pixels": (
        "pixels",
        [(s * s, _net(16, s), 16) for s in (12, 16, 24, 32, 48, 64, 96, 128)],
    ),
}

BLOCKS: dict[str, Callable[[], list[Layer]]] = {
    "ReLU": lambda: [cnn.ReLU()],
    "Dense, Tanh": lambda: [cnn.Dense(16), cnn.Tanh()],
    "BatchNorm": lambda: [cnn.BatchNorm()],
    "AveragePool": lambda: [cnn.AveragePool(1)],
    "Conv, Tanh": lambda: [cnn.Conv(16, 3, padding=1), cnn.Tanh()],
}
DEPTHS = (4, 8, 16, 32, 64, 128, 256)


def _seconds(design: cnn.Design, count: int, seconds: float) -> float:
    return race({"step": nets.stepper(design, 1, count)}, seconds)["step"].median


def _growth(seconds: float, quick: bool) -> list[tuple[Any, ...]]:
    rows = []
    for name, (unit, cases) in GROWTH.items():
        chosen = cases[:: 2 if quick else 1]
        line = [(work, 1e3 * _seconds(d, count, seconds)) for work, d, count in chosen]
        works, times = np.log(np.array(line)).T
        exponent = float(np.polyfit(works, times, 1)[0])
        half = len(line) // 2
        upper = float(np.polyfit(works[half:], times[half:], 1)[0])
        rows.append(
            (
                name,
                f"{line[0][0]:g} → {line[-1][0]:g} {unit}",
                f"{line[0][1]:.2f} → {line[-1][1]:.1f} ms",
                f"{exponent:.2f}",
                f"{upper:.2f}",
            )
        )
        svg.plot(PLOTS / f"{name.replace(' ', '-')}.svg", name, unit, "ms per step", {name: line})
    return rows


def _deep(name: str, depth: int) -> cnn.Design:
    flat = name.startswith("Dense")
    blocks = [layer for _ in range(depth) for layer in BLOCKS[name]()][:depth]
    start = cnn.Input(16) if flat else cnn.Input(16, 2, 2)
    return cnn.Design.sequence(start, *blocks, *([] if flat else [cnn.Flatten()]), cnn.Dense(4))


def _depth(seconds: float, quick: bool) -> list[tuple[Any, ...]]:
    rows, lines = [], {}
    for name in BLOCKS:
        depths = DEPTHS[:: 3 if quick else 1]
        line = [(depth, 1e6 * _seconds(_deep(name, depth), 2, seconds)) for depth in depths]
        lines[name] = line
        slope = (line[-1][1] - line[0][1]) / (line[-1][0] - line[0][0]) / 2
        rows.append(
            (
                name,
                f"{line[0][1]:.0f} µs",
                f"{line[-1][1] / 1e3:.1f} ms",
                f"**{slope:.1f} µs**",
                verdict(slope, LIMIT),
            )
        )
    svg.plot(PLOTS / "depth.svg", "depth", "blocks", "µs per step", lines)
    return rows


def main(arguments: list[str] | None = None) -> None:
    """Run as ``python -m tests.benchmarks.growth``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(arguments)
    seconds = 0.5 if options.quick else 3.0
    heading = ("what grows", "from → to", "time", "exponent", "exponent of the upper half")
    table("Growth of a step, one thread", heading, _growth(seconds, options.quick))
    heading = ("blocks", "4 blocks", "256 blocks", "per block and pass", "target")
    table("Depth: a step on 2 images of 2×2 pixels", heading, _depth(seconds, options.quick))


if __name__ == "__main__":
    main()
