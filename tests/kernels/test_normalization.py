"""Batch normalisation in chunks against the plain formula, also far from zero."""

from itertools import pairwise

import numpy as np
import pytest

from cnnstudio.kernels import (
    Memory,
    chunk,
    enter,
    leave,
    moments,
    normalize,
    normalize_backward,
    normalize_means,
)
from tests.kernels import twins
from tests.kernels.twins import assert_close

EPSILON = 1e-5
SHAPES = [(6, 3), (6, 3, 5), (6, 3, 4, 5), (6, 3, 2, 3, 4)]


def drawn(shape, dtype, centre):
    rng = np.random.default_rng(6)
    x = (rng.standard_normal(shape) + centre).astype(dtype)
    d = rng.standard_normal(shape).astype(dtype)
    weight, bias = rng.standard_normal((2, shape[1])).astype(dtype)
    return x, d, weight, bias


def run(x, d, weight, bias, chunks, memory=None):
    """Train-mode forward and backward, chunk by chunk."""
    memory = Memory() if memory is None else memory
    cuts = [0, *chunks, len(x)]
    xs = [chunk(enter(x), a, b) for a, b in pairwise(cuts)]
    ds = [chunk(enter(d), a, b) for a, b in pairwise(cuts)]
    whole = moments(xs[0])
    for part in xs[1:]:
        whole = whole + moments(part)
    forward = [normalize(a, whole.mean, whole.variance, weight, bias, EPSILON, memory) for a in xs]
    means = sum(
        normalize_means(g, saved, whole.count) for g, (_, saved) in zip(ds, forward, strict=True)
    )
    dxs = [
        normalize_backward(g, saved, weight, means, memory)
        for g, (_, saved) in zip(ds, forward, strict=True)
    ]
    y = np.concatenate([leave(y) for y, _ in forward])
    return whole, y, np.concatenate([leave(g) for g in dxs]), means * whole.count


@pytest.fixture(params=[0, 100, 1 << 20], ids=["tiled", "both", "few"], autouse=True)
def few(request, monkeypatch):
    """Arrays up to so many values go the short way; 100 lets chunks of one batch go both."""
    monkeypatch.setattr("cnnstudio.kernels.normalization.FEW", request.param)
    return request.param


@pytest.mark.parametrize("centre", [0, 2, 100, 3000])
@pytest.mark.parametrize("chunks", [(), (2,), (1, 4)])
@pytest.mark.parametrize("shape", SHAPES)
def test_agrees_with_its_twin(shape, chunks, centre, dtype):
    x, d, weight, bias = drawn(shape, dtype, centre)
    whole, y, dx, sums = run(x, d, weight, bias, chunks)
    assert y.dtype == dx.dtype == sums.dtype == dtype
    wide = x.astype(np.float64)
    axes = (0, *range(2, x.ndim))
    assert whole.count == x.size // 3
    assert twins.error(whole.mean, wide.mean(axes)) < TIGHT[dtype.name]
    assert twins.error(whole.variance, wide.var(axes)) < TIGHT[dtype.name]
    assert_close(y, twins.batch_norm(x, weight, bias, EPSILON))
    # the formula of the gradient, in float64
    per_channel = (1, 3, *(1,) * len(shape[2:]))
    deviation = np.sqrt(wide.var(axes, keepdims=True) + EPSILON)
    hat = (wide - wide.mean(axes, keepdims=True)) / deviation
    assert_close(sums, np.stack([d.sum(axes, np.float64), (d * hat).sum(axes)]))
    expected = (
        d - d.mean(axes, np.float64, keepdims=True) - hat * (d * hat).mean(axes, keepdims=True)
    )
    assert_close(dx, weight.reshape(per_channel) / deviation * expected)


TIGHT = {"float32": 1e-6, "float64": 1e-12}


def test_gradient_agrees_with_differences():
    x, d, weight, bias = drawn((4, 3, 5), np.float64, 1)
    _, _, dx, sums = run(x, d, weight, bias, (1,))

    def forward(x, weight, bias):
        return run(x, d, weight, bias, ())[1]

    expected = twins.numeric_gradient(lambda v: forward(v, weight, bias), x, d)
    assert twins.error(dx, expected) < 1e-7
    expected = twins.numeric_gradient(lambda v: forward(x, v, bias), weight, d)
    assert twins.error(sums[1], expected) < 1e-7
    expected = twins.numeric_gradient(lambda v: forward(x, weight, v), bias, d)
    assert twins.error(sums[0], expected) < 1e-7


def test_constant_statistics(dtype):
    x, d, weight, bias = drawn((4, 3, 5), dtype, 2)
    mean, variance = np.array([1, 2, 3], dtype), np.array([0.5, 1, 4], dtype)
    y, saved = normalize(enter(x), mean, variance, weight, bias, EPSILON)
    scale = (weight / np.sqrt(variance.astype(np.float64) + EPSILON)).reshape(1, 3, 1)
    assert_close(leave(y), (x - mean.reshape(1, 3, 1)) * scale + bias.reshape(1, 3, 1))
    dx = normalize_backward(enter(d), saved, weight, None)
    assert_close(leave(dx), d * scale)


def test_moments_of_a_constant_have_no_deviation(dtype):
    found = moments(np.full((7, 5, 4, 2), 12.34, dtype))
    assert twins.error(found.mean, np.full(2, 12.34)) < 1e-6
    assert (found.variance >= 0).all()
    assert (found.variance < 1e-10).all()


def test_reused_memory_gives_the_same_bits_and_inputs_stay(dtype):
    x, d, weight, bias = drawn((4, 3, 9, 8), dtype, 1)
    for array in (x, d, weight, bias):
        array.flags.writeable = False
    memory = Memory()
    first = [a.copy() for a in run(x, d, weight, bias, (2,), memory)[1:]]
    held = memory.nbytes
    memory.rewind()
    run(-x, d + 1, weight, bias, (2,), memory)
    memory.rewind()
    again = run(x, d, weight, bias, (2,), memory)[1:]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert memory.nbytes == held


def test_many_tiles_give_what_one_tile_gives(dtype, monkeypatch):
    x, d, weight, bias = drawn((4, 3, 9, 8), dtype, 100)
    whole = run(x, d, weight, bias, ())[1:]
    monkeypatch.setattr("cnnstudio.kernels.window.TILE", 1)
    for a, b in zip(run(x, d, weight, bias, ())[1:], whole, strict=True):
        assert_close(a, b)


def test_moments_of_parts_add_up_to_those_of_the_whole():
    whole = moments(np.array([[1.0], [2.0]])) + moments(np.array([[3.0], [5.0], [9.0]]))
    # 1, 2, 3, 5, 9: mean 4, squared deviations 9 + 4 + 1 + 1 + 25 = 40
    assert whole.count == 5
    assert whole.mean == pytest.approx([4])
    assert whole.variance == pytest.approx([8])


def test_means_of_the_gradient_by_hand():
    x, d = np.array([[1.0, 0], [3, 4]]), np.array([[1.0, 2], [5, 2]])
    _, saved = normalize(x, np.array([2.0, 2]), np.array([1.0, 4]), np.ones(2), np.ones(2), 0)
    # x̂ is −1, 1 in both columns; the two rows are half of a mini-batch
    np.testing.assert_allclose(normalize_means(d, saved, 4), [[1.5, 1], [1, 0]], atol=1e-15)
