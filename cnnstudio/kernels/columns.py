"""Convolution by window columns: any rank, stride, dilation and number of groups.

The windows of a tile of output rows are copied into a matrix whose rows are output positions, and
one product per group does the rest (Chellapilla and others, "High performance convolutional neural
networks for document processing", 2006).  With T taps, c = C/groups, f = F/groups and M = positions
times samples of the tile::

    columns (groups, M, T·c) @ weight (groups, T·c, f) = y (groups, M, f)
    dweight = columnsᵀ (groups, T·c, M) @ d (groups, M, f)          summed over tiles

Each copied run holds c numbers, so this is the method for many channels.  A tile is small enough to
stay in the second-level cache between copy and product.  The input gradient needs no columns: for
each tap, ``d (M, F) @ weight[tap]ᵀ`` is added to the slice of the input that the tap read.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels.memory import Memory
from cnnstudio.kernels.window import Window, pad, pieces, sliding

Array = NDArray[Any]


def forward(x: Array, weight: Array, window: Window, memory: Memory) -> Array:
    """Return the convolution of ``x (*spatial, N, C)`` with ``weight (*kernel, C/groups, F)``."""
    outputs = window.output_extent(x.shape[:-2])
    y = memory.keep((*outputs, x.shape[-2], weight.shape[-1]), x.dtype)
    matrices = _matrices(weight, window.groups)
    for rows, columns in _tiles(x, window, outputs, memory):
        np.matmul(columns, matrices, out=_by_group(y[rows], window.groups))
    return y


def weight_gradient(
    d: Array, x: Array, shape: tuple[int, ...], window: Window, memory: Memory
) -> Array:
    """Return the gradient of a weight of this shape from ``d``, that of the output."""
    dw = memory.keep(shape, d.dtype)
    matrices = _matrices(dw, window.groups)
    matrices[...] = 0
    for rows, columns in _tiles(x, window, d.shape[:-2], memory):
        matrices += columns.transpose(0, 2, 1) @ _by_group(d[rows], window.groups)
    return dw


def input_gradient(
    d: Array, weight: Array, extent: tuple[int, ...], window: Window, memory: Memory
) -> Array:
    """Return the gradient of an input with spatial ``extent`` from ``d``, that of the output."""
    *outputs, samples, filters = d.shape
    groups, channels = window.groups, weight.shape[-2] * window.groups
    padded = tuple(n + a + b for n, (a, b) in zip(extent, window.padding, strict=True))
    dx = memory.keep((*padded, samples, channels), d.dtype)
    dx.fill(0)
    row = prod(outputs[1:]) * samples
    for rows in pieces(outputs[0], row * (filters + channels)):
        tile = d[rows]
        part = memory.temporary("part", (*tile.shape[:-1], channels), d.dtype)
        below = dx[rows.start * window.stride[0] :]
        for tap, reads in window.reads(tile.shape[:-2]):
            matrix = weight[tap].reshape(-1, groups, filters // groups).transpose(1, 2, 0)
            np.matmul(_by_group(tile, groups), matrix, out=_by_group(part, groups))
            below[reads] += part
    return dx[window.interior(extent)]


def _tiles(
    x: Array, window: Window, outputs: tuple[int, ...], memory: Memory
) -> Iterator[tuple[slice, Array]]:
    """Yield tiles of output rows and their columns ``(groups, M, T·C/groups)``."""
    groups, taps = window.groups, prod(window.kernel)
    samples, channels = x.shape[-2:]
    inner = channels // groups
    rank = len(outputs)
    view = sliding(pad(x, window, 0, memory), window, outputs)
    view = view.reshape(*view.shape[:-1], groups, inner, copy=False)
    order = (2 * rank + 1, *range(rank), 2 * rank, *range(rank, 2 * rank), 2 * rank + 2)
    view = view.transpose(order)  # (groups, *outputs, N, *kernel, C/groups)
    for rows in pieces(outputs[0], prod(outputs[1:]) * samples * taps * channels):
        windows = view[:, rows]
        columns = memory.temporary("columns", windows.shape, x.dtype)
        np.copyto(columns, windows)
        yield rows, columns.reshape(groups, -1, taps * inner)


def _matrices(weight: Array, groups: int) -> Array:
    """View ``weight (*kernel, C/groups, F)`` as one matrix ``(T·C/groups, F/groups)`` per group."""
    filters = weight.shape[-1]
    return weight.reshape(-1, groups, filters // groups).transpose(1, 0, 2)


def _by_group(a: Array, groups: int) -> Array:
    """View ``(*spatial, N, C)`` as one matrix ``(M, C/groups)`` per group."""
    return a.reshape(-1, groups, a.shape[-1] // groups).transpose(1, 0, 2)
