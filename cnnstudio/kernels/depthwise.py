"""Depthwise convolution: each channel has filters of its own, so there is no matrix product.

With one number per channel and tap, repeated for the N samples, the convolution is a sum of
products over taps, for blocks q of N·C contiguous numbers (height o, width p, taps i, j)::

    y[o, p, q]  = Σ_ij windows[o, p, i, j, q] · w[i, j, q]
    dw[i, j, q] = Σ_op windows[o, p, i, j, q] · d[o, p, q]

`numpy.einsum` does this in one pass with multiply and add in one step, three times faster than tap
by tap.  The input gradient is the same sum over ``d``, its numbers ``stride`` apart and zeros in
between, with the kernel turned round.  With m filters per channel the channels are repeated first.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels.memory import Memory
from cnnstudio.kernels.window import Window, pad, pieces, sliding

Array = NDArray[Any]
Shape = tuple[int, ...]


def forward(x: Array, weight: Array, window: Window, memory: Memory) -> Array:
    """Return the convolution of ``x (*spatial, N, C)`` with ``weight (*kernel, 1, F)``."""
    outputs = window.output_extent(x.shape[:-2])
    source = _blocks(_repeated(pad(x, window, 0, memory), weight.shape[-1]))
    y = memory.keep((*outputs, x.shape[-2], weight.shape[-1]), x.dtype)
    _correlate(source, np.tile(weight[..., 0, :], x.shape[-2]), window, _blocks(y))
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
    *outputs, samples, filters = d.shape
    rank = len(outputs)
    source = _blocks(_repeated(pad(x, window, 0, memory), filters))
    windows = sliding(source, window, tuple(outputs))
    gradient = _blocks(d)
    total = np.zeros((*window.kernel, samples * filters), d.dtype)
    places, taps = range(rank), range(rank, 2 * rank)
    for rows in pieces(outputs[0], 2 * prod(outputs[1:]) * samples * filters):
        total += np.einsum(
            windows[rows], [*places, *taps, 6], gradient[rows], [*places, 6], [*taps, 6]
        )
    dw = memory.keep(shape, d.dtype)
    np.sum(total.reshape(*window.kernel, samples, filters), axis=-2, out=dw[..., 0, :])
    return dw


def input_gradient(
    d: Array, weight: Array, extent: tuple[int, ...], window: Window, memory: Memory
) -> Array:
    """Return the gradient of an input with spatial ``extent`` from ``d``, that of the output."""
    *outputs, samples, filters = d.shape
    rank = len(outputs)
    reach = tuple(n * (k - 1) for n, k in zip(window.dilation, window.kernel, strict=True))
    room = tuple(
        n + before + after + r
        for n, (before, after), r in zip(extent, window.padding, reach, strict=True)
    )
    spread = memory.temporary("spread", (*room, samples, filters), d.dtype, zero=True)
    spread[_every(reach, outputs, window.stride)] = d
    first = tuple(before for before, _ in window.padding)
    needed = tuple(n + r for n, r in zip(extent, reach, strict=True))
    turned = np.flip(weight[..., 0, :], tuple(range(rank)))
    sliding_once = Window(window.kernel, (1,) * rank, ((0, 0),) * rank, window.dilation)
    dx = memory.keep((*extent, samples, filters), d.dtype)
    source = _blocks(spread)[_every(first, needed, (1,) * rank)]
    _correlate(source, np.tile(turned, samples), sliding_once, _blocks(dx))
    if window.groups < filters:
        dx = dx.reshape(*dx.shape[:-1], window.groups, -1).sum(axis=-1)
    return dx


def _every(first: Shape, count: Iterable[int], step: Shape) -> tuple[slice, ...]:
    """Return, per axis, the slice of so many positions, ``step`` apart."""
    return tuple(
        slice(a, a + (n - 1) * s + 1, s) for a, n, s in zip(first, count, step, strict=True)
    )


def _correlate(source: Array, factors: Array, window: Window, out: Array) -> None:
    """Fill ``out (*outputs, Q)`` from padded ``source (*spatial, Q)``, ``factors (*kernel, Q)``."""
    rank = out.ndim - 1
    windows = sliding(source, window, out.shape[:-1])
    places, taps = range(rank), range(rank, 2 * rank)
    np.einsum(windows, [*places, *taps, 6], factors, [*taps, 6], [*places, 6], out=out)


def _blocks(a: Array) -> Array:
    """View ``(*spatial, N, C)`` as ``(*spatial, N·C)``, copying if it is not contiguous there."""
    return a.reshape(*a.shape[:-2], -1)


def _repeated(x: Array, filters: int) -> Array:
    """Repeat each channel for each of its filters."""
    channels = x.shape[-1]
    return x if channels == filters else np.repeat(x, filters // channels, axis=-1)
