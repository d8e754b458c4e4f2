"""Pooling: the maximum or the mean of each window, one axis after the other.

*Maximum.*  The maximum over a window is the maximum over rows of maxima over columns, so the last
axis is pooled first, then the one before it, each by pairwise maxima of slices.  A boolean mask
per pair remembers who won (``b > a``: at a tie the first one stays); the backward pass runs
through the masks in reverse and splits the gradient g into ``g·mask`` for the challenger and the
rest for those before it.  The first winner in row-major order wins ties, as in PyTorch.

*Mean.*  Sums of slices in the same order, then a division by the number of inputs under the window;
padding is not counted.

`cnnstudio.kernels.separable` takes these steps through the array.
"""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels.memory import FRESH, Memory
from cnnstudio.kernels.separable import Masks, Piece, Sweep, empty_masks
from cnnstudio.kernels.sums import over_space
from cnnstudio.kernels.window import Window, pad

Array = NDArray[Any]
Shape = tuple[int, ...]


MaxSaved = tuple[Sweep, tuple[slice, ...], Masks]


def max_pool(
    x: Array, window: Window, memory: Memory = FRESH, masks: bool = True
) -> tuple[Array, MaxSaved]:
    """Return the maximum of each window and what `max_pool_backward` needs.

    Parameters
    ----------
    x : ndarray
        ``(*spatial, N, C)``.
    window : Window
        Kernel, stride and padding (with −∞); dilation and groups are not used.
    memory : Memory
        Where output and masks come from.
    masks : bool
        Whether to remember the winners; without them there is no backward pass.
    """
    padded = pad(x, window, -np.inf, memory)
    sweep = Sweep.of(window, padded.shape)
    winners = empty_masks(sweep, memory) if masks else ()
    y = sweep.forward(padded, _maximum, winners, memory)
    return y, (sweep, window.interior(x.shape[:-2]), winners)


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
    sweep, interior, masks = saved
    return sweep.backward(d, _to_winner, masks, memory)[interior]


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
    padded = pad(x, window, 0, memory)
    y = Sweep.of(window, padded.shape).forward(padded, _sum, (), memory)
    y *= _shares(x.shape[:-2], window, x.dtype)
    return y


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
    shared = memory.temporary("shared", d.shape, d.dtype)
    np.multiply(d, _shares(extent, window, d.dtype), out=shared)
    padded = tuple(n + a + b for n, (a, b) in zip(extent, window.padding, strict=True))
    sweep = Sweep.of(window, (*padded, *d.shape[-2:]))
    return sweep.backward(shared, _to_all, (), memory)[window.interior(extent)]


def global_average(x: Array, memory: Memory = FRESH) -> Array:
    """Return the mean over space of ``x (*spatial, N, C)``, ``(N, C)``."""
    y = memory.keep(x.shape[-2:], x.dtype)
    np.multiply(over_space(x), x.dtype.type(1 / prod(x.shape[:-2])), out=y)
    return y


def global_average_backward(d: Array, spatial: tuple[int, ...], memory: Memory = FRESH) -> Array:
    """Return the gradient of the input, ``(*spatial, N, C)``, from ``d (N, C)``."""
    dx = memory.keep((*spatial, *d.shape), d.dtype)
    dx[...] = d * d.dtype.type(1 / prod(spatial))
    return dx


def _maximum(x: Array, piece: Piece, masks: Array | None, out: Array) -> None:
    first, *others = piece.taps
    best = x[first]
    if not others:
        out[...] = best
    for number, tap in enumerate(others):
        challenger = x[tap]
        if masks is not None:
            np.greater(challenger, best, out=masks[:, number])
        best = np.maximum(best, challenger, out=out)


def _to_winner(d: Array, piece: Piece, masks: Array | None, dx: Array, memory: Memory) -> None:
    assert masks is not None
    first = dx[piece.taps[0]]
    rest = d
    for tap in reversed(range(1, len(piece.taps))):
        slot = dx[piece.taps[tap]]
        adds = tap < piece.shared
        part = memory.temporary("part", d.shape, d.dtype) if adds else slot
        np.multiply(rest, masks[:, tap - 1], out=part)
        if adds:
            slot += part
        last = tap == 1 and not piece.shared
        left = first if last else memory.temporary("left", d.shape, d.dtype)
        rest = np.subtract(rest, part, out=left)
    if piece.shared:
        first += rest
    elif rest is d:
        first[...] = rest


def _sum(x: Array, piece: Piece, masks: Array | None, out: Array) -> None:
    first, *others = piece.taps
    total = x[first]
    if not others:
        out[...] = total
    for tap in others:
        total = np.add(total, x[tap], out=out)


def _to_all(d: Array, piece: Piece, masks: Array | None, dx: Array, memory: Memory) -> None:
    for tap in reversed(range(len(piece.taps))):
        slot = dx[piece.taps[tap]]
        if tap < piece.shared:
            slot += d
        else:
            slot[...] = d


@lru_cache(maxsize=256)
def _shares(extent: Shape, window: Window, dtype: np.dtype[Any]) -> Any:
    """Return one over the number of real inputs under each window, ``(*outputs, 1, 1)``.

    A single number if it is the same for all windows.
    """
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
    return shares.flat[0] if (shares == shares.flat[0]).all() else shares
