"""Pooling: the maximum or the mean of each window, one axis after the other.

*Maximum.*  The maximum over a window is the maximum over rows of maxima over columns, so the last
axis is pooled first, then the one before it, each by pairwise maxima of slices.  A boolean mask
per pair remembers who won (``b > a``: at a tie the first one stays); the backward pass runs
through the masks in reverse and splits the gradient g into ``g·mask`` for the challenger and the
rest for those before it.  The first winner in row-major order wins ties, as in PyTorch.

When the kernel is a multiple of the stride (10×10 every 5), windows share whole blocks of
``stride`` positions: blocks are pooled first, then kernel/stride neighbouring blocks.

*Mean.*  Sums of slices in the same order, then a division by the number of inputs under the window;
padding is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels.memory import FRESH, Memory
from cnnstudio.kernels.sums import over_space
from cnnstudio.kernels.window import Window, pad

Array = NDArray[Any]


@dataclass(frozen=True)
class _Pass:
    """Pooling along one axis: its numbers and who won.

    ``masks[j − 1]`` tells where tap j beat all taps before it; ``extent`` is that of the axis.
    """

    axis: int
    kernel: int
    stride: int
    extent: int
    masks: Array

    def slots(self, a: Array, tap: int) -> Array:
        """Return the slice of ``a`` along the axis that one tap reads for all outputs."""
        outputs = self.masks.shape[1 + self.axis]
        along = slice(tap, tap + (outputs - 1) * self.stride + 1, self.stride)
        return a[(slice(None),) * self.axis + (along,)]


MaxSaved = tuple[tuple[_Pass, ...], Window, tuple[int, ...]]


def max_pool(x: Array, window: Window, memory: Memory = FRESH) -> tuple[Array, MaxSaved]:
    """Return the maximum of each window and what `max_pool_backward` needs.

    Parameters
    ----------
    x : ndarray
        ``(*spatial, N, C)``.
    window : Window
        Kernel, stride and padding (with −∞); dilation and groups are not used.
    memory : Memory
        Where output and masks come from.
    """
    y = pad(x, window, -np.inf, memory)
    passes: list[_Pass] = []
    outputs = window.output_extent(x.shape[:-2])
    for axis in reversed(range(len(outputs))):
        kernel, stride = window.kernel[axis], window.stride[axis]
        if stride > 1 and kernel > stride and kernel % stride == 0:
            blocks = kernel // stride
            y = _maximum(y, axis, stride, stride, outputs[axis] + blocks - 1, passes, memory)
            kernel, stride = blocks, 1
        if kernel > 1 or stride > 1 or y.shape[axis] > outputs[axis]:
            y = _maximum(y, axis, kernel, stride, outputs[axis], passes, memory)
    out = memory.keep(y.shape, x.dtype)
    out[...] = y
    return out, (tuple(passes), window, x.shape[:-2])


def _maximum(
    x: Array,
    axis: int,
    kernel: int,
    stride: int,
    outputs: int,
    passes: list[_Pass],
    memory: Memory,
) -> Array:
    """Pool along one axis into a temporary and note the pass."""
    shape = (*x.shape[:axis], outputs, *x.shape[axis + 1 :])
    masks = memory.keep((kernel - 1, *shape), np.bool_)
    note = _Pass(axis, kernel, stride, x.shape[axis], masks)
    y = memory.temporary(f"pooled{len(passes)}", shape, x.dtype)
    best = note.slots(x, 0)
    for tap in range(1, kernel):
        challenger = note.slots(x, tap)
        np.greater(challenger, best, out=masks[tap - 1])
        best = np.maximum(best, challenger, out=y)
    passes.append(note)
    return best


def max_pool_backward(d: Array, saved: MaxSaved, memory: Memory = FRESH) -> Array:
    """Return the gradient of the input: each gradient goes to the winner of its window.

    Parameters
    ----------
    d : ndarray
        Gradient of the output, ``(*outputs, N, C)``; not changed.
    saved : tuple
        What `max_pool` returned.
    memory : Memory
        Where the gradient comes from.
    """
    passes, window, extent = saved
    for number, note in enumerate(reversed(passes)):
        shape = (*d.shape[: note.axis], note.extent, *d.shape[note.axis + 1 :])
        if number == len(passes) - 1:
            dx = memory.keep(shape, d.dtype)
        else:
            dx = memory.temporary(f"unpooled{number}", shape, d.dtype)
        _unpool(d, note, dx, memory)
        d = dx
    return d[window.interior(extent)] if passes else d.copy()


def _unpool(d: Array, note: _Pass, dx: Array, memory: Memory) -> None:
    """Fill ``dx`` with the gradient of one pass."""
    overlapping = note.kernel > note.stride
    if overlapping or note.extent != d.shape[note.axis] * note.kernel:
        dx.fill(0)
    rest = d
    for tap in reversed(range(1, note.kernel)):
        slot = note.slots(dx, tap)
        if overlapping:
            part = memory.temporary("part", d.shape, d.dtype)
            np.multiply(rest, note.masks[tap - 1], out=part)
            slot += part
        else:
            part = np.multiply(rest, note.masks[tap - 1], out=slot)
        rest = np.subtract(rest, part, out=memory.temporary("rest", d.shape, d.dtype))
    first = note.slots(dx, 0)
    if overlapping:
        first += rest
    else:
        first[...] = rest


def average_pool(x: Array, window: Window, memory: Memory = FRESH) -> Array:
    """Return the mean of the real inputs under each window; padding is not counted.

    Parameters
    ----------
    x : ndarray
        ``(*spatial, N, C)``.
    window : Window
        Kernel, stride and padding; dilation and groups are not used.
    memory : Memory
        Where the output comes from.
    """
    outputs = window.output_extent(x.shape[:-2])
    sums = pad(x, window, 0, memory)
    for axis in reversed(range(len(outputs))):
        shape = (*sums.shape[:axis], outputs[axis], *sums.shape[axis + 1 :])
        total = memory.temporary(f"pooled{axis}", shape, x.dtype)
        total[...] = _slots(sums, axis, 0, outputs[axis], window.stride[axis])
        for tap in range(1, window.kernel[axis]):
            total += _slots(sums, axis, tap, outputs[axis], window.stride[axis])
        sums = total
    y = memory.keep(sums.shape, x.dtype)
    return np.multiply(sums, _shares(x.shape[:-2], window, x.dtype), out=y)


def average_pool_backward(
    d: Array, extent: tuple[int, ...], window: Window, memory: Memory = FRESH
) -> Array:
    """Return the gradient of the input: each gradient is spread evenly over its window.

    Parameters
    ----------
    d : ndarray
        Gradient of the output, ``(*outputs, N, C)``; not changed.
    extent : tuple of int
        Spatial extent of the input.
    window : Window
        What `average_pool` got.
    memory : Memory
        Where the gradient comes from.
    """
    outputs = d.shape[:-2]
    spread = memory.temporary("pooled", d.shape, d.dtype)
    np.multiply(d, _shares(extent, window, d.dtype), out=spread)
    for axis, (before, after) in enumerate(window.padding):
        shape = (*spread.shape[:axis], extent[axis] + before + after, *spread.shape[axis + 1 :])
        last = axis == len(extent) - 1
        wider = memory.keep(shape, d.dtype) if last else np.empty(shape, d.dtype)
        wider.fill(0)
        for tap in range(window.kernel[axis]):
            slot = _slots(wider, axis, tap, outputs[axis], window.stride[axis])
            slot += spread
        spread = wider
    return spread[window.interior(extent)]


def _slots(a: Array, axis: int, tap: int, outputs: int, stride: int) -> Array:
    """Return the slice of ``a`` along ``axis`` that one tap reads for all outputs."""
    return a[(slice(None),) * axis + (slice(tap, tap + (outputs - 1) * stride + 1, stride),)]


def _shares(extent: tuple[int, ...], window: Window, dtype: np.dtype[Any]) -> Array:
    """Return one over the number of real inputs under each window, ``(*outputs, 1, 1)``."""
    counts = np.ones(())
    for n, o, k, s, (before, _) in zip(
        extent,
        window.output_extent(extent),
        window.kernel,
        window.stride,
        window.padding,
        strict=True,
    ):
        starts = np.arange(o) * s - before
        inside = np.minimum(starts + k, n) - np.maximum(starts, 0)
        counts = np.multiply.outer(counts, np.maximum(inside, 0))
    shares: Array = (1 / np.maximum(counts, 1)).astype(dtype)[..., None, None]
    return shares


def global_average(x: Array, memory: Memory = FRESH) -> Array:
    """Return the mean over space of ``x (*spatial, N, C)``, ``(N, C)``."""
    y = memory.keep(x.shape[-2:], x.dtype)
    return np.multiply(over_space(x), x.dtype.type(1 / prod(x.shape[:-2])), out=y)


def global_average_backward(d: Array, spatial: tuple[int, ...], memory: Memory = FRESH) -> Array:
    """Return the gradient of the input, ``(*spatial, N, C)``, from ``d (N, C)``."""
    dx = memory.keep((*spatial, *d.shape), d.dtype)
    dx[...] = d * d.dtype.type(1 / prod(spatial))
    return dx
