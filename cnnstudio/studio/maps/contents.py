"""What a mosaic shows: the values of maps, the range of their colours, and what each is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.studio import numbers

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Maps:
    """What a mosaic shows.

    Attributes
    ----------
    values : ndarray (count, rows, columns)
    signed : bool
    top : float or ndarray (count,)
        Largest magnitude of the colours, of all or of each map.
    dead : ndarray (count,) or None
        Maps that are zero for all probes.
    noun : str
        What a map is called: map, unit, filter.
    per_filter : int
        Maps that belong together, for weights.
    matrix : bool
        The only map is a matrix: rows are units, columns their inputs.
    """

    values: Array
    signed: bool
    top: Any
    dead: NDArray[np.bool_] | None = None
    noun: str = "map"
    per_filter: int = 1
    matrix: bool = False

    def caption(self, index: int) -> str:
        """Number of a map as people count: ``7``, or ``7·2`` for channel 2 of filter 7."""
        if self.per_filter == 1:
            return str(index + 1)
        return f"{index // self.per_filter + 1}·{index % self.per_filter + 1}"

    def title(self, index: int) -> str:
        """Name of a map: ``map 7``, ``filter 7, channel 2``."""
        if self.per_filter == 1:
            return f"{self.noun} {index + 1}"
        filter_, channel = divmod(index, self.per_filter)
        return f"{self.noun} {filter_ + 1}, channel {channel + 1}"

    def where(self, index: int, row: int, column: int) -> str:
        """Name of one value's place: ``Map 7   row 3, column 4``."""
        _, rows, columns = self.values.shape
        if self.matrix:
            return f"Unit {row + 1}   input {column + 1}"
        title = self.title(index)
        title = title[0].upper() + title[1:]
        if rows == 1:
            return title if columns == 1 else f"{title}   position {column}"
        return f"{title}   row {row}, column {column}"

    def is_dead(self, index: int) -> bool:
        """Whether a map is zero for all probes."""
        return self.dead is not None and bool(self.dead[index])

    def describe(self, index: int) -> str:
        """One line about a map: name, least and largest value, share of positive ones."""
        values, title = self.values[index], self.title(index)
        low, high = (numbers.significant(float(v), 3) for v in (values.min(), values.max()))
        share = numbers.percent(float((values > 0).mean()), 0)
        title = title[0].upper() + title[1:]
        return f"{title}   {low} to {high}   {share} positive{self._remark(index)}"

    def describe_value(self, index: int, row: int, column: int, value: float) -> str:
        """One line about a value: its place, the value, and whether its map is dead."""
        text = numbers.significant(value, 4)
        return f"{self.where(index, row, column)}   {text}{self._remark(index)}"

    def _remark(self, index: int) -> str:
        return "   dead: zero for all probes" if self.is_dead(index) else ""
