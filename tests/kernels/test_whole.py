"""When a whole map is one tile, and how accurate that is at a real size."""

import numpy as np
import pytest

from cnnstudio.kernels import convolve, convolve_backward
from tests.kernels import twins
from tests.kernels.twins import error, method, window


@pytest.mark.parametrize(
    "chosen, extent, channels, samples, w",
    [
        ("whole", (14, 14), 64, 32, window((9, 9))),
        ("whole", (28, 28), 16, 32, window((5, 5), padding=2)),
        ("taps", (14, 14), 64, 4, window((9, 9))),
        ("taps", (41, 41), 16, 32, window((5, 5))),
        ("taps", (40, 40), 16, 32, window((5, 5), padding=1)),
        ("planes whole", (14, 14), 6, 32, window((5, 5))),
        ("planes", (14, 14), 3, 32, window((9, 9))),
        ("taps", (14, 14), 64, 32, window((9, 4))),
        ("taps", (14, 14), 64, 32, window((9, 9), stride=(1, 2))),
        ("taps", (28, 28), 64, 32, window((5, 5), dilation=(1, 2))),
        ("taps", (14, 14), 64, 32, window((9, 9), groups=2)),
        ("taps", (90,), 64, 32, window((9,))),
        ("taps", (7, 7, 7), 16, 32, window((5, 5, 5))),
    ],
)
def test_the_rule(chosen, extent, channels, samples, w):
    assert method(w, extent, channels, samples) == chosen


@pytest.mark.parametrize("dtype, bound", [("float32", 1e-5), ("float64", 1e-12)])
@pytest.mark.parametrize(
    "extent, w, channels, filters",
    [
        ((14, 14), window((9, 9)), 64, 16),
        ((12, 12), window((5, 5)), 64, 16),
        ((8, 8), window((5, 5), padding=2), 128, 8),
        ((34, 36), window((7, 5), padding=2), 12, 4),
    ],
)
def test_accuracy(extent, w, channels, filters, dtype, bound):
    """Against tap by tap, which few samples take, in float64."""
    rng = np.random.default_rng(4)
    samples = 32
    x = rng.standard_normal((*extent, samples, channels))
    weight = rng.standard_normal((*w.kernel, channels, filters))
    d = rng.standard_normal((*twins.output_extent(extent, w), samples, filters))
    assert method(w, extent, channels, samples, filters) == "whole"
    y = convolve(x.astype(dtype), weight.astype(dtype), w)
    dx, dw = convolve_backward(d.astype(dtype), weight.astype(dtype), x.astype(dtype), w)
    assert method(w, extent, channels, 1, filters) == "taps"
    expected_dw = 0
    for i in range(samples):
        one = slice(i, i + 1)
        expected_y = convolve(x[..., one, :], weight, w)
        expected_dx, part = convolve_backward(d[..., one, :], weight, x[..., one, :], w)
        expected_dw = expected_dw + part
        assert error(y[..., one, :], expected_y) < bound
        assert error(dx[..., one, :], expected_dx) < bound
    assert error(dw, expected_dw) < bound
