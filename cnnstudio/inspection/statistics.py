"""A few numbers that tell whether the maps of a block are alive."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


def dead(outputs: Array) -> NDArray[np.bool_]:
    """Return for every map or unit of (P, C, …) whether it is zero for all P samples."""
    axes = (0, *range(2, outputs.ndim))
    found: NDArray[np.bool_] = ~np.any(outputs, axis=axes)
    return found


def positive_share(outputs: Array) -> float:
    """Return the share of values above zero; 0 for no values."""
    return float(np.count_nonzero(outputs > 0) / outputs.size) if outputs.size else 0.0


def norm(array: Array) -> float:
    """Return the Euclidean norm of all values."""
    return float(np.linalg.norm(array.astype(np.float64).ravel()))
