"""Pooling against its twin, and ties against values worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.kernels import (
    Memory,
    average_pool,
    average_pool_backward,
    enter,
    global_average,
    global_average_backward,
    leave,
    max_pool,
    max_pool_backward,
)
from tests.kernels import twins
from tests.kernels.twins import assert_close, window

CASES = [
    ((9,), window((2,), stride=2)),
    ((9,), window((3,), stride=2, padding=1)),
    ((9,), window((4,), stride=2)),
    ((6, 8), window((2, 2), stride=2)),
    ((7, 9), window((2, 2), stride=2)),
    ((7, 7), window((3, 3), stride=2, padding=1)),
    ((7, 9), window((3, 2), stride=(1, 3), padding=((1, 0), (0, 1)))),
    ((9, 9), window((3, 3))),
    ((9, 11), window((4, 6), stride=(2, 3), padding=((0, 1), (2, 2)))),
    ((12, 12), window((6, 4), stride=2)),
    ((8, 8), window((2, 1), stride=(3, 4))),
    ((5, 5), window((1, 1), stride=2)),
    ((5, 5), window((1, 1))),
    ((4, 5, 6), window((2, 3, 2), stride=(2, 1, 2), padding=((1, 0), (1, 1), (0, 0)))),
    ((4, 6, 4), window((2, 4, 2), stride=2)),
]


@pytest.fixture(params=CASES, ids=str)
def case(request):
    return request.param


def drawn(case, dtype, ties, samples=2):
    extent, w = case
    rng = np.random.default_rng(4)
    x = rng.standard_normal((samples, 2, *extent)).astype(dtype)
    d = rng.standard_normal((samples, 2, *twins.output_extent(extent, w))).astype(dtype)
    return (np.round(x) if ties else x), d


def run_max(x, d, w, memory=None):
    memory = Memory() if memory is None else memory
    y, saved = max_pool(enter(x), w, memory)
    return leave(y), leave(max_pool_backward(enter(d), saved, memory))


def run_average(x, d, w, memory=None):
    memory = Memory() if memory is None else memory
    y = average_pool(enter(x), w, memory)
    return leave(y), leave(average_pool_backward(enter(d), x.shape[2:], w, memory))


@pytest.mark.parametrize("ties", [False, True], ids=["apart", "ties"])
def test_maximum_agrees_with_its_twin(case, dtype, ties):
    x, d = drawn(case, dtype, ties)
    y, dx = run_max(x, d, case[1])
    assert np.array_equal(y, twins.max_pool(x, case[1]))
    assert_close(dx, twins.max_pool_backward(d, x, case[1]))


def test_maximum_without_masks(case, dtype):
    x, _ = drawn(case, dtype, ties=False)
    with_masks, without = Memory(), Memory()
    expected, _ = max_pool(enter(x), case[1], with_masks)
    y, _ = max_pool(enter(x), case[1], without, masks=False)
    assert np.array_equal(y, expected)
    assert without.nbytes <= with_masks.nbytes


def test_average_agrees_with_its_twin(case, dtype):
    x, d = drawn(case, dtype, ties=False)
    y, dx = run_average(x, d, case[1])
    assert_close(y, twins.average_pool(x, case[1]))
    assert_close(dx, twins.average_pool_backward(d, x, case[1]))


def test_gradients_agree_with_differences(case):
    x, d = drawn(case, np.float64, ties=False, samples=1)
    w = case[1]
    for run in (run_max, run_average):
        expected = twins.numeric_gradient(lambda v, run=run: run(v, d, w)[0], x, d)
        assert twins.error(run(x, d, w)[1], expected) < 1e-7


def test_the_first_winner_in_reading_order_takes_the_gradient():
    x = np.array([[1, 7, 7, 0], [7, 7, 7, 7], [2, 2, 3, 3], [2, 2, 3, 3]], np.float32)
    d = np.array([[10, 20], [30, 40]], np.float32)
    y, dx = run_max(x[None, None], d[None, None], window((2, 2), stride=2))
    assert y[0, 0].tolist() == [[7, 7], [2, 3]]
    assert dx[0, 0].tolist() == [[0, 10, 20, 0], [0, 0, 0, 0], [30, 0, 40, 0], [0, 0, 0, 0]]


def test_overlapping_windows_add_up_at_a_shared_winner():
    x = np.array([[5, 1, 5, 9, 9]], np.float32)
    d = np.array([[1, 10, 100]], np.float32)
    y, dx = run_max(x[None], d[None], window((3,)))
    assert y[0].tolist() == [[5, 9, 9]]
    assert dx[0].tolist() == [[1, 0, 0, 110, 0]]


def test_blocks_keep_the_order_of_ties():
    """A window of 4 every 2 is pooled as two blocks of two."""
    x = np.array([[3, 3, 3, 3, 1, 4, 4, 4]], np.float32)
    d = np.array([[1, 10, 100]], np.float32)
    y, dx = run_max(x[None], d[None], window((4,), stride=2))
    assert y[0].tolist() == [[3, 4, 4]]
    assert dx[0].tolist() == [[1, 0, 0, 0, 0, 110, 0, 0]]


def test_padding_never_wins_and_is_never_counted():
    w = window((3, 3), stride=2, padding=1)
    x = np.full((1, 1, 5, 5), -4.0)
    d = np.ones((1, 1, 3, 3))
    y, dx = run_max(x, d, w)
    assert (y == -4).all()
    assert dx.sum() == 9
    assert (run_average(x, d, w)[0] == -4).all()


def test_a_nan_shows():
    x = np.zeros((1, 1, 4, 6))
    x[0, 0, 1, 4] = np.nan
    w = window((2, 2), stride=2)
    y, _ = max_pool(enter(x), w)
    assert np.isnan(leave(y))[0, 0].tolist() == [[False, False, True], [False] * 3]
    y = average_pool(enter(x), w)
    assert np.isnan(leave(y))[0, 0].tolist() == [[False, False, True], [False] * 3]


def test_views_are_read_and_nothing_is_written(case):
    x, d = drawn(case, np.float32, ties=False, samples=4)
    inside, gradient = enter(x), enter(d)
    inside.flags.writeable = gradient.flags.writeable = False
    y, saved = max_pool(inside[..., 1:3, :], case[1])
    dx = max_pool_backward(gradient[..., 1:3, :], saved)
    expected = run_max(x[1:3], d[1:3], case[1])
    assert np.array_equal(leave(y), expected[0])
    assert np.array_equal(leave(dx), expected[1])
    y = average_pool(inside[..., 1:3, :], case[1])
    dx = average_pool_backward(gradient[..., 1:3, :], case[0], case[1])
    expected = run_average(x[1:3], d[1:3], case[1])
    assert np.array_equal(leave(y), expected[0])
    assert np.array_equal(leave(dx), expected[1])


@pytest.mark.parametrize("run", [run_max, run_average])
def test_reused_memory_gives_the_same_bits(case, run):
    x, d = drawn(case, np.float32, ties=True)
    memory = Memory()
    first = [a.copy() for a in run(x, d, case[1], memory)]
    held = memory.nbytes
    memory.rewind()
    run(-x, d - 1, case[1], memory)
    memory.rewind()
    again = run(x, d, case[1], memory)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert memory.nbytes == held


def test_many_tiles_give_what_one_tile_gives(case, dtype, monkeypatch):
    x, d = drawn(case, dtype, ties=True)
    whole = [*run_max(x, d, case[1]), *run_average(x, d, case[1])]
    monkeypatch.setattr("cnnstudio.kernels.window.TILE", 1)
    again = [*run_max(x, d, case[1]), *run_average(x, d, case[1])]
    for a, b in zip(again, whole, strict=True):
        assert_close(a, b)


@settings(max_examples=60)
@given(st.data())
def test_any_window_agrees_with_its_twin(data):
    rank = data.draw(st.integers(1, 3))
    kernel = tuple(data.draw(st.integers(1, 4)) for _ in range(rank))
    stride = tuple(data.draw(st.integers(1, 4)) for _ in range(rank))
    padding = tuple(
        (data.draw(st.integers(0, k // 2)), data.draw(st.integers(0, k // 2))) for k in kernel
    )
    extent = tuple(k + data.draw(st.integers(0, 4)) for k in kernel)
    case = (extent, twins.Window(kernel, stride, padding, (1,) * rank))
    x, d = drawn(case, np.float64, ties=True)
    y, dx = run_max(x, d, case[1])
    assert np.array_equal(y, twins.max_pool(x, case[1]))
    assert_close(dx, twins.max_pool_backward(d, x, case[1]))
    y, dx = run_average(x, d, case[1])
    assert_close(y, twins.average_pool(x, case[1]))
    assert_close(dx, twins.average_pool_backward(d, x, case[1]))


@pytest.mark.parametrize("spatial", [(7,), (3, 5), (2, 3, 4)])
def test_global_average(spatial, dtype, rng):
    x = rng.standard_normal((3, 4, *spatial)).astype(dtype)
    d = rng.standard_normal((3, 4)).astype(dtype)
    assert_close(global_average(enter(x)), x.reshape(3, 4, -1).mean(-1))
    dx = leave(global_average_backward(d, spatial))
    assert dx.dtype == dtype
    expected = np.broadcast_to(d[(..., *(None,) * len(spatial))] / np.prod(spatial), x.shape)
    assert_close(dx, expected)
    assert_close(global_average(enter(x)[..., 1:, :]), x[1:].reshape(2, 4, -1).mean(-1))
