"""When two products do a whole convolution, and the matrix that adds up."""

import numpy as np
import pytest

from cnnstudio.kernels.small import _sums
from tests.kernels.twins import method, window


@pytest.mark.parametrize(
    "chosen, extent, channels, samples, filters, w",
    [
        ("small", (2, 2), 16, 32, 16, window((3, 3), padding=1)),
        ("small", (6, 6), 64, 2, 64, window((3, 3), padding=1)),
        ("small", (5, 5), 3, 32, 16, window((3, 3), stride=2)),
        ("small", (30,), 16, 4, 16, window((5,), dilation=2)),
        ("winograd", (4, 4), 64, 32, 64, window((3, 3), padding=1)),
        ("taps", (5, 5), 64, 32, 64, window((3, 3), padding=1)),
        ("taps", (8, 8), 16, 1, 16, window((3, 3), padding=1)),
        ("taps", (2, 2), 16, 1, 16, window((3, 3), padding=1, groups=2)),
    ],
)
def test_the_rule(chosen, extent, channels, samples, filters, w):
    assert method(w, extent, channels, samples, filters) == chosen


def test_the_matrix_that_adds_up():
    """Three positions, two taps two apart, one zero in front: the first output reads one input."""
    found, outputs, taps = _sums(window((2,), padding=((1, 0),), dilation=2), (3,), np.float64)
    assert (outputs, taps) == ((2,), 2)
    first, second = [[0, 0, 0], [0, 1, 0]], [[1, 0, 0], [0, 0, 1]]
    assert found.reshape(2, 2, 3).tolist() == [first, second]
