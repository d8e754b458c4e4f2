"""Fair timing: the sides take turns in short slices, and what counts is medians."""

from __future__ import annotations

import math
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SLICE = 0.2
"""Seconds of one side's turn."""
CALM, LEAST = 0.05, 5
"""Processors that other programs may use in a round that counts; rounds that are needed."""


@dataclass(frozen=True)
class Timing:
    """Seconds per call: median and quartiles of all calls, and the median of every slice.

    ``calm`` is false where too few rounds were free of other programs.
    """

    median: float
    low: float
    high: float
    slices: tuple[float, ...]
    calm: bool

    def __str__(self) -> str:
        scale, unit = (1e6, "µs") if self.median < 1e-3 else (1e3, "ms")
        low, high = self.low * scale, self.high * scale
        return f"{number(self.median * scale)} ({number(low)}–{number(high)}) {unit}"


def number(value: float) -> str:
    """Write a number with three digits that matter."""
    if not math.isfinite(value) or value == 0:
        return str(value)
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def clock(threads: int) -> Callable[[], float]:
    """Return what to measure with.

    With one thread that is the processor time of this process: the same as the time on the wall
    on a quiet machine, and free of what other programs take on a busy one.
    """
    fine = time.get_clock_info("process_time").resolution < 1e-5
    return time.process_time if threads == 1 and fine else time.perf_counter


def race(
    sides: Mapping[str, Callable[[], Any]], seconds: float, threads: int = 1
) -> dict[str, Timing]:
    """Time functions in turns until the time is up; the first call of a turn only warms up.

    A round in which other programs took more than a twentieth of a processor does not count.  On a
    busy machine the race lasts up to three times as long, and then counts the calmest rounds.
    """
    now = clock(threads)
    rounds: list[tuple[float, dict[str, list[float]]]] = []
    for step in sides.values():
        for _ in range(3):
            step()
    begin = time.perf_counter()
    while not _enough(rounds, (time.perf_counter() - begin) / seconds):
        calls = {}
        wall, others = time.perf_counter(), _others()
        for name, step in sides.items():
            step()
            calls[name] = _turn(step, now)
        share = (_others() - others) / (time.perf_counter() - wall)
        rounds.append((share, calls))
    rounds.sort(key=lambda pair: pair[0])
    counted = [calls for share, calls in rounds if share < CALM]
    counted = counted if len(counted) >= LEAST else [calls for _, calls in rounds[:LEAST]]
    calm = sum(share < CALM for share, _ in rounds) >= LEAST
    if not calm:
        print("other programs were at work during the next figures", file=sys.stderr)
    return {name: _timing([calls[name] for calls in counted], calm) for name in sides}


def _turn(step: Callable[[], Any], now: Callable[[], float]) -> list[float]:
    calls: list[float] = []
    stop = time.perf_counter() + SLICE
    while time.perf_counter() < stop or len(calls) < 2:
        begin = now()
        step()
        calls.append(now() - begin)
    return calls


def _enough(rounds: list[Any], share: float) -> bool:
    calm = sum(others < CALM for others, _ in rounds)
    return len(rounds) >= LEAST and (share > 3 or (share > 1 and calm >= LEAST))


def _others() -> float:
    """Return the processor seconds that other programs have used; 0 where nobody tells."""
    try:
        total = Path("/proc/stat").read_text("ascii").splitlines()[0].split()[1:]
    except OSError:
        return 0.0
    user, nice, system, _, _, irq, soft, *_ = map(int, total)
    ticks = user + nice + system + irq + soft - sum(map(_ticks, _workers()))
    return ticks / os.sysconf("SC_CLK_TCK") - time.process_time()


def _workers() -> list[str]:
    """Return the numbers of the processes that this one started."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()


def _ticks(process: str) -> int:
    """Return the ticks of processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _timing(slices: list[list[float]], calm: bool) -> Timing:
    low, middle, high = statistics.quantiles([t for part in slices for t in part], n=4)
    return Timing(middle, low, high, tuple(map(statistics.median, slices)), calm)


def ratio(ours: Timing, theirs: Timing) -> tuple[float, float, float]:
    """Return median and quartiles of the ratio of neighbouring slices, so that drift cancels."""
    pairs = [a / b for a, b in zip(ours.slices, theirs.slices, strict=True)]
    low, middle, high = statistics.quantiles(pairs, n=4)
    return middle, low, high


def better(timings: Mapping[str, Timing], names: Iterable[str]) -> str:
    """Return the name with the smallest median."""
    return min(names, key=lambda name: timings[name].median)


def geometric_mean(values: Iterable[float]) -> float:
    """Return the geometric mean."""
    return statistics.geometric_mean(values)


def table(title: str, heading: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table in Markdown, which is also easy to read, and the machine it was made on."""
    cells = [list(heading), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(heading))]
    print(f"\n**{title}**\n\n{machine()}\n")
    for index, row in enumerate(cells):
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("| " + " | ".join(padded) + " |")
        if not index:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    print(flush=True)


def verdict(value: float, limit: float) -> str:
    """Return the limit and whether it is kept."""
    return f"≤ {limit:g} {'met' if value <= limit else f'missed by {value / limit - 1:.0%}'}"


def machine() -> str:
    """Return a line about the machine and its load."""
    import numpy as np

    try:
        import torch

        versions = f"NumPy {np.__version__}, PyTorch {torch.__version__}"
    except ImportError:
        versions = f"NumPy {np.__version__}, PyTorch is not installed"
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{processor()}, {platform.system()}, {versions}{load}"


def processor() -> str:
    """Return the processor's name, the number of its cores, and its second-level cache if known."""
    model = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            names = (line.split(":")[1].strip() for line in lines if line.startswith("model name"))
            model = next(names, model)
    words = f"{model}, {os.cpu_count()} cores"
    cache = "/sys/devices/system/cpu/cpu0/cache/index2/size"
    if os.path.exists(cache):
        with open(cache, encoding="ascii") as file:
            words += f", second-level cache {file.read().strip()}"
    return words
