"""Winograd's convolution F(4×4, 3×3): 36 products where window columns need 144.

A tile of 4×4 outputs of a 3×3 correlation is computed from 6×6 inputs (Lavin and Gray, "Fast
algorithms for convolutional neural networks", 2016)::

    Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ X B) ] A            g 3×3, X 6×6, Y 4×4

⊙ becomes, over all channels and filters, 36 matrix products, one per point (u, v)::

    M[u, v] (tiles·N, F) = V[u, v] (tiles·N, C) @ U[u, v] (C, F)

The matrices come from Cook and Toom: two polynomials are multiplied by evaluating both at n = 6
points, multiplying the values, and interpolating; the correlation is the transpose of that.

*Backward* is the adjoint, step by step: dM = A dY Aᵀ serves dU = Vᵀ dM and dV = dM Uᵀ, then
dX = B dV Bᵀ, where neighbouring tiles overlap and add, and dg = Gᵀ dU G.

The transforms are separable.  In the space-first layout each is two `matmul` calls with a 6×6 or
4×6 matrix whose other operand is a strided view, rows of N·C numbers, so nothing is gathered.  The
work goes tile row by tile row, so that what one step writes the next finds in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from cnnstudio.kernels.memory import Memory
from cnnstudio.kernels.window import TILE, Window, fill_border

Array = NDArray[Any]

OUT, TAPS = 4, 3
POINTS = OUT + TAPS - 1
FINITE_POINTS = (0.0, 1.0, -1.0, 2.0, -2.0)
"""Where the polynomials are evaluated; the sixth point is infinity."""


def cook_toom(outputs: int, taps: int, points: tuple[float, ...]) -> tuple[Array, Array, Array]:
    """Return Aᵀ (outputs, n), G (n, taps) and Bᵀ (n, n) for ``n − 1`` finite points and infinity.

    Row i of the Vandermonde matrix of size m holds the powers of point i; that of infinity picks
    the leading coefficient.  With the polynomial ``Π_j≠i (p − p_j)`` of point i in row i of Bᵀ,
    the Lagrange denominators go to G, where they cost nothing per sample.
    """
    n = outputs + taps - 1
    finite = np.array(points)
    bt = np.zeros((n, n))
    for i in range(n - 1):
        bt[i, : n - 1] = np.poly(np.delete(finite, i))[::-1]
    bt[n - 1] = np.poly(finite)[::-1]
    denominators = [np.prod(p - np.delete(finite, i)) for i, p in enumerate(finite)]

    def powers(size: int) -> Array:
        infinity = np.eye(1, size, size - 1)
        return np.vstack([np.vander(finite, size, increasing=True), infinity])

    return powers(outputs).T, powers(taps) / np.array([*denominators, 1.0])[:, None], bt


@cache
def _matrices(dtype: np.dtype[Any]) -> tuple[Array, Array, Array]:
    at, g, bt = cook_toom(OUT, TAPS, FINITE_POINTS)
    found = at.astype(dtype), g.astype(dtype), bt.astype(dtype)
    for matrix in found:
        matrix.flags.writeable = False
    return found


def suits(window: Window, extent: tuple[int, ...], channels: int) -> bool:
    """Say whether the window is 3×3 with stride 1 and enough of the tiles is used."""
    if window.kernel != (3, 3) or window.groups != 1 or channels < 8:
        return False
    if window.stride != (1, 1) or window.dilation != (1, 1):
        return False
    height, width = window.output_extent(extent)
    tiles = -(-height // OUT) * -(-width // OUT)
    return tiles * POINTS * POINTS * 2 <= height * width * TAPS * TAPS


def forward(x: Array, weight: Array, window: Window, memory: Memory) -> tuple[Array, Array]:
    """Return the convolution of ``x (H, W, N, C)`` and the transformed tiles V.

    V is ``(6, 6, tile rows, tile columns, N·C)``.
    """
    height, width, samples, channels = x.shape
    filters = weight.shape[-1]
    outputs = window.output_extent((height, width))
    down, across = _tile_counts(outputs)
    u = _filter_transform(weight)
    y = memory.keep((*outputs, samples, filters), x.dtype)
    v = memory.keep((POINTS, POINTS, down, across, samples * channels), x.dtype)
    for rows in _tile_rows(down, across * samples * (channels + filters)):
        some = rows.stop - rows.start
        _input_transform(_padded_rows(x, window, rows, across, memory), v[:, :, rows], memory)
        m = memory.temporary("m", (36, some * across * samples, filters), x.dtype)
        np.matmul(v[:, :, rows].reshape(*m.shape[:2], channels, copy=False), u, out=m)
        m = m.reshape(POINTS, POINTS, some, across, samples * filters)
        _output_transform(m, y.reshape(*outputs, -1)[rows.start * OUT : rows.stop * OUT], memory)
    return y, v


def backward(
    d: Array,
    weight: Array,
    v: Array,
    window: Window,
    extent: tuple[int, ...],
    needs_input: bool,
    memory: Memory,
) -> tuple[Array | None, Array]:
    """Return input gradient (None unless needed) and weight gradient."""
    height, width, samples, filters = d.shape
    channels = weight.shape[-2]
    down, across = _tile_counts((height, width))
    ut = _filter_transform(weight).transpose(0, 2, 1)
    du = np.zeros((36, channels, filters), d.dtype)
    grid = None
    if needs_input:
        shape = (down * OUT + 2, across * OUT + 2, samples * channels)
        grid = memory.temporary("dx", shape, d.dtype, zero=True)
    for rows in _tile_rows(down, across * samples * (channels + filters)):
        some = rows.stop - rows.start
        points = (36, some * across * samples)
        dm = memory.temporary("m", (POINTS, POINTS, some, across, samples * filters), d.dtype)
        _output_adjoint(_whole_tiles(d, rows, across, memory), dm, memory)
        dm = dm.reshape(*points, filters)
        du += v[:, :, rows].reshape(*points, channels, copy=False).transpose(0, 2, 1) @ dm
        if grid is not None:
            dv = memory.temporary("dv", (*points, channels), d.dtype)
            np.matmul(dm, ut, out=dv)
            dv = dv.reshape(POINTS, POINTS, some, across, samples * channels)
            _input_adjoint(dv, grid[rows.start * OUT : rows.stop * OUT + 2], memory)
    dw = _filter_adjoint(du, memory)
    if grid is None:
        return None, dw
    dx = memory.keep((*extent, samples, channels), d.dtype)
    dx[...] = grid.reshape(*grid.shape[:2], samples, channels)[window.interior(extent)]
    return dx, dw


def _tile_counts(outputs: tuple[int, ...]) -> tuple[int, int]:
    return -(-outputs[0] // OUT), -(-outputs[1] // OUT)


def _tile_rows(down: int, row: int) -> Iterator[slice]:
    """Yield groups of tile rows whose transforms fit the cache; ``row`` numbers per point."""
    step = max(1, TILE // (POINTS * POINTS * row))
    for start in range(0, down, step):
        yield slice(start, min(start + step, down))


def _filter_transform(weight: Array) -> Array:
    """Return U = G g Gᵀ ``(36, C, F)`` of ``weight (3, 3, C, F)``."""
    _, g, _ = _matrices(weight.dtype)
    high = np.matmul(g, weight.reshape(TAPS, -1)).reshape(POINTS, TAPS, -1)
    u: Array = np.matmul(g, high)
    return u.reshape(36, *weight.shape[2:])


def _filter_adjoint(du: Array, memory: Memory) -> Array:
    """Return dg = Gᵀ dU G ``(3, 3, C, F)`` of ``du (36, C, F)``."""
    _, g, _ = _matrices(du.dtype)
    narrow = np.matmul(g.T, du.reshape(POINTS, POINTS, -1))
    dw = memory.keep((TAPS, TAPS, *du.shape[1:]), du.dtype)
    np.matmul(g.T, narrow.reshape(POINTS, -1), out=dw.reshape(TAPS, -1))
    return dw


def _padded_rows(x: Array, window: Window, rows: slice, across: int, memory: Memory) -> Array:
    """Return the input rows of these tile rows with zeros around, ``(4r + 2, 4t + 2, N·C)``."""
    height, width, samples, channels = x.shape
    (top, _), (left, _) = window.padding
    tall, wide = (rows.stop - rows.start) * OUT + 2, across * OUT + 2
    out = memory.temporary("rows", (tall, wide, samples, channels), x.dtype)
    first = rows.start * OUT - top  # the input row that falls on row 0 of `out`
    inside = (
        slice(min(max(-first, 0), tall), max(min(height - first, tall), 0)),
        slice(left, min(left + width, wide)),
    )
    fill_border(out, inside, 0)
    out[inside] = x[
        first + inside[0].start : first + inside[0].stop, : inside[1].stop - inside[1].start
    ]
    return out.reshape(tall, wide, -1)


def _whole_tiles(d: Array, rows: slice, across: int, memory: Memory) -> Array:
    """Return rows of ``d`` as ``(4r, 4t, N·F)``, with zeros where a tile hangs over."""
    tall, wide = (rows.stop - rows.start) * OUT, across * OUT
    part = d[rows.start * OUT : rows.stop * OUT]
    if part.shape[:2] != (tall, wide) or not part.flags.c_contiguous:
        out = memory.temporary("rows", (tall, wide, *d.shape[2:]), d.dtype)
        inside = (slice(0, part.shape[0]), slice(0, part.shape[1]))
        fill_border(out, inside, 0)
        out[inside] = part
        part = out
    return part.reshape(tall, wide, -1)


def _overlapping(rows: Array, size: int) -> Array:
    """View ``(4r + e, W, Q)`` as the overlapping rows of r tiles, ``(r, W, size, Q)``."""
    down = (rows.shape[0] - size) // OUT + 1
    a, b, c = rows.strides
    return as_strided(rows, (down, rows.shape[1], size, rows.shape[2]), (OUT * a, b, a, c))


def _input_transform(rows: Array, v: Array, memory: Memory) -> None:
    """Fill ``v (6, 6, r, t, Q)`` with Bᵀ X B from padded ``rows (4r + 2, 4t + 2, Q)``."""
    _, _, bt = _matrices(v.dtype)
    _, _, down, across, q = v.shape
    half = memory.temporary("half", (down, POINTS, rows.shape[1], q), v.dtype)
    np.matmul(bt, _overlapping(rows, POINTS), out=half.transpose(0, 2, 1, 3))
    a, b, c, e = half.strides
    tiles = as_strided(half, (down, POINTS, across, POINTS, q), (a, b, OUT * c, c, e))
    np.matmul(bt, tiles, out=v.transpose(2, 0, 3, 1, 4))


def _input_adjoint(dv: Array, grid: Array, memory: Memory) -> None:
    """Add B dV Bᵀ of ``dv (6, 6, r, t, Q)`` to the padded rows ``grid (4r + 2, 4t + 2, Q)``."""
    _, _, bt = _matrices(dv.dtype)
    _, _, down, across, q = dv.shape
    half = memory.temporary("half", (POINTS, down, across, POINTS, q), dv.dtype)
    np.matmul(bt.T, dv.transpose(0, 2, 3, 1, 4), out=half)
    wide = memory.temporary("wide", (POINTS, down, across * OUT + 2, q), dv.dtype)
    tiles = wide[:, :, : across * OUT].reshape(POINTS, down, across, OUT, q)
    wide[:, :, across * OUT :] = 0
    tiles[...] = half[:, :, :, :OUT]
    for i in range(POINTS - OUT):
        wide[:, :, OUT + i :: OUT] += half[:, :, :, OUT + i]
    full = memory.temporary("half", (down, wide.shape[2], POINTS, q), dv.dtype)
    np.matmul(bt.T, wide.transpose(1, 2, 0, 3), out=full)
    for i in range(POINTS):
        grid[i : i + OUT * down : OUT][:down] += full[:, :, i]


def _output_transform(m: Array, y: Array, memory: Memory) -> None:
    """Fill the rows ``y (≤ 4r, ≤ 4t, Q)`` with Aᵀ M A of ``m (6, 6, r, t, Q)``."""
    at, _, _ = _matrices(m.dtype)
    _, _, down, across, q = m.shape
    width = y.shape[1]
    half = memory.temporary("half", (POINTS, down, across, OUT, q), m.dtype)
    np.matmul(at, m.transpose(0, 2, 3, 1, 4), out=half)
    half = half.reshape(POINTS, down, across * OUT, q)[:, :, :width].transpose(1, 2, 0, 3)
    if len(y) == down * OUT:
        np.matmul(at, half, out=_overlapping(y, OUT))
        return
    whole = memory.temporary("wide", (down * OUT, width, q), m.dtype)
    np.matmul(at, half, out=_overlapping(whole, OUT))
    y[...] = whole[: len(y)]


def _output_adjoint(d: Array, dm: Array, memory: Memory) -> None:
    """Fill ``dm (6, 6, r, t, Q)`` with A dY Aᵀ of ``d (4r, 4t, Q)``."""
    at, _, _ = _matrices(d.dtype)
    _, _, down, across, q = dm.shape
    half = memory.temporary("half", (down, POINTS, d.shape[1], q), d.dtype)
    np.matmul(at.T, _overlapping(d, OUT), out=half.transpose(0, 2, 1, 3))
    tiles = half.reshape(down, POINTS, across, OUT, q)
    np.matmul(at.T, tiles, out=dm.transpose(2, 0, 3, 1, 4))
