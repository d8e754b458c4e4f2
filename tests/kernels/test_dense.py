"""Dense layers and biases."""

import numpy as np
import pytest

from cnnstudio.kernels import (
    Memory,
    add_bias,
    bias_gradient,
    dense,
    dense_backward,
    enter,
    leave,
)
from tests.kernels import twins
from tests.kernels.twins import assert_close


def twin(x, weight, bias):
    y = np.zeros((len(x), weight.shape[1]), x.dtype)
    for n, i, o in np.ndindex(len(x), *weight.shape):
        y[n, o] += x[n, i] * weight[i, o]
    return y + (0 if bias is None else bias)


@pytest.fixture
def arrays(rng, dtype):
    return tuple(rng.standard_normal(s).astype(dtype) for s in [(5, 7), (7, 3), (3,), (5, 3)])


def test_agrees_with_its_twin(arrays):
    x, weight, bias, _ = arrays
    assert_close(dense(x, weight, bias), twin(x, weight, bias))
    assert_close(dense(x, weight, None), twin(x, weight, None))


def test_gradients_agree_with_differences(rng):
    x, weight, bias, d = (rng.standard_normal(s) for s in [(2, 4), (4, 3), (3,), (2, 3)])
    dx, dw, db = dense_backward(d, x, weight)
    assert_close(dx, twins.numeric_gradient(lambda v: dense(v, weight, bias), x, d, 1e-2))
    assert_close(dw, twins.numeric_gradient(lambda v: dense(x, v, bias), weight, d, 1e-2))
    assert_close(db, twins.numeric_gradient(lambda v: dense(x, weight, v), bias, d, 1e-2))
    none, dw_alone, db_alone = dense_backward(d, x, weight, needs_input=False)
    assert none is None
    assert np.array_equal(dw, dw_alone)
    assert np.array_equal(db, db_alone)


def test_views_memory_and_read_only_inputs(arrays):
    x, weight, bias, d = arrays
    for array in arrays:
        array.flags.writeable = False
    memory = Memory()
    first = dense(x[::2], weight, bias, memory).copy()
    memory.rewind()
    dense(-x, weight, bias, memory)
    memory.rewind()
    assert np.array_equal(dense(x[::2], weight, bias, memory), first)
    assert_close(first, twin(x[::2], weight, bias))
    dx, dw, db = dense_backward(d[::2], x[::2], weight)
    assert_close(dx, d[::2] @ weight.T)
    assert_close(dw, x[::2].T @ d[::2])
    assert_close(db, d[::2].sum(0))


@pytest.mark.parametrize("spatial", [(), (5,), (3, 4), (2, 3, 2), (20, 15)])
def test_bias_of_every_rank(spatial, dtype, rng):
    y = rng.standard_normal((2, 3, *spatial)).astype(dtype)
    bias = rng.standard_normal(3).astype(dtype)
    inside = enter(y)
    assert add_bias(inside, bias) is inside
    assert_close(leave(inside), y + bias.reshape(1, 3, *(1,) * len(spatial)))
    axes = (0, *range(2, y.ndim))
    assert_close(bias_gradient(enter(y)), y.sum(axes))
    view = enter(y)[..., 1:, :]
    assert_close(bias_gradient(view), y[1:].sum(axes))
    add_bias(view, bias)
    assert_close(leave(view), y[1:] + bias.reshape(1, 3, *(1,) * len(spatial)))


def test_the_bias_gradient_of_many_positions_is_exact_enough():
    d = np.random.default_rng(5).random((90, 90, 64, 2), np.float32)
    exact = d.astype(np.float64).sum((0, 1, 2))
    assert twins.error(bias_gradient(d), exact) < 2e-6
