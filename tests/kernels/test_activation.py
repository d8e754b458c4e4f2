"""Activations against their formulas and against differences."""

import numpy as np
import pytest

from cnnstudio import kernels
from tests.kernels import twins
from tests.kernels.twins import assert_close


def exact_softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


FORMULAS = {
    "relu": lambda x: np.where(x > 0, x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.1 * x),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
    "softmax": exact_softmax,
}
SLOPE = {"leaky_relu": (0.1,)}


def forward(name, x, out=None):
    out = np.empty_like(x) if out is None else out
    saved = getattr(kernels, name)(x, *SLOPE.get(name, ()), out)
    return out, saved


def backward(name, d, saved, out=None):
    out = np.empty_like(d) if out is None else out
    found = getattr(kernels, f"{name}_backward")(d, saved, *SLOPE.get(name, ()), out)
    assert found is out
    return out


@pytest.fixture(params=FORMULAS)
def name(request):
    return request.param


@pytest.mark.parametrize("shape", [(6, 5), (3, 4, 2, 5), (1, 1, 1, 5)])
def test_agrees_with_its_formula(name, shape, dtype, rng):
    x = 3 * rng.standard_normal(shape)
    x.flags.writeable = False
    y, _ = forward(name, x.astype(dtype))
    assert y.dtype == dtype
    assert_close(y, FORMULAS[name](x))


def test_gradient_agrees_with_differences(name, rng):
    x, d = rng.standard_normal((2, 3, 2, 4)), rng.standard_normal((2, 3, 2, 4))
    x += 0.1 * np.sign(x)  # away from the kink
    _, saved = forward(name, x)
    expected = twins.numeric_gradient(lambda v: forward(name, v)[0], x, d)
    assert twins.error(backward(name, d, saved), expected) < 1e-8


def test_in_place_gives_the_same_bits(name, dtype, rng):
    x, d = (rng.standard_normal((40, 50, 6, 4)).astype(dtype) for _ in range(2))
    d.flags.writeable = False
    y, saved = forward(name, x)
    dx = backward(name, d, saved)
    there = x.copy()
    same, saved_there = forward(name, there, out=there)
    assert same is there
    assert np.array_equal(there, y)
    gradient = d.copy()
    assert np.array_equal(backward(name, gradient, saved_there, out=gradient), dx)


def test_views(name, rng):
    x, d = rng.standard_normal((3, 4, 6, 5)), rng.standard_normal((3, 4, 6, 5))
    y, saved = forward(name, x[..., 2:4, :])
    assert_close(y, FORMULAS[name](x[..., 2:4, :]))
    whole = backward(name, d, forward(name, x)[1])
    assert_close(backward(name, d[..., 2:4, :], saved), whole[..., 2:4, :])


def test_the_output_is_saved(name, rng):
    y, saved = forward(name, rng.standard_normal((3, 4)))
    assert saved is y


def test_slopes_from_0_to_1():
    x, d = np.array([[-2.0, -1.0, 0.0, 3.0]]), np.array([[5.0, 6.0, 7.0, 8.0]])
    for slope, y, dx in (
        (0.0, [0, 0, 0, 3], [0, 0, 0, 8]),
        (0.5, [-1, -0.5, 0, 3], [2.5, 3, 3.5, 8]),
        (1.0, [-2, -1, 0, 3], [5, 6, 7, 8]),
    ):
        found = kernels.leaky_relu(x, slope, np.empty_like(x))
        assert found.tolist() == [y]
        assert kernels.leaky_relu_backward(d, found, slope, np.empty_like(d)).tolist() == [dx]


def test_large_inputs_stay_finite(name, dtype):
    x = np.array([[-1e4, 0, 1e4], [800, 800, -800]], dtype)
    with np.errstate(all="raise", under="ignore"):
        y, saved = forward(name, x)
        dx = backward(name, np.ones_like(y), saved)
    assert np.isfinite(y).all()
    assert np.isfinite(dx).all()


def test_a_nan_shows(name):
    assert np.isnan(forward(name, np.array([[1.0, np.nan]]))[0]).any()


def test_multiply_keeps_and_scales(dtype, rng):
    x, mask = rng.standard_normal((9, 8, 7)).astype(dtype), rng.random((9, 8, 7)) < 0.5
    out = np.empty_like(x)
    assert kernels.multiply(x, mask, 2.5, out) is out
    assert_close(out, np.where(mask, 2.5 * x, 0))
    kernels.multiply(x, mask, 2.5, x)
    assert np.array_equal(x, out)
