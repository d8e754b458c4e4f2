"""Convolution of maps of a few positions: two products, whatever the window looks like.

First every tap is applied to every input position q, wanted or not::

    Z[t, q] (N, F) = x[q] (N, C) @ w[t] (C, F)

Then a matrix of zeros and ones, S, adds up for each output position p what belongs to it: S[p, tq]
is 1 where the tap t of the window at p reads the position q.  Stride, dilation and padding are in S
alone::

    y (P, N·F) = S (P, T·Q) @ Z (T·Q, N·F)

*Backward* is the adjoint: dZ = Sᵀ dy, then dw[t] = xᵀ dZ[t] and dx = Σ_t dZ[t] w[t]ᵀ.

S grows with the square of the positions, and Z is as large as window columns.  As long as both are
small, two calls forward and four backward replace the dozens that other methods make.
"""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels.memory import Memory
from cnnstudio.kernels.window import Window

Array = NDArray[Any]

LARGEST = 1 << 14
"""Numbers in the largest S; Z may have eight times as many."""


def suits(window: Window, extent: tuple[int, ...], samples: int, filters: int) -> bool:
    """Say whether S and Z are small and there are no groups."""
    rows = prod(window.kernel) * prod(extent)
    sums = rows * prod(window.output_extent(extent))
    return window.groups == 1 and sums <= LARGEST and rows * samples * filters <= 8 * LARGEST


def forward(x: Array, weight: Array, window: Window, memory: Memory) -> Array:
    """Return the convolution of ``x (*spatial, N, C)`` with ``weight (*kernel, C, F)``."""
    *extent, samples, channels = x.shape
    chosen, outputs, taps = _sums(window, tuple(extent), x.dtype)
    filters = weight.shape[-1]
    rows = x.reshape(-1, channels)
    z = memory.temporary("z", (taps, len(rows), filters), x.dtype)
    np.matmul(rows, weight.reshape(taps, channels, filters), out=z)
    y = memory.keep((*outputs, samples, filters), x.dtype)
    np.matmul(chosen, z.reshape(-1, samples * filters), out=y.reshape(len(chosen), -1))
    return y


def backward(
    d: Array, weight: Array, x: Array, window: Window, needs_input: bool, memory: Memory
) -> tuple[Array | None, Array]:
    """Return input gradient (None unless needed) and weight gradient."""
    *extent, _, channels = x.shape
    chosen, _, taps = _sums(window, tuple(extent), d.dtype)
    filters = d.shape[-1]
    rows = x.reshape(-1, channels)
    dz = memory.temporary("z", (taps, len(rows), filters), d.dtype)
    np.matmul(chosen.T, d.reshape(len(chosen), -1), out=dz.reshape(chosen.shape[1], -1))
    dw = memory.keep(weight.shape, d.dtype)
    np.matmul(rows.T, dz, out=dw.reshape(taps, channels, filters))
    if not needs_input:
        return None, dw
    parts = memory.temporary("parts", (taps, len(rows), channels), d.dtype)
    np.matmul(dz, weight.reshape(taps, channels, filters).transpose(0, 2, 1), out=parts)
    dx = memory.keep(x.shape, d.dtype)
    np.add.reduce(parts, axis=0, out=dx.reshape(rows.shape))
    return dx, dw


@lru_cache(maxsize=256)
def _sums(
    window: Window, extent: tuple[int, ...], dtype: np.dtype[Any]
) -> tuple[Array, tuple[int, ...], int]:
    """Return S ``(P, T·Q)``, the extent of the outputs and the number of taps."""
    outputs = window.output_extent(extent)
    whole = np.ones((1, 1, 1))
    for o, k, n, s, (before, _), d in zip(
        outputs,
        window.kernel,
        extent,
        window.stride,
        window.padding,
        window.dilation,
        strict=True,
    ):
        reads = s * np.arange(o)[:, None] + d * np.arange(k) - before
        axis = reads[..., None] == np.arange(n)  # (outputs, taps, positions)
        whole = np.kron(whole, axis)
    chosen = whole.reshape(len(whole), -1).astype(dtype)
    chosen.flags.writeable = False
    return chosen, outputs, prod(window.kernel)
