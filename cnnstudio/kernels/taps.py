"""Convolution tap by tap: any rank, stride, dilation and number of groups.

The positions that one tap of the kernel reads are a slice of the leading axes, whose rows of N·C
numbers stay contiguous.  Each tap is therefore a product of its slice with its own weights
``w[t] (C/groups, F/groups)``, one per group, and no windows are copied::

    y            = Σ_t x[slice t] @ w[t]
    dx[slice t] += d @ w[t]ᵀ
    dw[t]        = x[slice t]ᵀ @ d

Each product is cut into runs of positions of at most `UNPACKED` multiply-adds, which the BLAS
computes without copying its operands first; one `matmul` does all runs.  The work goes by tiles of
output rows, which stay in the second-level cache while all taps pass over them.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels.memory import Memory
from cnnstudio.kernels.sums import UNPACKED
from cnnstudio.kernels.window import Window, pad, pieces

Array = NDArray[Any]


def forward(x: Array, weight: Array, window: Window, memory: Memory) -> Array:
    """Return the convolution of ``x (*spatial, N, C)`` with ``weight (*kernel, C/groups, F)``."""
    outputs = window.output_extent(x.shape[:-2])
    y = memory.keep((*outputs, x.shape[-2], weight.shape[-1]), x.dtype)
    matrices = _by_group(weight, window.groups)
    padded = pad(x, window, 0, memory)
    for rows, below in _tiles(y, x.shape[-1], window):
        tile = y[rows]
        run = _run(tile.shape, matrices)
        part = memory.temporary("part", tile.shape, x.dtype)
        target = tile
        for tap, reads in window.reads(tile.shape[:-2]):
            source = _runs(padded[below][reads], run, window.groups)
            np.matmul(source, matrices[tap], out=_runs(target, run, window.groups))
            if target is part:
                tile += part
            target = part
    return y


def backward(
    d: Array, weight: Array, x: Array, window: Window, needs_input: bool, memory: Memory
) -> tuple[Array | None, Array]:
    """Return input gradient (None unless needed) and weight gradient."""
    dw = weight_gradient(d, x, weight.shape, window, memory)
    return input_gradient(d, weight, x.shape[:-2], window, memory) if needs_input else None, dw


def weight_gradient(
    d: Array, x: Array, shape: tuple[int, ...], window: Window, memory: Memory
) -> Array:
    """Return the gradient of a weight of this shape from ``d``, that of the output."""
    dw = memory.keep(shape, d.dtype)
    dw.fill(0)
    matrices = _by_group(dw, window.groups)
    padded = pad(x, window, 0, memory)
    for rows, below in _tiles(d, x.shape[-1], window):
        run = _run(d[rows].shape, matrices)
        tile = _runs(d[rows], run, window.groups)
        count = prod(tile.shape[:-3])
        products = memory.temporary("products", (*tile.shape[:-2], *matrices.shape[-2:]), d.dtype)
        for tap, reads in window.reads(d[rows].shape[:-2]):
            source = _runs(padded[below][reads], run, window.groups)
            np.matmul(source.swapaxes(-1, -2), tile, out=products)
            total = np.ones(count, d.dtype) @ products.reshape(count, -1)
            matrices[tap] += total.reshape(matrices.shape[-3:])
    return dw


def input_gradient(
    d: Array, weight: Array, extent: tuple[int, ...], window: Window, memory: Memory
) -> Array:
    """Return the gradient of an input with spatial ``extent`` from ``d``, that of the output."""
    samples, channels = d.shape[-2], weight.shape[-2] * window.groups
    padded = tuple(n + a + b for n, (a, b) in zip(extent, window.padding, strict=True))
    dx = memory.keep((*padded, samples, channels), d.dtype)
    dx.fill(0)
    matrices = np.ascontiguousarray(_by_group(weight, window.groups).swapaxes(-1, -2))
    for rows, below in _tiles(d, channels, window):
        run = _run(d[rows].shape, matrices)
        tile = _runs(d[rows], run, window.groups)
        part = memory.temporary("part", (*d[rows].shape[:-1], channels), d.dtype)
        for tap, reads in window.reads(d[rows].shape[:-2]):
            np.matmul(tile, matrices[tap], out=_runs(part, run, window.groups))
            dx[below][reads] += part
    return dx[window.interior(extent)]


def _tiles(y: Array, channels: int, window: Window) -> Iterator[tuple[slice, slice]]:
    """Yield tiles of output rows, and where the padded input rows that they read begin."""
    row = prod(y.shape[1:-1]) * (channels + 2 * y.shape[-1])
    for rows in pieces(len(y), row):
        yield rows, slice(rows.start * window.stride[0], None)


def _by_group(weight: Array, groups: int) -> Array:
    """View ``(*kernel, C/groups, F)`` as ``(*kernel, groups, C/groups, F/groups)``."""
    *kernel, inner, filters = weight.shape
    return weight.reshape(*kernel, inner, groups, filters // groups).swapaxes(-2, -3)


def _run(y: tuple[int, ...], matrices: Array) -> int:
    """Return how many positions along the last axis of ``y (*outputs, N, F)`` make a product.

    If one position is too much already, a whole row shares the cost of copying the operands.
    """
    width, samples, _ = y[-3:]
    most = UNPACKED // (samples * matrices.shape[-2] * matrices.shape[-1])
    return max((n for n in range(1, width + 1) if width % n == 0 and n <= most), default=width)


def _runs(a: Array, run: int, groups: int) -> Array:
    """Turn ``(*outputs, N, C)`` into matrices ``(*rows, runs, groups, run·N, C/groups)``.

    A view for a contiguous array, and a copy where a stride leaves out positions.
    """
    *rows, width, samples, channels = a.shape
    cut = a.reshape(*rows, width // run, run * samples, groups, channels // groups)
    return cut.swapaxes(-2, -3)
