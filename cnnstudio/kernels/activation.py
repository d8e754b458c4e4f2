"""Activations: one pass over memory forward, one backward.

Each function writes into ``out``, which may be ``x`` itself, and returns what its backward function
needs: **the output array itself**, which nobody may overwrite before the backward pass.  The
backward functions read ``d`` and write into ``out``, which may be ``d`` itself.

Work goes block by block, so that the second operation on a block finds it in the cache.  Masks act
by multiplication: `numpy.where` on a random mask is ten times slower.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def relu(x: Array, out: Array) -> Array:
    """Write ``max(x, 0)`` into ``out`` and return ``out``."""
    return np.maximum(x, 0, out=out)


def relu_backward(d: Array, saved: Array, out: Array) -> Array:
    """Write ``d`` where the output is positive, 0 elsewhere, into ``out`` and return it."""
    for g, y, o in _blocks(d, saved, out):
        np.multiply(g, y > 0, out=o)
    return out


def leaky_relu(x: Array, slope: float, out: Array) -> Array:
    """Write ``max(x, slope·x)`` into ``out`` and return ``out``; the slope is at most 1."""
    least = x.dtype.type(slope)
    for a, o in _blocks(x, out):
        np.maximum(a, a * least, out=o)
    return out


def leaky_relu_backward(d: Array, saved: Array, slope: float, out: Array) -> Array:
    """Write ``d`` times 1 where the output is positive, times ``slope`` elsewhere, into ``out``."""
    rest, least = d.dtype.type(1 - slope), d.dtype.type(slope)
    for g, y, o in _blocks(d, saved, out):
        slopes = (y > 0) * rest
        slopes += least
        np.multiply(g, slopes, out=o)
    return out


def sigmoid(x: Array, out: Array) -> Array:
    """Write ``1 / (1 + e^−x) = (1 + tanh(x/2)) / 2`` into ``out`` and return ``out``."""
    half = x.dtype.type(0.5)
    for a, o in _blocks(x, out):
        np.multiply(a, half, out=o)
        np.tanh(o, out=o)
        o *= half
        o += half
    return out


def sigmoid_backward(d: Array, saved: Array, out: Array) -> Array:
    """Write ``d·y·(1 − y)`` into ``out`` and return it."""
    for g, y, o in _blocks(d, saved, out):
        slopes = 1 - y
        slopes *= y
        np.multiply(g, slopes, out=o)
    return out


def tanh(x: Array, out: Array) -> Array:
    """Write ``tanh x`` into ``out`` and return ``out``."""
    return np.tanh(x, out=out)


def tanh_backward(d: Array, saved: Array, out: Array) -> Array:
    """Write ``d·(1 − y²)`` into ``out`` and return it."""
    for g, y, o in _blocks(d, saved, out):
        slopes = y * y
        np.subtract(1, slopes, out=slopes)
        np.multiply(g, slopes, out=o)
    return out


def softmax(x: Array, out: Array) -> Array:
    """Write ``e^x / Σ e^x`` over channels, the last axis, into ``out`` and return ``out``."""
    np.subtract(x, x.max(axis=-1, keepdims=True), out=out)
    np.exp(out, out=out)
    out *= 1 / out.sum(axis=-1, keepdims=True)
    return out


def softmax_backward(d: Array, saved: Array, out: Array) -> Array:
    """Write ``y·(d − Σ d·y)`` into ``out`` and return it."""
    np.subtract(d, np.vecdot(d, saved)[..., None], out=out)
    out *= saved
    return out


def multiply(x: Array, mask: Array, scale: float, out: Array) -> Array:
    """Write ``x·mask·scale`` into ``out`` and return it: dropout, forward and backward.

    Parameters
    ----------
    x, out : ndarray
        ``(*spatial, N, C)`` or ``(N, F)``; may be the same array.
    mask : ndarray of bool
        What is kept, of the same shape.
    scale : float
        ``1 / (1 − p)``.
    """
    factor = x.dtype.type(scale)
    for a, m, o in _blocks(x, mask, out):
        np.multiply(a, m, out=o)
        o *= factor
    return out


def _blocks(*arrays: Array) -> Iterator[tuple[Array, ...]]:
    """Yield matching pieces of a few thousand numbers, cut along the first axis."""
    length = len(arrays[0])
    step = max(1, BLOCK * length // max(1, arrays[0].size))
    for start in range(0, length, step):
        yield tuple(array[start : start + step] for array in arrays)


BLOCK = 1 << 16
"""Numbers per block: 256 KiB in float32."""
