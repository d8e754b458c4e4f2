"""Large kernels on small maps: the whole map is one tile of a bilinear algorithm.

The correlation of a map with P×Q outputs with a kernel of K×L taps (`evaluation` has the idea and
the matrices; G, B, A serve the height, L, D, C the width)::

    Y = Aᵀ [ (G g Lᵀ) ⊙ (Bᵀ X D) ] C            g K×L, X whole map, Y P×Q

takes, for 6×6 outputs of 9×9 taps, 17² = 289 products instead of 2916.  ⊙ becomes, over all
channels and filters, one matrix product per pair of points (u, v)::

    M[u, v] (N, F) = V[u, v] (N, C) @ U[u, v] (C, F)

*Backward* is the adjoint, step by step: dM = A dY Cᵀ serves dU = Vᵀ dM and dV = dM Uᵀ, then
dX = B dV Dᵀ and dg = Gᵀ dU L.

The filters are often the largest array: transformed, 17²·C·F numbers.  All steps along the width
happen for a few points u of the height at a time, often one, so that U[u] and M[u] stay in the
second-level cache and only what is transformed along the height alone, 17·9·C·F numbers, goes
through memory.  Rows and columns of padding are zeros and are left out of the products.  The rows
of temporaries lie `apart`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels.evaluation import Matrices, good_points, matrices
from cnnstudio.kernels.memory import Memory
from cnnstudio.kernels.window import Window, pieces

Array = NDArray[Any]

LARGEST = 40
"""Rows and columns of the largest padded map."""

WORTH = 60
"""Direct products per number of a transformed filter from which transforming it pays."""


def suits(window: Window, extent: tuple[int, ...], channels: int, samples: int) -> bool:
    """Say whether kernel and map suit, and the work per filter outweighs transforming it."""
    if len(extent) != 2 or min(window.kernel) < 5 or window.groups != 1 or channels < 4:
        return False
    if window.stride != (1, 1) or window.dilation != (1, 1):
        return False
    outputs = window.output_extent(extent)
    sizes = [o + k - 1 for o, k in zip(outputs, window.kernel, strict=True)]
    products = samples * prod(outputs) * prod(window.kernel)
    return max(sizes) <= LARGEST and products >= WORTH * prod(sizes)


def forward(x: Array, weight: Array, window: Window, memory: Memory) -> Array:
    """Return the convolution of ``x (H, W, N, C)``."""
    samples, channels, filters = x.shape[-2], *weight.shape[-2:]
    (at, _, bt), (ct, lt, dt) = _both(window, x.shape[:2], x.dtype)
    y = memory.keep((len(at), len(ct), samples, filters), x.dtype)
    half = _half(x, bt, memory)
    high = _high(weight, window, x.shape[:2], memory)
    rows = memory.temporary("rows", (len(bt), len(ct), samples * filters), x.dtype)
    for some in _blocks(len(bt), len(dt), samples, channels, filters):
        points = (some.stop - some.start, len(dt))
        v = memory.apart("v", (*points, samples * channels), x.dtype)
        u = memory.temporary("u", (*points, channels, filters), x.dtype)
        m = memory.apart("m", (*points, samples * filters), x.dtype)
        np.matmul(dt, half[some], out=v)
        np.matmul(lt, high[some], out=u.reshape(*points, -1))
        np.matmul(_by_sample(v, samples), u, out=_by_sample(m, samples))
        np.matmul(ct, m, out=rows[some])
    np.matmul(at, rows.reshape(len(bt), -1), out=y.reshape(len(at), -1))
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

    ``half`` first holds Bᵀ X and is overwritten, block by block, by dV Dᵀ; ``high`` first holds G g
    and is overwritten by dU L.
    """
    samples, channels, filters = x.shape[-2], *weight.shape[-2:]
    (at, g, bt), (ct, lt, dt) = _both(window, x.shape[:2], d.dtype)
    rows = memory.temporary("rows", (len(bt), len(ct), samples * filters), d.dtype)
    np.matmul(at.T, d.reshape(len(at), -1), out=rows.reshape(len(bt), -1))
    dx = memory.keep(x.shape, d.dtype) if needs_input else None
    dw = memory.keep(weight.shape, d.dtype)
    half = _half(x, bt, memory)
    high = _high(weight, window, x.shape[:2], memory)
    for some in _blocks(len(bt), len(dt), samples, channels, filters):
        points = (some.stop - some.start, len(dt))
        u = memory.temporary("u", (*points, channels, filters), d.dtype)
        m = memory.apart("m", (*points, samples * filters), d.dtype)
        v = memory.apart("v", (*points, samples * channels), d.dtype)
        np.matmul(ct.T, rows[some], out=m)
        dm = _by_sample(m, samples)
        np.matmul(dt, half[some], out=v)
        if needs_input:
            dv = memory.apart("dv", v.shape, d.dtype)
            np.matmul(lt, high[some], out=u.reshape(*points, -1))
            np.matmul(dm, u.swapaxes(-1, -2), out=_by_sample(dv, samples))
            np.matmul(dt.T, dv, out=half[some])
        np.matmul(_by_sample(v, samples).swapaxes(-1, -2), dm, out=u)
        np.matmul(lt.T, u.reshape(*points, -1), out=high[some])
    np.matmul(g.T, high.reshape(len(bt), -1), out=dw.reshape(len(dw), -1))
    if dx is not None:
        by_column = dx.reshape(*dx.shape[:2], -1).swapaxes(0, 1)
        np.matmul(bt.T, half.swapaxes(0, 1), out=by_column)
    return dx, dw


def _half(x: Array, bt: Array, memory: Memory) -> Array:
    """Return Bᵀ X ``(points, W, N·C)`` of ``x (H, W, N, C)``: transformed along the height."""
    height, width, samples, channels = x.shape
    half = memory.apart("half", (len(bt), width, samples * channels), x.dtype)
    np.matmul(bt, x.reshape(height, width, -1).swapaxes(0, 1), out=half.swapaxes(0, 1))
    return half


def _by_sample(a: Array, samples: int) -> Array:
    """View ``(*points, N·C)`` as ``(*points, N, C)``."""
    return a.reshape(*a.shape[:-1], samples, -1)


def _blocks(high: int, wide: int, samples: int, channels: int, filters: int) -> Iterator[slice]:
    """Cut the points of the height so that U, V and M of a block stay in the cache."""
    return pieces(high, wide * (samples * (channels + filters) + channels * filters))


def _high(weight: Array, window: Window, extent: tuple[int, ...], memory: Memory) -> Array:
    """Return G g ``(points, L, C·F)`` of ``weight (K, L, C, F)``: transformed along the height."""
    (_, g, _), _ = _both(window, extent, weight.dtype)
    shape = (len(g), weight.shape[1], prod(weight.shape[2:]))
    high = memory.temporary("high", shape, weight.dtype)
    np.matmul(g, weight.reshape(len(weight), -1), out=high.reshape(len(g), -1))
    return high


def _both(window: Window, extent: tuple[int, ...], dtype: np.dtype[Any]) -> list[Matrices]:
    """Return the matrices of height and width; Bᵀ without the columns of the padding."""
    found = []
    for outputs, taps, n, (before, _) in zip(
        window.output_extent(extent), window.kernel, extent, window.padding, strict=True
    ):
        at, g, bt = matrices(outputs, taps, good_points(outputs + taps - 1), dtype)
        found.append((at, g, bt[:, before : before + n]))
    return found
