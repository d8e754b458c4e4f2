"""The Cook-Toom matrices, and the accuracy of Winograd's convolution at a real size."""

import numpy as np
import pytest

from cnnstudio.kernels import convolve, convolve_backward
from cnnstudio.kernels.winograd import FINITE_POINTS, OUT, TAPS, cook_toom
from tests.kernels.twins import error, window


@pytest.mark.parametrize(
    "outputs, taps, points",
    [
        (4, 3, FINITE_POINTS),
        (2, 3, (0.0, 1.0, -1.0)),
        (3, 2, (0.0, 1.0, -2.0)),
        (2, 2, (0.5, -1.0)),
    ],
)
def test_the_matrices_correlate(outputs, taps, points, rng):
    at, g, bt = cook_toom(outputs, taps, points)
    x, w = rng.standard_normal(outputs + taps - 1), rng.standard_normal(taps)
    found = at @ ((g @ w) * (bt @ x))
    assert error(found, np.correlate(x, w, "valid")) < 1e-13


def test_float32_is_accurate_at_128_channels():
    """The bound of one layer, 2e-5, with room to spare."""
    assert (OUT, TAPS) == (4, 3)
    rng = np.random.default_rng(3)
    w = window((3, 3), padding=1)
    x, weight = rng.standard_normal((16, 16, 4, 128)), rng.standard_normal((3, 3, 128, 32))
    d = rng.standard_normal((16, 16, 4, 32))
    exact_y, saved = convolve(x, weight, w)
    exact = (exact_y, *convolve_backward(d, weight, saved, w))
    x, weight, d = (a.astype(np.float32) for a in (x, weight, d))
    y, saved = convolve(x, weight, w)
    for a, b in zip((y, *convolve_backward(d, weight, saved, w)), exact, strict=True):
        assert error(a, b) < 1e-5
