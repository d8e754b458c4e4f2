"""Separable sweeps: how pooling goes through an array, one axis after the other.

A window is pooled along the last axis first, then along the one before it.  When the kernel is a
multiple of the stride (10×10 every 5), windows share whole blocks of ``stride`` positions: blocks
are pooled first, then kernel/stride neighbouring blocks.

Windows that do not overlap along the first axis need ``stride`` input rows per output row.  Up to
there the work goes by tiles of rows that stay in the second-level cache from one axis to the next.
What pooling means, maximum or sum, is the callers' business: they hand in a function for one piece.

All shapes and slices are worked out once per window and input shape, by `Sweep.of`: on small maps
they would take longer than the sums themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cnnstudio.kernels import window as windows
from cnnstudio.kernels.memory import Memory
from cnnstudio.kernels.window import Window, pieces

Array = NDArray[Any]
Shape = tuple[int, ...]
Index = tuple[slice, ...]
Masks = tuple[Array, ...]


class Step(NamedTuple):
    """Pooling along one axis: windows of ``kernel`` positions every ``stride``."""

    axis: int
    kernel: int
    stride: int

    def after(self, shape: Shape) -> Shape:
        """Return the shape that pooling makes of this one."""
        outputs = (shape[self.axis] - self.kernel) // self.stride + 1
        return (*shape[: self.axis], outputs, *shape[self.axis + 1 :])

    def along(self, positions: slice) -> Index:
        """Return the index of these positions along the axis."""
        return (*(slice(None),) * self.axis, positions)

    def pieces(self, after: Shape, row: int) -> Iterator[tuple[slice, slice]]:
        """Yield rows before and after the step that belong together; ``row`` numbers before it."""
        if self.axis:
            for rows in pieces(after[0], row):
                yield rows, rows
        else:
            for rows in pieces(after[0], self.stride * row):
                last = (rows.stop - 1) * self.stride + self.kernel
                yield slice(rows.start * self.stride, last), rows


class Piece(NamedTuple):
    """Rows of one step that are computed together.

    Attributes
    ----------
    before, after : slice
        Rows read and rows written.
    masks : slice
        Rows of the step's masks.
    taps : tuple of index
        What each tap reads of the rows read.
    shared : int
        The first so many taps read positions that later taps of other windows read, too.
    """

    before: slice
    after: slice
    masks: slice
    taps: tuple[Index, ...]
    shared: int


class Level(NamedTuple):
    """One step on a tile.

    Attributes
    ----------
    number : int
        Of the step.
    before, after : tuple of int
        Shapes.
    pieces : tuple of Piece
    unread : tuple of index
        Positions that no tap reads, or that only shared taps do.
    """

    number: int
    before: Shape
    after: Shape
    pieces: tuple[Piece, ...]
    unread: tuple[Index, ...]


class Tile(NamedTuple):
    """Rows that go through several levels before the next rows; ``before`` makes ``after``."""

    before: slice
    after: slice
    levels: tuple[Level, ...]


class Phase(NamedTuple):
    """Tiles that make an array of shape ``after`` from one of shape ``before``.

    No tap reads rows from ``unread`` on.
    """

    before: Shape
    after: Shape
    tiles: tuple[Tile, ...]
    unread: int


class Sweep(NamedTuple):
    """Everything about a pooling but the numbers.

    Attributes
    ----------
    phases : tuple of Phase
        At most two: what goes by tiles of rows, and the rest.
    masks : tuple of tuple of int
        Shapes of the masks of each step, ``(rows, kernel − 1, …)``: the masks of a row lie side by
        side.
    """

    phases: tuple[Phase, ...]
    masks: tuple[Shape, ...]

    @classmethod
    def of(cls, window: Window, shape: Shape) -> Sweep:
        """Return the sweep of a window over a padded input of this shape."""
        return _sweep(window, shape, windows.TILE)

    def forward(self, x: Array, reduce: Reduce, masks: Masks, memory: Memory) -> Array:
        """Return what all steps make of the padded ``x``."""
        for phase in self.phases:
            if phase is self.phases[-1]:
                y = memory.keep(phase.after, x.dtype)
            else:
                y = memory.temporary("rows", phase.after, x.dtype)
            for tile in phase.tiles:
                source, last = x[tile.before], tile.levels[-1]
                for level in tile.levels:
                    target = y[tile.after] if level is last else _between(level, x.dtype, memory)
                    for piece in level.pieces:
                        mask = masks[level.number][piece.masks] if masks else None
                        reduce(source[piece.before], piece, mask, target[piece.after])
                    source = target
            x = y
        return x

    def backward(self, d: Array, spread: Spread, masks: Masks, memory: Memory) -> Array:
        """Return the gradient of the padded input."""
        for phase in reversed(self.phases):
            if phase is self.phases[0]:
                dx = memory.keep(phase.before, d.dtype)
            else:
                dx = memory.temporary("rows", phase.before, d.dtype)
            for tile in phase.tiles:
                source = d[tile.after]
                for place in reversed(range(len(tile.levels))):
                    level = tile.levels[place]
                    if place:
                        target = _between(tile.levels[place - 1], d.dtype, memory)
                    else:
                        target = dx[tile.before]
                    for index in level.unread:
                        target[index] = 0
                    for piece in level.pieces:
                        mask = masks[level.number][piece.masks] if masks else None
                        spread(source[piece.after], piece, mask, target[piece.before], memory)
                    source = target
            dx[phase.unread :] = 0
            d = dx
        return d


Reduce = Callable[[Array, Piece, Array | None, Array], None]
"""Fills the last array, one step further, from the first; masks are for maxima alone."""

Spread = Callable[[Array, Piece, Array | None, Array, Memory], None]
"""Fills the last array, the gradient before a step, from the first, the gradient after it.

