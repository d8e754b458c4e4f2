"""Depthwise convolution: each channel has filters of its own, so there is nothing to multiply out.

For each tap, the slice that it reads is multiplied by the tap's weights, one per channel, and added
up.  The work runs over blocks of N·C contiguous numbers and over tiles of output rows that stay in
the second-level cache.  With m filters per channel the channels are repeated m times first.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels.memory import Memory
from cnnstudio.kernels.sums import over_space
from cnnstudio.kernels.window import Window, pad, pieces

Array = NDArray[Any]


def forward(x: Array, weight: Array, window: Window, memory: Memory) -> Array:
    """Return the convolution of ``x (*spatial, N, C)`` with ``weight (*kernel, 1, F)``."""
    samples, filters = x.shape[-2], weight.shape[-1]
    outputs = window.output_extent(x.shape[:-2])
    y = memory.keep((*outputs, samples, filters), x.dtype)
    source = _blocks(_repeated(pad(x, window, 0, memory), filters))
    factors = np.tile(weight[..., 0, :], samples)
    y_blocks = _blocks(y)
    for rows in _tiles(outputs, samples * filters):
        out = y_blocks[rows]
        product = memory.temporary("part", out.shape, x.dtype)
        below = source[rows.start * window.stride[0] :]
        out.fill(0)
        for tap, reads in window.reads(out.shape[:-1]):
            np.multiply(below[reads], factors[tap], out=product)
            out += product
    return y


def weight_gradient(
    d: Array, x: Array, shape: tuple[int, ...], window: Window, memory: Memory
) -> Array:
    """Return the gradient of a weight of this shape from ``d``, that of the output."""
    *outputs, samples, filters = d.shape
    source = _blocks(_repeated(pad(x, window, 0, memory), filters))
    sums = np.zeros((*window.kernel, samples, filters), d.dtype)
    d_blocks = _blocks(d)
    for rows in _tiles(tuple(outputs), samples * filters):
        tile = d_blocks[rows]
        product = memory.temporary("part", tile.shape, d.dtype)
        below = source[rows.start * window.stride[0] :]
        for tap, reads in window.reads(tile.shape[:-1]):
            np.multiply(below[reads], tile, out=product)
            sums[tap] += over_space(product.reshape(*tile.shape[:-1], samples, filters))
    dw = memory.keep(shape, d.dtype)
    np.sum(sums, axis=-2, out=dw[..., 0, :])
    return dw


def input_gradient(
    d: Array, weight: Array, extent: tuple[int, ...], window: Window, memory: Memory
) -> Array:
    """Return the gradient of an input with spatial ``extent`` from ``d``, that of the output."""
    *outputs, samples, filters = d.shape
    padded = tuple(n + a + b for n, (a, b) in zip(extent, window.padding, strict=True))
    dx = memory.keep((*padded, samples, filters), d.dtype)
    dx.fill(0)
    factors = np.tile(weight[..., 0, :], samples)
    d_blocks, dx_blocks = _blocks(d), _blocks(dx)
    for rows in _tiles(tuple(outputs), samples * filters):
        tile = d_blocks[rows]
        product = memory.temporary("part", tile.shape, d.dtype)
        below = dx_blocks[rows.start * window.stride[0] :]
        for tap, reads in window.reads(tile.shape[:-1]):
            np.multiply(tile, factors[tap], out=product)
            below[reads] += product
    dx = dx[window.interior(extent)]
    if window.groups < filters:
        dx = dx.reshape(*dx.shape[:-1], window.groups, -1).sum(axis=-1)
    return dx


def _tiles(outputs: tuple[int, ...], block: int) -> Iterator[slice]:
    return pieces(outputs[0], 3 * prod(outputs[1:]) * block)


def _blocks(a: Array) -> Array:
    """View ``(*spatial, N, C)`` as ``(*spatial, N·C)``, copying if it is not contiguous there."""
    return a.reshape(*a.shape[:-2], -1)


def _repeated(x: Array, filters: int) -> Array:
    """Repeat each channel for each of its filters."""
    channels = x.shape[-1]
    return x if channels == filters else np.repeat(x, filters // channels, axis=-1)
