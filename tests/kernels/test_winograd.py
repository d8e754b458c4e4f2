"""The accuracy of Winograd's convolution at a real size."""

import numpy as np

from cnnstudio.kernels import convolve, convolve_backward
from cnnstudio.kernels.winograd import OUT, TAPS, suits
from tests.kernels.twins import error, window


def test_float32_is_accurate_at_128_channels():
    """The bound of one layer, 2e-5, with room to spare."""
    assert (OUT, TAPS) == (4, 3)
    rng = np.random.default_rng(3)
    w = window((3, 3), padding=1)
    x, weight = rng.standard_normal((16, 16, 4, 128)), rng.standard_normal((3, 3, 128, 32))
    d = rng.standard_normal((16, 16, 4, 32))
    exact = (convolve(x, weight, w), *convolve_backward(d, weight, x, w))
    x, weight, d = (a.astype(np.float32) for a in (x, weight, d))
    found = (convolve(x, weight, w), *convolve_backward(d, weight, x, w))
    for a, b in zip(found, exact, strict=True):
        assert error(a, b) < 1e-5


def test_few_tiles_are_not_worth_it():
    w = window((3, 3), padding=1)
    assert suits(w, (8, 8), 64, 8) and suits(w, (64, 64), 64, 1)
    assert not suits(w, (8, 8), 64, 7) and not suits(w, (32, 32), 64, 1)
    assert not suits(w, (1, 64), 64, 32)