Taps are taken from the last to the first.  Those that are not `Piece.shared` write, the others add.
"""


def _between(level: Level, dtype: DTypeLike, memory: Memory) -> Array:
    return memory.temporary(f"pooled{level.number}", level.after, dtype)


@lru_cache(maxsize=256)
def _sweep(window: Window, shape: Shape, tile: int) -> Sweep:
    """Work out a sweep; ``tile``, the numbers of a tile, is there to tell the cases apart."""
    steps = _steps(window)
    shapes = [shape]
    for step in steps:
        shapes.append(step.after(shapes[-1]))
    masks = tuple(
        (after[0], step.kernel - 1, *after[1:])
        for step, after in zip(steps, shapes[1:], strict=True)
    )
    count = next(number for number, step in enumerate(steps) if step.axis == 0)
    count += steps[count].kernel <= steps[count].stride
    phases = []
    if count:
        last = steps[count - 1]
        stride = 1 if last.axis else last.stride
        tiles = []
        for some in pieces(shapes[count][0], stride * prod(shape[1:])):
            before = slice(some.start * stride, min(some.stop * stride, shape[0]))
            tiles.append(_tile(steps[:count], 0, before, some, shapes[0]))
        phases.append(Phase(shape, shapes[count], tuple(tiles), tiles[-1].before.stop))
    if count < len(steps):
        before, after = slice(0, shapes[count][0]), slice(0, shapes[-1][0])
        rest = _tile(steps[count:], count, before, after, shapes[count])
        phases.append(Phase(shapes[count], shapes[-1], (rest,), before.stop))
    return Sweep(tuple(phases), masks)


def _steps(window: Window) -> tuple[Step, ...]:
    """Split each axis into blocks and neighbouring blocks where windows share blocks."""
    steps = []
    for axis in reversed(range(len(window.kernel))):
        kernel, stride = window.kernel[axis], window.stride[axis]
        if 1 < stride < kernel and kernel % stride == 0:
            steps.append(Step(axis, stride, stride))
            kernel, stride = kernel // stride, 1
        if axis == 0 or (kernel, stride) != (1, 1):
            steps.append(Step(axis, kernel, stride))
    return tuple(steps)


def _tile(steps: tuple[Step, ...], first: int, before: slice, after: slice, whole: Shape) -> Tile:
    shape = (before.stop - before.start, *whole[1:])
    levels = []
    for number, step in enumerate(steps, first):
        start = before.start if step.axis else after.start
        made = step.after(shape)
        found = []
        for rows, results in step.pieces(made, prod(shape[1:])):
            outputs = made[step.axis] if step.axis else results.stop - results.start
            reach = (outputs - 1) * step.stride + 1
            found.append(
                Piece(
                    rows,
                    results,
                    slice(start + results.start, start + results.stop),
                    tuple(
                        step.along(slice(tap, tap + reach, step.stride))
                        for tap in range(step.kernel)
                    ),
                    max(0, step.kernel - step.stride),
                )
            )
        levels.append(Level(number, shape, made, tuple(found), _unread(step, shape, made)))
        shape = made
    return Tile(before, after, tuple(levels))


def _unread(step: Step, before: Shape, after: Shape) -> tuple[Index, ...]:
    length, outputs = before[step.axis], after[step.axis]
    if step.kernel < step.stride:
        return (step.along(slice(0, length)),)
    end = (outputs - 1) * step.stride + step.kernel
    gaps = (slice(0, step.kernel - step.stride), slice(end, length))
    return tuple(step.along(gap) for gap in gaps if gap.start < gap.stop)


def empty_masks(sweep: Sweep, memory: Memory) -> Masks:
    """Return room for the masks of every step."""
    return tuple(memory.keep(shape, np.bool_) for shape in sweep.masks)
