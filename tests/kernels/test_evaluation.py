"""The matrices of bilinear convolutions: exact, and harmless to rounding."""

import numpy as np
import pytest

from cnnstudio.kernels.evaluation import cook_toom, good_points, matrices
from tests.kernels.twins import error


@pytest.mark.parametrize(
    "outputs, taps, points",
    [
        (4, 3, (0.0, 1.0, -1.0, 2.0, -2.0)),
        (2, 3, (0.0, 1.0, -1.0)),
        (3, 2, (0.0, 1.0, -2.0)),
        (2, 2, (0.5, -1.0)),
        (2, 2, (1j,)),
        (3, 3, (1.0, -1.0, 0.5 + 2j)),
        (1, 4, (0.0, 1 + 1j)),
    ],
)
def test_the_matrices_correlate(outputs, taps, points, rng):
    at, g, bt = cook_toom(outputs, taps, points)
    pairs = sum(bool(np.imag(p)) for p in points)
    assert len(g) == len(bt) == at.shape[1] == outputs + taps - 1 + pairs
    x, w = rng.standard_normal(outputs + taps - 1), rng.standard_normal(taps)
    assert error(at @ ((g @ w) * (bt @ x)), np.correlate(x, w, "valid")) < 1e-13


@pytest.mark.parametrize("taps", [5, 6, 9])
@pytest.mark.parametrize("n", range(9, 41))
def test_good_points_round_well(n, taps, rng):
    outputs = n - taps + 1
    x, w = rng.standard_normal(n), rng.standard_normal(taps)
    expected = np.correlate(x, w, "valid")
    for dtype, bound in (np.dtype("float64"), 1e-13), (np.dtype("float32"), 1e-5):
        at, g, bt = matrices(outputs, taps, good_points(n), dtype)
        assert at.dtype == g.dtype == bt.dtype == dtype
        found = at @ ((g @ w.astype(dtype)) * (bt @ x.astype(dtype)))
        assert error(found, expected) < bound


@pytest.mark.parametrize("n", range(5, 41))
def test_good_points_differ(n):
    points = np.array(good_points(n))
    every = np.concatenate([points, points[np.imag(points) != 0].conj()])
    assert len(every) == n - 1
    distances = np.abs(every[:, None] - every) + 2 * np.eye(n - 1)
    assert distances.min() > 0.1


@pytest.mark.parametrize("n", [6, 8, 14, 18, 40])
def test_zeros_are_zeros(n):
    """Products with rounding errors of zeros would be denormal."""
    for matrix in matrices(n - 4, 5, good_points(n), np.dtype("float32")):
        found = abs(matrix[matrix != 0])
        assert found.min() > 1e-9
