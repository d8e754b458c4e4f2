"""Convolution with few input channels: the input is turned into one plane per channel.

A copied run of C numbers is too short when C is 1 or 3.  As channel planes
``(C, *spatial, N)`` the runs hold N numbers, and as many as a whole output row of N·W numbers where
the last stride is 1.

*Forward* copies only along all kernel axes but the last: ``S (rows, *, W, *kernel[:-1], C, N)``.
The window of the last axis is then an overlapping view of S,
``(rows, *outputs[1:], T·C, N)``: moving on by one tap moves on by one column of S.  The copy is
k times smaller than window columns, and one product per output position, transposed, gives ``y``::

    S (…, T·C, N)ᵀ @ weight (T·C, F) = y (…, N, F)

Few samples and dilated windows take whole columns, as the weight gradient does.

The *weight gradient* needs long sums over positions and copies whole columns ``(T·C, M)``, tile by
tile; the tiles stay in the second-level cache::

    dweight = columns (T·C, M) @ d (M, F)                         summed over tiles

The input gradient, which no first layer needs, is that of `cnnstudio.kernels.taps`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from cnnstudio.kernels import taps
from cnnstudio.kernels.memory import Memory
from cnnstudio.kernels.sums import long_product
from cnnstudio.kernels.window import Window, fill_border, pieces, sliding

Array = NDArray[Any]

ROWS = 8
"""Samples from which on a product per output position is large enough."""


def forward(x: Array, weight: Array, window: Window, memory: Memory) -> Array:
    """Return the convolution of ``x (*spatial, N, C)`` with ``weight (*kernel, C, F)``."""
    samples, filters = x.shape[-2], weight.shape[-1]
    outputs = window.output_extent(x.shape[:-2])
    planes = _planes(x, window, memory)
    y = memory.keep((*outputs, samples, filters), x.dtype)
    by_rows = window.dilation[-1] == 1 and samples >= ROWS
    if by_rows and len(outputs) > 1:
        _forward_rows(planes, weight, window, y, memory)
    elif by_rows:  # a signal is an image of height one
        image = Window((1, *window.kernel), (1, *window.stride), (), (1, *window.dilation))
        _forward_rows(planes[:, None], weight[None], image, y[None], memory)
    else:
        matrix = np.moveaxis(weight, -2, 0).reshape(-1, filters)
        for rows, columns in _tiles(planes, window, outputs, memory):
            np.matmul(columns.T, matrix, out=y[rows].reshape(-1, filters))
    return y


def _forward_rows(planes: Array, weight: Array, window: Window, y: Array, memory: Memory) -> None:
    """Fill ``y`` for a window of at least two axes whose last one is not dilated."""
    *outputs, samples, filters = y.shape
    rank = len(outputs)
    outer = Window(
        (*window.kernel[:-1], 1), (*window.stride[:-1], 1), window.padding, window.dilation
    )
    positions = (*outputs[:-1], planes.shape[-2])
    view = sliding(np.moveaxis(planes, 0, -2), outer, positions)  # (*positions, *taps, 1, C, N)
    matrix = np.moveaxis(weight, rank - 1, 0).reshape(-1, filters)  # taps in the order of S
    column = prod(view.shape[rank:])
    for rows in pieces(outputs[0], prod(view.shape[1:])):
        tile = view[rows]
        copy = memory.temporary("columns", tile.shape, y.dtype)
        np.copyto(copy, tile)
        overlapping = as_strided(
            copy,
            (len(tile), *outputs[1:], window.kernel[-1] * column // samples, samples),
            (
                *copy.strides[: rank - 1],
                window.stride[-1] * column * copy.itemsize,
                samples * copy.itemsize,
                copy.itemsize,
            ),
            writeable=False,
        )
        np.matmul(overlapping.swapaxes(-1, -2), matrix, out=y[rows])


def backward(
    d: Array, weight: Array, x: Array, window: Window, needs_input: bool, memory: Memory
) -> tuple[Array | None, Array]:
    """Return input gradient (None unless needed) and weight gradient."""
    filters = d.shape[-1]
    planes = _planes(x, window, memory)
    channels_first = np.zeros((planes.shape[0], *window.kernel, filters), d.dtype)
    matrix = channels_first.reshape(-1, filters)
    for rows, columns in _tiles(planes, window, d.shape[:-2], memory):
        matrix += long_product(columns, d[rows].reshape(-1, filters))
    dw = memory.keep(weight.shape, d.dtype)
    dw[...] = np.moveaxis(channels_first, 0, -2)
    if not needs_input:
        return None, dw
    return taps.input_gradient(d, weight, x.shape[:-2], window, memory), dw


def _planes(x: Array, window: Window, memory: Memory) -> Array:
    """Return ``x`` as padded channel planes ``(C, *padded, N)``."""
    *extent, samples, channels = x.shape
    padded = tuple(n + a + b for n, (a, b) in zip(extent, window.padding, strict=True))
    planes = memory.temporary("planes", (channels, *padded, samples), x.dtype)
    inside = np.moveaxis(planes, 0, -1)
    fill_border(inside, window.interior(tuple(extent)), 0)
    inside[window.interior(tuple(extent))] = x
    return planes


def _tiles(
    planes: Array, window: Window, outputs: tuple[int, ...], memory: Memory
) -> Iterator[tuple[slice, Array]]:
    """Yield tiles of output rows and their columns ``(C·T, M)``."""
    channels, samples, rank = planes.shape[0], planes.shape[-1], len(outputs)
    view = sliding(np.moveaxis(planes, 0, -2), window, outputs)  # (*outputs, *kernel, C, N)
    view = view.transpose((2 * rank, *range(rank, 2 * rank), *range(rank), 2 * rank + 1))
    column = channels * prod(window.kernel)
    for rows in pieces(outputs[0], column * prod(outputs[1:]) * samples):
        windows = view[(slice(None),) * (rank + 1) + (rows,)]
        columns = memory.temporary("columns", windows.shape, planes.dtype)
        np.copyto(columns, windows)
        yield rows, columns.reshape(column, -1)
