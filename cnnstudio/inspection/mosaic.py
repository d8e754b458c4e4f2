"""The arithmetic of mosaics: where each map lies, what lies at a point, which range it shows."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Grid:
    """Maps in rows, all of one size; lengths in pixels of the screen.

    Attributes
    ----------
    count : int
        Number of maps.
    rows, columns : int
        Rows and columns of maps.
    width, height : float
        Size of one drawn map.
    gap : float
        Distance of neighbours.
    caption : float
        Height under each map that is kept for its number.
    group : int
        After that many columns there is more room; 0 for nowhere.
    apart : float
        How much more.
    """

    count: int
    rows: int
    columns: int
    width: float
    height: float
    gap: float
    caption: float = 0.0
    group: int = 0
    apart: float = 0.0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the whole mosaic."""
        left, _ = self.place(self.columns - 1)
        return left + self.width, self.rows * (self.height + self.caption + self.gap) - self.gap

    def place(self, index: int) -> tuple[float, float]:
        """Left and top of a map."""
        row, column = divmod(index, self.columns)
        left = column * (self.width + self.gap)
        if self.group:
            left += column // self.group * self.apart
        return left, row * (self.height + self.caption + self.gap)


def arrange(
    count: int,
    map_height: int,
    map_width: int,
    width: float,
    height: float,
    *,
    gap: float = 4.0,
    caption: float = 0.0,
    smallest: float = 10.0,
    largest: float = 120.0,
    group: int = 0,
    apart: float = 0.0,
) -> Grid:
    """Lay maps out as large as an area allows; what does not fit goes on below it.

    Parameters
    ----------
    count, map_height, map_width : int
        Number and size of the maps in values.
    width, height : float
        The area.
    gap, caption : float
        See `Grid`.
    smallest, largest : float
        Bounds for the longer side of a drawn map.
    group, apart : int, float
        See `Grid`; rows then hold whole groups.
    """
    longer = max(map_height, map_width, 1)
    unit_width, unit_height = map_width / longer, map_height / longer
    best: tuple[float, int] | None = None
    for number in _candidates(count, group):
        rows = ceil(count / number)
        lost = gap * (number - 1) + apart * (number // group - 1 if group else 0)
        room_x = (width - lost) / number / unit_width
        room_y = ((height - gap * (rows - 1)) / rows - caption) / unit_height
        side = min(room_x, room_y, largest)
        if best is None or side > best[0]:
            best = side, number
    side, number = best or (smallest, 1)
    if side < smallest:
        side = smallest
        if group:
            one = group * (side * unit_width + gap)
            number = group * max(1, int((width + apart) // (one + apart)))
        else:
            number = max(1, min(count, int((width + gap) // (side * unit_width + gap))))
    side = _whole(side, longer)
    rows = ceil(count / number)
    return Grid(
        count, rows, number, side * unit_width, side * unit_height, gap, caption, group, apart
    )


def _candidates(count: int, group: int) -> list[int]:
    """Return every number of columns that gives another number of rows, fewest columns first."""
    step = max(group, 1)
    groups = ceil(count / step)
    return sorted({step * ceil(groups / rows) for rows in range(1, groups + 1)})


def _whole(side: float, longer: int) -> float:
    """Draw every value as a square of whole pixels where that costs little room."""
    scale = side / longer
    return float(longer * int(scale)) if scale >= 3 else side


def locate(
    grid: Grid, map_height: int, map_width: int, x: float, y: float
) -> tuple[int, int, int] | None:
    """Return map, row and column at a point of the mosaic; None between the maps."""
    block = 0.0
    if grid.group:
        block, x = divmod(x, grid.group * (grid.width + grid.gap) + grid.apart)
    column, inside_x = divmod(x, grid.width + grid.gap)
    if grid.group and column >= grid.group:
        return None
    column += block * grid.group
    row, inside_y = divmod(y, grid.height + grid.caption + grid.gap)
    index = int(row) * grid.columns + int(column)
    outside = x < 0 or y < 0 or column >= grid.columns or index >= grid.count
    if outside or inside_x >= grid.width or inside_y >= grid.height:
        return None
    return (
        index,
        min(int(inside_y * map_height / grid.height), map_height - 1),
        min(int(inside_x * map_width / grid.width), map_width - 1),
    )


def limits_of(maps: Array, each: bool = False) -> tuple[bool, Array]:
    """Return whether maps are signed, and the largest magnitude, of all or of each map.

    Values that are not finite do not count; where nothing is left the magnitude is 1.
    """
    finite = np.where(np.isfinite(maps), maps, 0)
    signed = bool((finite < 0).any())
    magnitude = np.abs(finite, out=finite)
    top = magnitude.max(axis=tuple(range(1, maps.ndim))) if each else magnitude.max(initial=0)
    return signed, np.where(top > 0, top, 1.0)
