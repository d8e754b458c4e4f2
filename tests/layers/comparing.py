"""How arrays are compared, and slopes measured, in the tests of layers and engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Array = Any

LAYER = {"float32": 2e-5, "float64": 1e-9}
"""Greatest error of one layer by dtype."""

NET = {"float32": 1e-4, "float64": 1e-9}
"""Greatest error of a net, and of ten training steps."""


def error(found: Any, expected: Any, floor: float = 0.0) -> float:
    """Return max|a − b| / max|b|; shapes must agree, and zero is compared absolutely.

    A greatest value below ``floor`` counts as ``floor``.
    """
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape, (found.shape, expected.shape)
    if not expected.size:
        return 0.0
    scale = max(float(np.abs(expected).max()), floor)
    apart = float(np.abs(found.astype(np.float64) - expected).max())
    assert np.isfinite(apart)
    return apart / scale if scale else apart


def assert_close(
    found: Any, expected: Any, tolerance: float, what: str = "", floor: float = 0.0
) -> None:
    worst = error(found, expected, floor)
    assert worst <= tolerance, f"{what}: error {worst:.1e}, allowed {tolerance:.0e}"


def assert_all_close(
    found: Any, expected: Any, tolerance: float, what: str = "", floor: float = 0.0
) -> None:
    """Compare nested mappings of arrays: the same keys, every array within the tolerance."""
    if isinstance(expected, Mapping):
        assert set(found) == set(expected), what
        for key in expected:
            assert_all_close(found[key], expected[key], tolerance, f"{what} {key}", floor)
    else:
        assert_close(found, expected, tolerance, what, floor)


def floor_of(arrays: Mapping[str, Any]) -> float:
    """Return a hundredth of the greatest value: below it lie slopes that are 0 but for rounding.

    The bias of a convolution before a batch normalisation has one.
    """
    return 1e-2 * max(
        float(np.abs(array).max()) for named in arrays.values() for array in named.values()
    )


def slopes(function: Callable[[Array], float], x: Array, step: float = 1e-5) -> Array:
    """Return the central differences of a function of float64 ``x``, entry by entry."""
    x = np.array(x, np.float64)
    found = np.empty_like(x)
    for at in np.ndindex(x.shape):
        there = x[at]
        x[at] = there + step
        above = function(x)
        x[at] = there - step
        found[at] = (above - function(x)) / (2 * step)
        x[at] = there
    return found
