"""Winograd's convolution F(4×4, 3×3): 36 products where window columns need 144.

A tile of 4×4 outputs of a 3×3 correlation is computed from 6×6 inputs (Lavin and Gray, "Fast
algorithms for convolutional neural networks", 2016)::

    Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ X B) ] A            g 3×3, X 6×6, Y 4×4

⊙ becomes, over all channels and filters, 36 matrix products, one per point (u, v)::

    M[u, v] (tiles·N, F) = V[u, v] (tiles·N, C) @ U[u, v] (C, F)

The matrices are those of `evaluation` for six real points.

*Backward* is the adjoint, step by step: dM = A dY Aᵀ serves dU = Vᵀ dM and dV = dM Uᵀ, then
dX = B dV Bᵀ, where neighbouring tiles overlap and add, and dg = Gᵀ dU G.

The transforms are separable: first along the height, then along the width.  In the space-first
layout each half is one `matmul` with a 6×6 or 4×6 matrix whose other operand is a strided view,
rows of N·C numbers, so nothing is gathered or padded: rows outside the image are left out of the
product.  The rows of temporaries lie `apart`.  The work goes tile row by tile row and in blocks of
a few tiles, small enough that what one step writes the next one finds in the second-level cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from cnnstudio.kernels.evaluation import Matrices, matrices
from cnnstudio.kernels.memory import Memory
from cnnstudio.kernels.window import Window, pieces

Array = NDArray[Any]

OUT, TAPS = 4, 3
POINTS = OUT + TAPS - 1
FINITE_POINTS = (0.0, 1.0, -1.0, 2.0, -2.0)
"""Where the polynomials are evaluated; the sixth point is infinity."""

MANY = 16
"""Tiles in a row, of all samples, from which on the transforms pay."""


def _matrices(dtype: np.dtype[Any]) -> Matrices:
    return matrices(OUT, TAPS, FINITE_POINTS, dtype)


def suits(window: Window, extent: tuple[int, ...], channels: int, samples: int) -> bool:
    """Say whether the window is 3×3 with stride 1, and the tiles are many and well used."""
    if window.kernel != (3, 3) or window.groups != 1 or channels < 8:
        return False
    if window.stride != (1, 1) or window.dilation != (1, 1):
        return False
    height, width = window.output_extent(extent)
    down, across = _tile_counts((height, width))
    used = down * across * POINTS * POINTS * 2 <= height * width * TAPS * TAPS
    return used and samples * across >= MANY


def forward(x: Array, weight: Array, window: Window, memory: Memory) -> Array:
    """Return the convolution of ``x (H, W, N, C)``."""
    samples, channels, filters = x.shape[-2], *weight.shape[-2:]
    outputs = window.output_extent(x.shape[:2])
    down, across = _tile_counts(outputs)
    u = _filter_transform(weight, memory)
    y = memory.keep((*outputs, samples, filters), x.dtype)
    for some in _parts(samples, across, max(channels, filters)):
        xs, ys = _merged(x[:, :, some]), _merged(y[:, :, some])
        n = some.stop - some.start
        for row in range(down):
            half = _input_rows(xs, row, across, window, memory)
            for tiles in _blocks(across, n, channels + filters):
                count = tiles.stop - tiles.start
                v = _input_tiles(half, tiles, channels, memory)
                m = memory.apart("m", (36, count * n * filters), x.dtype)
                np.matmul(v, u, out=m.reshape(36, -1, filters))
                m = m.reshape(POINTS, POINTS, count, -1)
                _output_tiles(m, ys[row * OUT : (row + 1) * OUT], tiles, memory)
    return y


def backward(
    d: Array,
    weight: Array,
    x: Array,
    window: Window,
    needs_input: bool,
    memory: Memory,
) -> tuple[Array | None, Array]:
    """Return input gradient (None unless needed) and weight gradient.

    V is computed again, block by block: kept, it would take 36/16 of the memory of ``x``, and
    reading it back costs nearly as much.  ``wide`` collects B dV of a tile row; of the 6 columns
    (and later rows) of a tile, 4 are its own and 2 spill over into the next tile.
    """
    extent, samples, (channels, filters) = x.shape[:2], x.shape[-2], weight.shape[-2:]
    down, across = _tile_counts(d.shape[:2])
    at, _, bt = _matrices(d.dtype)
    if needs_input:
        turned = memory.temporary("turned", (TAPS, TAPS, filters, channels), d.dtype)
        turned[...] = weight.swapaxes(-1, -2)
        ut = _filter_transform(turned, memory)
    du = memory.temporary("sum", (36, channels, filters), d.dtype)
    part = memory.temporary("du", du.shape, d.dtype)
    target = du
    dx = memory.keep((*extent, samples, channels), d.dtype) if needs_input else None
    for some in _parts(samples, across, max(channels, filters)):
        xs, ds = _merged(x[:, :, some]), _merged(d[:, :, some])
        n = some.stop - some.start
        carry = memory.temporary("carry", (2, extent[1], n * channels), d.dtype)
        for row in range(down):
            half = _input_rows(xs, row, across, window, memory)
            rows = _gradient_rows(ds, row, across, memory)
            wide = memory.apart("wide", (6, across * OUT + OUT, n * channels), d.dtype)
            spill = memory.apart("spill", (6, across, 2, n * channels), d.dtype)
            for tiles in _blocks(across, n, channels + filters):
                count = tiles.stop - tiles.start
                v = _input_tiles(half, tiles, channels, memory)
                dm = memory.apart("m", (36, count * n * filters), d.dtype)
                by_tile = dm.reshape(6, 6, count, -1).transpose(0, 2, 1, 3)
                np.matmul(at.T, rows[:, tiles], out=by_tile)
                dm = dm.reshape(36, -1, filters)
                np.matmul(v.transpose(0, 2, 1), dm, out=target)
                if target is part:
                    du += part
                target = part
                if dx is not None:
                    dv = np.matmul(dm, ut, out=v)
                    by_tile = dv.reshape(6, 6, count, -1).transpose(0, 2, 1, 3)
                    columns = wide[:, tiles.start * OUT : tiles.stop * OUT]
                    np.matmul(bt.T[:OUT], by_tile, out=columns.reshape(6, count, OUT, -1))
                    np.matmul(bt.T[OUT:], by_tile, out=spill[:, tiles])
            if dx is not None:
                wide[:, across * OUT :] = 0
                wide[:, OUT:].reshape(6, across, OUT, -1)[:, :, :2] += spill
                _add_rows(wide, _merged(dx[:, :, some]), row, down, window, carry)
    return dx, _filter_adjoint(du, memory)


def _tile_counts(outputs: tuple[int, ...]) -> tuple[int, int]:
    return -(-outputs[0] // OUT), -(-outputs[1] // OUT)


def _parts(samples: int, across: int, channels: int) -> Iterator[slice]:
    """Cut the samples so that one transformed tile row stays in the cache."""
    return pieces(samples, POINTS * (across * OUT + 2) * channels, least=32)


def _blocks(across: int, samples: int, channels: int) -> Iterator[slice]:
    """Cut a tile row so that the operands of the 36 products stay in the cache.

    With less than 128 rows the products would spend their time reading U.
    """
    return pieces(across, POINTS**2 * samples * channels, least=-(-128 // samples))


def _merged(a: Array) -> Array:
    """View ``(H, W, N, C)`` as ``(H, W, N·C)``."""
    return a.reshape(*a.shape[:2], -1)


def _filter_transform(weight: Array, memory: Memory) -> Array:
    """Return U = G g Gᵀ ``(36, C, F)`` of ``weight (3, 3, C, F)``."""
    _, g, _ = _matrices(weight.dtype)
    numbers = prod(weight.shape[2:])
    high = memory.temporary("high", (POINTS, TAPS, numbers), weight.dtype)
    np.matmul(g, weight.reshape(TAPS, -1), out=high.reshape(POINTS, -1))
    u = memory.temporary("u", (POINTS, POINTS, numbers), weight.dtype)
    np.matmul(g, high, out=u)
    return u.reshape(36, *weight.shape[2:])


def _filter_adjoint(du: Array, memory: Memory) -> Array:
    """Return dg = Gᵀ dU G ``(3, 3, C, F)`` of ``du (36, C, F)``."""
    _, g, _ = _matrices(du.dtype)
    narrow = memory.temporary("high", (POINTS, TAPS, prod(du.shape[1:])), du.dtype)
    np.matmul(g.T, du.reshape(POINTS, POINTS, -1), out=narrow)
    dw = memory.keep((TAPS, TAPS, *du.shape[1:]), du.dtype)
    np.matmul(g.T, narrow.reshape(POINTS, -1), out=dw.reshape(TAPS, -1))
    return dw


def _input_rows(x: Array, row: int, across: int, window: Window, memory: Memory) -> Array:
    """Return Bᵀ X of one tile row of ``x (H, W, Q)`` as overlapping tiles ``(6, t, 6, Q)``.

    Rows in the padding are left out of the product, columns in the padding are zeros.
    """
    _, _, bt = _matrices(x.dtype)
    height, width, q = x.shape
    (top, _), (left, _) = window.padding
    half = memory.apart("half", (6, across * OUT + 2, q), x.dtype)
    half[:, :left] = 0
    half[:, left + width :] = 0
    first = row * OUT - top
    low, high = min(max(first, 0), height), min(max(first + 6, 0), height)
    np.matmul(
        bt[:, low - first : high - first] if high > low else bt[:, :0],
        x[low:high].transpose(1, 0, 2),
        out=half[:, left : left + width].transpose(1, 0, 2),
    )
    a, b, c = half.strides
    return as_strided(half, (6, across, 6, q), (a, OUT * b, b, c), writeable=False)


def _input_tiles(half: Array, tiles: slice, channels: int, memory: Memory) -> Array:
    """Return V = Bᵀ X B ``(36, t·N, C)`` of these tiles of ``half``, Bᵀ X of a tile row."""
    _, _, bt = _matrices(half.dtype)
    count, q = tiles.stop - tiles.start, half.shape[-1]
    v = memory.apart("v", (36, count * q), half.dtype)
    np.matmul(bt, half[:, tiles], out=v.reshape(6, 6, count, q).transpose(0, 2, 1, 3))
    return v.reshape(36, -1, channels)


def _gradient_rows(d: Array, row: int, across: int, memory: Memory) -> Array:
    """Return A dY of one tile row of ``d (H, W, Q)`` as tiles ``(6, t, 4, Q)``."""
    at, _, _ = _matrices(d.dtype)
    some = d[row * OUT : (row + 1) * OUT]
    rows, width, q = some.shape
    half = memory.apart("rows", (6, across * OUT, q), d.dtype)
    half[:, width:] = 0
    np.matmul(at.T[:, :rows], some.transpose(1, 0, 2), out=half[:, :width].transpose(1, 0, 2))
    return half.reshape(6, across, OUT, q)


def _output_tiles(m: Array, y: Array, tiles: slice, memory: Memory) -> None:
    """Write Aᵀ M A of ``m (6, 6, t, Q)`` into these tiles of the rows ``y (≤ 4, W, Q)``."""
    at, _, _ = _matrices(m.dtype)
    rows, width = y.shape[:2]
    _, _, count, q = m.shape
    half = memory.apart("out", (rows, 6, count, q), m.dtype)
    np.matmul(at[:rows], m.transpose(1, 2, 0, 3), out=half.transpose(1, 2, 0, 3))
    half = half.transpose(0, 2, 1, 3)
    whole = min(tiles.stop, width // OUT) - tiles.start
    columns = y[:, tiles.start * OUT : (tiles.start + whole) * OUT]
    np.matmul(at, half[:, :whole], out=columns.reshape(rows, whole, OUT, q))
    if whole < count:
        rest = width % OUT
        np.matmul(at[:rest], half[:, whole], out=y[:, width - rest :])


def _add_rows(wide: Array, dx: Array, row: int, down: int, window: Window, carry: Array) -> None:
    """Write B times ``wide`` into the rows of ``dx`` under a tile row; two rows reach the next."""
    _, _, bt = _matrices(dx.dtype)
    height, width, _ = dx.shape
    (top, _), (left, _) = window.padding
    source = wide[:, left : left + width].transpose(1, 0, 2)
    first = row * OUT - top
    low, high = min(max(first, 0), height), min(max(first + OUT, 0), height)
    if high > low:
        out = dx[low:high]
        np.matmul(bt.T[low - first : high - first], source, out=out.transpose(1, 0, 2))
        if row:
            for i in range(2):
                if low <= first + i < high:
                    dx[first + i] += carry[i]
    np.matmul(bt.T[OUT:], source, out=carry.transpose(1, 0, 2))
    if row == down - 1:
        for i in range(2):
            if first + OUT + i < height:
                dx[first + OUT + i] = carry[i]
