"""Separable sweeps: how pooling goes through an array, one axis after the other.

A window is pooled along the last axis first, then along the one before it.  When the kernel is a
multiple of the stride (10×10 every 5), windows share whole blocks of ``stride`` positions: blocks
are pooled first, then kernel/stride neighbouring blocks.

Windows that do not overlap along the first axis need ``stride`` input rows per output row.  Up to
there the work goes by tiles of rows that stay in the second-level cache from one axis to the next.
What pooling means, maximum or sum, is the callers' business: they hand in a function for one step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

from numpy.typing import NDArray

from cnnstudio.kernels.memory import Memory
from cnnstudio.kernels.window import Window, pieces

Array = NDArray[Any]
Shape = tuple[int, ...]
Masks = tuple[Array, ...]


@dataclass(frozen=True)
class Step:
    """Pooling along one axis: windows of ``kernel`` positions every ``stride``."""

    axis: int
    kernel: int
    stride: int

    def after(self, shape: Shape) -> Shape:
        """Return the shape that pooling makes of this one."""
        outputs = (shape[self.axis] - self.kernel) // self.stride + 1
        return (*shape[: self.axis], outputs, *shape[self.axis + 1 :])

    def masks_shape(self, shape: Shape) -> Shape:
        """Return ``(rows, kernel − 1, …)``: a tile of rows finds its masks side by side."""
        rows, *rest = self.after(shape)
        return (rows, self.kernel - 1, *rest)

    @property
    def overlapping(self) -> bool:
        """Whether neighbouring windows share positions."""
        return self.kernel > self.stride

    def tiles(self, after: Shape, row: int) -> Iterator[tuple[slice, slice]]:
        """Yield rows before and after the step that belong together; ``row`` numbers before it."""
        if self.axis:
            for rows in pieces(after[0], row):
                yield rows, rows
        else:
            for rows in pieces(after[0], self.stride * row):
                last = (rows.stop - 1) * self.stride + self.kernel
                yield slice(rows.start * self.stride, last), rows

    def slot(self, a: Array, tap: int, outputs: int) -> Array:
        """Return the slice of ``a`` along the axis that one tap reads for so many outputs."""
        along = slice(tap, tap + (outputs - 1) * self.stride + 1, self.stride)
        found: Array = a[(slice(None),) * self.axis + (along,)]
        return found


@dataclass(frozen=True)
class Plan:
    """The steps of a pooling: ``tiled`` ones go by tiles of rows, the ``final`` ones follow."""

    tiled: tuple[Step, ...]
    final: tuple[Step, ...]

    @classmethod
    def of(cls, window: Window) -> Plan:
        """Split each axis into blocks and neighbouring blocks where windows share blocks."""
        steps = []
        for axis in reversed(range(len(window.kernel))):
            kernel, stride = window.kernel[axis], window.stride[axis]
            if 1 < stride < kernel and kernel % stride == 0:
                steps.append(Step(axis, stride, stride))
                kernel, stride = kernel // stride, 1
            steps.append(Step(axis, kernel, stride))
        rows = next(number for number, step in enumerate(steps) if step.axis == 0)
        rows += steps[rows].kernel <= steps[rows].stride
        return cls(tuple(steps[:rows]), tuple(steps[rows:]))

    def shapes(self, shape: Shape) -> list[Shape]:
        """Return the shapes before the first step and after each."""
        found = [shape]
        for step in self.tiled + self.final:
            found.append(step.after(found[-1]))
        return found

    def tiles(self, shape: Shape) -> Iterator[tuple[slice, slice]]:
        """Yield rows of the input and rows that the tiled steps make of them."""
        last = self.tiled[-1]
        stride = 1 if last.axis else last.stride
        rows = shape[0] if last.axis else last.after(shape)[0]
        for some in pieces(rows, stride * prod(shape[1:])):
            yield slice(some.start * stride, min(some.stop * stride, shape[0])), some


Reduce = Callable[[Array, Step, Array | None, Array], None]
"""Fills the last array, one step further, from the first; masks are for `_maximum` alone."""

Spread = Callable[[Array, Step, Array | None, Array, Memory], None]
"""Fills the last array, the gradient before a step, from the first, the gradient after it."""


def sweep(x: Array, plan: Plan, reduce: Reduce, masks: Masks, memory: Memory) -> Array:
    """Return what all steps make of the padded ``x``."""
    shapes = plan.shapes(x.shape)
    y = memory.keep(shapes[-1], x.dtype)
    count = len(plan.tiled)
    if count:
        rows = memory.temporary("rows", shapes[count], x.dtype) if plan.final else y
        for before, after in plan.tiles(x.shape):
            tiled = _of_rows(masks[:count], plan.tiled, before, after)
            _steps_forward(x[before], plan.tiled, reduce, tiled, rows[after], memory)
        x = rows
    if plan.final:
        _steps_forward(x, plan.final, reduce, masks[count:], y, memory)
    return y


def sweep_back(
    d: Array, window: Window, extent: Shape, spread: Spread, masks: Masks, memory: Memory
) -> Array:
    """Return the gradient of the input before padding."""
    plan = Plan.of(window)
    padded = tuple(n + a + b for n, (a, b) in zip(extent, window.padding, strict=True))
    dx = memory.keep((*padded, *d.shape[-2:]), d.dtype)
    shapes = plan.shapes(dx.shape)
    count = len(plan.tiled)
    if plan.final:
        rows = memory.temporary("rows", shapes[count], d.dtype) if count else dx
        _steps_backward(d, plan.final, spread, masks[count:], rows, memory)
        d = rows
    if count:
        covered = 0
        for before, after in plan.tiles(dx.shape):
            tiled = _of_rows(masks[:count], plan.tiled, before, after)
            _steps_backward(d[after], plan.tiled, spread, tiled, dx[before], memory)
            covered = before.stop
        dx[covered:] = 0
    return dx[window.interior(extent)]


def _of_rows(masks: Masks, steps: tuple[Step, ...], before: slice, after: slice) -> Masks:
    """Return the masks of a tile: of its output rows for the step along rows, else its input."""
    return tuple(
        mask[before if step.axis else after] for mask, step in zip(masks, steps, strict=False)
    )


def _steps_forward(
    x: Array, steps: tuple[Step, ...], reduce: Reduce, masks: Masks, out: Array, memory: Memory
) -> None:
    for number, step in enumerate(steps):
        target = out
        if number < len(steps) - 1:
            target = memory.temporary(f"pooled{number}", step.after(x.shape), x.dtype)
        mask = masks[number] if masks else None
        for before, after in step.tiles(target.shape, x.size // len(x)):
            reduce(x[before], step, None if mask is None else mask[after], target[after])
        x = target


def _steps_backward(
    d: Array, steps: tuple[Step, ...], spread: Spread, masks: Masks, out: Array, memory: Memory
) -> None:
    shapes = [out.shape]
    for step in steps:
        shapes.append(step.after(shapes[-1]))
    for number in reversed(range(len(steps))):
        target = memory.temporary(f"pooled{number}", shapes[number], d.dtype) if number else out
        step, mask = steps[number], masks[number] if masks else None
        if step.overlapping or target.shape[step.axis] != d.shape[step.axis] * step.kernel:
            target.fill(0)
        for before, after in step.tiles(d.shape, target.size // len(target)):
            part = None if mask is None else mask[after]
            spread(d[after], step, part, target[before], memory)
        d = target
