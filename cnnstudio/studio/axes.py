"""The axes of plots: whole epochs below, few round numbers at the left."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

import numpy as np
import pyqtgraph as pg

from cnnstudio.studio import numbers

_FINE = tuple(log10(x) for x in (1, 1.5, 2, 3, 5, 7))


class EpochAxis(pg.AxisItem):
    """Whole epochs, no further than the plan."""

    last = 1.0

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Return a few whole numbers."""
        step = _step(max(self.last, 1) / max(2.0, size / 32))
        return [(step, [float(x) for x in np.arange(0, self.last + step / 2, step)])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Whole numbers with separators."""
        return [numbers.integer(round(value)) for value in values]


class ValueAxis(pg.AxisItem):
    """Few numbers, as people write them; 1, 3, 10, 30 where it is logarithmic."""

    percent = False

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Return a handful of round numbers."""
        if not self.logMode:
            step = _step((high - low) / max(2.0, size / 34), whole=False) or 1.0
            first = ceil(low / step - 1e-9) * step
            return [(step, [float(x) for x in np.arange(first, high + step * 1e-6, step)])]
        wide = high - low > size / 40
        marks = (0.0,) if wide else (0.0, log10(3)) if high - low > size / 160 else _FINE
        found = [p + m for p in range(floor(low), ceil(high) + 1) for m in marks]
        return [(1.0, [x for x in found if low <= x <= high])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Numbers without clutter."""
        if self.logMode:
            return [numbers.significant(10.0**value, 2) for value in values]
        if self.percent:
            return [numbers.significant(100 * value, 3) for value in values]
        return [numbers.significant(round(value, 12), 3) for value in values]


def _step(rough: float, whole: bool = True) -> float:
    """The next of 1, 2, 5, 10, 20, … (and their parts, unless whole)."""
    if not rough > 0:
        return 1.0
    power = 10.0 ** floor(log10(rough))
    step = next(power * part for part in (1, 2, 5, 10) if power * part >= rough * 0.999)
    return max(step, 1.0) if whole else step
