"""Sums over positions and samples.

``1ᵀ a`` is the fastest sum over rows that NumPy has.  Summing one axis after the other keeps the
sums short, so that float32 rounds little: the error grows with the square root of the longest axis,
not of the number of positions.

The weight gradient of a layer with few weights is a product with a very long inner dimension.  It
is faster as many short products, which the BLAS computes without copying its operands first.
"""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def over_space(a: Array) -> Array:
    """Return the sum of ``a (*spatial, N, C)`` over space, ``(N, C)``."""
    shape = a.shape[-2:]
    a = _merged(a)
    while a.ndim > 1:
        a = np.matmul(_ones(a.shape[-2], a.dtype), a)
    return a.reshape(shape)


def products_over_space(a: Array, b: Array) -> Array:
    """Return the sum of ``a · b (*spatial, N, C)`` over space, ``(N, C)``."""
    shape = a.shape[-2:]
    whole = a.flags.c_contiguous and b.flags.c_contiguous
    merged = (*((-1,) if whole else a.shape[:-2]), prod(shape))
    a, b = a.reshape(merged), b.reshape(merged)
    axes = list(range(a.ndim))
    total: Array = np.einsum(a, axes, b, axes, axes[-1:])
    return total.reshape(shape)


def over_positions(a: Array) -> Array:
    """Return the sum of ``a (*spatial, N, C)`` over space and samples, ``(C,)``."""
    per_sample = over_space(a)
    total: Array = np.matmul(_ones(len(per_sample), a.dtype), per_sample)
    return total


def _merged(a: Array) -> Array:
    """View ``(*spatial, N, C)`` as ``(*spatial, N·C)``, or ``(rows, N·C)`` if the rows are few."""
    *spatial, samples, channels = a.shape
    if a.size <= SHORT * samples * channels and a.flags.c_contiguous:
        return a.reshape(-1, samples * channels)
    return a.reshape(*spatial, samples * channels)


@lru_cache(maxsize=256)
def _ones(count: int, dtype: np.dtype[Any]) -> Array:
    return np.ones(count, dtype)


@lru_cache(maxsize=256)
def equal_shares(rows: int, count: float, dtype: np.dtype[Any]) -> Array:
    """Return ``(rows,)`` numbers 1/count, whose product with rows is their part of a mean.

    For few rows ``shares.dot(rows)`` is the cheapest call that sums.
    """
    return np.full(rows, 1 / count, dtype)


def long_product(a: Array, b: Array) -> Array:
    """Return ``a (K, M) @ b (M, F)`` for a small result and a large M."""
    (rows, length), columns = a.shape, b.shape[1]
    short = min(SHORT, UNPACKED // (rows * columns))
    if short < SHORT // 4 or length < 2 * short:
        return a @ b
    count = length // short
    end = count * short
    products = np.matmul(
        a[:, :end].reshape(rows, count, short).transpose(1, 0, 2),
        b[:end].reshape(count, short, columns),
    )
    flat = np.matmul(_ones(count, a.dtype), products.reshape(count, -1))
    total: Array = flat.reshape(rows, columns)
    total += a[:, end:] @ b[end:]
    return total


SHORT = 256
"""Inner dimension of short products, and rows that a short sum has."""

UNPACKED = 1_000_000
"""Multiply-adds up to which OpenBLAS multiplies without copying its operands."""
