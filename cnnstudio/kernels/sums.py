"""Sums over positions and samples, as products with a vector of ones.

``1ᵀ a`` is the fastest sum over rows that NumPy has.  Summing one axis after the other keeps the
sums short, so that float32 rounds little: the error grows with the square root of the longest axis,
not of the number of positions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def over_space(a: Array) -> Array:
    """Return the sum of ``a (*spatial, N, C)`` over space, ``(N, C)``."""
    samples, channels = a.shape[-2:]
    a = a.reshape(*a.shape[:-2], samples * channels)
    while a.ndim > 1:
        a = np.matmul(np.ones(a.shape[-2], a.dtype), a)
    return a.reshape(samples, channels)


def over_positions(a: Array) -> Array:
    """Return the sum of ``a (*spatial, N, C)`` over space and samples, ``(C,)``."""
    per_sample = over_space(a)
    total: Array = np.matmul(np.ones(len(per_sample), a.dtype), per_sample)
    return total
