"""Convolution against its twin, method by method."""

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.kernels import (
    Memory,
    convolve,
    convolve_backward,
    enter,
    leave,
    pack_weight,
    planes,
    unpack_weight,
)
from cnnstudio.kernels.convolution import methods
from cnnstudio.kernels.small import LARGEST
from tests.kernels import twins
from tests.kernels.twins import assert_close, method, window

# method, extent, channels, filters, window
CASES = [
    ("planes", (13,), 1, 4, window((3,))),
    ("planes", (13,), 3, 2, window((4,), stride=2, padding=((3, 1),))),
    ("planes", (13,), 3, 2, window((3,), stride=2, padding=2, dilation=3)),
    ("planes", (7, 8), 1, 3, window((5, 5), padding=2)),
    ("planes", (7, 8), 3, 3, window((3, 3), padding=1)),
    ("planes", (9, 7), 2, 3, window((3, 2), stride=(2, 3), padding=((1, 0), (0, 2)))),
    ("planes", (9, 9), 3, 2, window((3, 2), dilation=(2, 1))),
    ("planes", (9, 9), 3, 2, window((3, 2), dilation=(1, 3), stride=2)),
    ("planes", (4, 5, 6), 2, 3, window((2, 3, 2), stride=(1, 2, 1), padding=1)),
    ("planes", (4, 5, 6), 2, 2, window((2, 3, 2), dilation=(1, 2, 2))),
    ("planes", (5, 5), 3, 2, window((1, 1), stride=2)),
    ("taps", (13,), 16, 3, window((3,), padding=1)),
    ("taps", (13,), 4, 6, window((4,), stride=3, padding=((0, 2),), dilation=2, groups=2)),
    ("taps", (5, 6), 16, 3, window((1, 1))),
    ("taps", (5, 6), 16, 3, window((1, 1), stride=(2, 3), padding=1)),
    ("taps", (6, 7), 17, 2, window((5, 4), padding=((2, 1), (0, 3)))),
    ("taps", (9, 7), 16, 2, window((3, 3), stride=(2, 3), padding=1)),
    ("taps", (12, 12), 12, 1, window((3, 3), stride=2, padding=1)),
    ("taps", (12, 12), 12, 1, window((3, 3), dilation=2)),
    ("taps", (8, 8), 16, 2, window((3, 2), dilation=(2, 3), padding=1)),
    ("taps", (6, 5), 6, 4, window((3, 3), padding=1, groups=2)),
    ("taps", (8, 8), 66, 3, window((3, 3), padding=1, groups=3)),
    ("joined", (8, 8), 8, 4, window((3, 3), padding=1, groups=4)),
    ("joined", (9, 7), 12, 9, window((3, 3), padding=((2, 0), (0, 1)), groups=3)),
    ("joined", (8, 8), 66, 2, window((3, 3), padding=1, groups=2)),
    ("taps", (6, 5), 6, 3, window((3, 2), stride=2, groups=3)),
    ("taps", (4, 5, 4), 4, 4, window((2, 3, 3), stride=(2, 1, 1), padding=1, groups=2)),
    ("taps", (3, 4, 4), 16, 2, window((2, 2, 2), dilation=(1, 2, 1))),
    ("depthwise", (13,), 3, 3, window((3,), stride=2, padding=1, groups=3)),
    ("depthwise", (6, 7), 4, 4, window((3, 3), padding=1, groups=4)),
    ("depthwise", (9, 8), 2, 6, window((3, 2), stride=(2, 1), padding=((2, 0), (0, 1)), groups=2)),
    ("depthwise", (8, 8), 3, 3, window((3, 3), dilation=(1, 2), groups=3)),
    ("depthwise", (4, 5, 4), 2, 2, window((2, 3, 3), stride=(1, 2, 1), padding=1, groups=2)),
    ("winograd", (8, 8), 8, 3, window((3, 3), padding=1)),
    ("winograd", (6, 9), 9, 2, window((3, 3))),
    ("winograd", (9, 7), 8, 3, window((3, 3), padding=((2, 0), (0, 1)))),
    ("winograd", (5, 11), 8, 2, window((3, 3), padding=((0, 7), (5, 0)))),
    ("winograd", (11, 5), 8, 2, window((3, 3), padding=((9, 1), (2, 3)))),
    ("winograd", (3, 7), 8, 2, window((3, 3), padding=1)),
    ("small", (1,), 3, 2, window((3,), padding=1)),
    ("small", (7,), 2, 3, window((3,), stride=2, padding=((3, 1),), dilation=2)),
    ("small", (2, 2), 16, 5, window((3, 3), padding=1)),
    ("small", (3, 4), 12, 1, window((2, 3), stride=(1, 2), padding=((0, 1), (2, 0)))),
    ("small", (4, 3), 13, 2, window((2, 2), dilation=(2, 1))),
    ("small", (2, 1, 3), 2, 3, window((2, 1, 2), stride=(2, 1, 1), padding=1)),
    ("planes whole", (6, 6), 4, 3, window((5, 5))),
    ("planes whole", (7, 6), 11, 2, window((5, 6), padding=((2, 2), (3, 2)))),
    ("whole", (5, 5), 12, 3, window((5, 5))),
    ("whole", (4, 4), 12, 2, window((5, 5), padding=1)),
    ("whole", (7, 6), 13, 3, window((5, 6), padding=((2, 2), (3, 2)))),
    ("whole", (8, 9), 12, 1, window((7, 5), padding=((3, 0), (0, 4)))),
    ("whole", (3, 14), 12, 2, window((5, 7), padding=((4, 1), (6, 6)))),
    ("whole", (14, 14), 12, 2, window((9, 9))),
]


def name(case):
    return f"{case[0]}-{case[1]}-{case[2]}to{case[3]}"


@contextmanager
def always_worth_it(largest):
    """Small maps and few samples take the method of large ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cnnstudio.kernels.whole.WORTH", 0)
        patch.setattr("cnnstudio.kernels.winograd.MANY", 0)
        patch.setattr("cnnstudio.kernels.planes.ROWS", 0)
        patch.setattr("cnnstudio.kernels.small.LARGEST", largest)
        methods.cache_clear()
        yield
    methods.cache_clear()


@pytest.fixture(params=CASES, ids=name)
def case(request):
    with always_worth_it(LARGEST if request.param[0] == "small" else 0):
        yield request.param


def drawn(case, dtype, samples=2):
    _, extent, channels, filters, w = case
    rng = np.random.default_rng(2)
    x = rng.standard_normal((samples, channels, *extent)).astype(dtype)
    weight = rng.standard_normal((filters, channels // w.groups, *w.kernel)).astype(dtype)
    d = rng.standard_normal((samples, filters, *twins.output_extent(extent, w))).astype(dtype)
    return x, weight, d


def run(x, weight, d, w, memory=None):
    """Forward and backward inside; every array public."""
    memory = Memory() if memory is None else memory
    inside = enter(x)
    y = convolve(inside, pack_weight(weight), w, memory)
    dx, dw = convolve_backward(enter(d), pack_weight(weight), inside, w, True, memory)
    return leave(y), leave(dx), unpack_weight(dw)


def test_the_cases_use_every_method(case):
    chosen, extent, channels, _, w = case
    assert method(w, extent, channels, 2) == chosen


@pytest.mark.parametrize("samples", [1, 3])
def test_agrees_with_its_twin(case, dtype, samples):
    w = case[-1]
    x, weight, d = drawn(case, dtype, samples)
    y, dx, dw = run(x, weight, d, w)
    assert y.dtype == dx.dtype == dw.dtype == dtype
    assert_close(y, twins.convolve(x, weight, w), "output")
    expected_dx, expected_dw = twins.convolve_backward(d, x, weight, w)
    assert_close(dx, expected_dx, "input gradient")
    assert_close(dw, expected_dw, "weight gradient")


SMALL = [case for case in CASES if np.prod(case[1]) * case[2] <= 200]


@pytest.mark.parametrize("case", SMALL, ids=name, indirect=True)
def test_gradients_agree_with_differences(case):
    w = case[-1]
    x, weight, d = drawn(case, np.float64, 1)
    _, dx, dw = run(x, weight, d, w)

    def output(x, weight):
        return leave(convolve(enter(x), pack_weight(weight), w))

    by_x = twins.numeric_gradient(lambda v: output(v, weight), x, d, 1e-3)
    by_weight = twins.numeric_gradient(lambda v: output(x, v), weight, d, 1e-3)
    assert twins.error(dx, by_x) < 1e-9
    assert twins.error(dw, by_weight) < 1e-9


def test_without_input_gradient(case):
    w = case[-1]
    x, weight, d = drawn(case, np.float64)
    _, expected = convolve_backward(enter(d), pack_weight(weight), enter(x), w)
    dx, dw = convolve_backward(enter(d), pack_weight(weight), enter(x), w, needs_input=False)
    assert dx is None
    assert_close(dw, expected)


def test_views_are_read_and_nothing_is_written(case, dtype):
    w = case[-1]
    x, weight, d = drawn(case, dtype, samples=4)
    packed = pack_weight(weight)
    inside, gradient = enter(x), enter(d)
    for array in (inside, gradient, packed):
        array.flags.writeable = False
    some, some_d = inside[..., 1:3, :], gradient[..., 1:3, :]
    y = convolve(some, packed, w)
    dx, dw = convolve_backward(some_d, packed, some, w)
    expected = run(x[1:3], weight, d[1:3], w)
    assert_close(leave(y), expected[0])
    assert_close(leave(dx), expected[1])
    assert_close(unpack_weight(dw), expected[2])


def test_reused_memory_gives_the_same_bits(case, dtype):
    w = case[-1]
    x, weight, d = drawn(case, dtype)
    memory = Memory()
    first = [a.copy() for a in run(x, weight, d, w, memory)]
    held = memory.nbytes
    memory.rewind()
    run(-x * 3, weight, d + 1, w, memory)
    memory.rewind()
    again = run(x, weight, d, w, memory)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert memory.nbytes == held


def test_many_tiles_give_what_one_tile_gives(case, dtype, monkeypatch):
    """A tiny cache cuts the work into single rows."""
    x, weight, d = drawn(case, dtype)
    whole = run(x, weight, d, case[-1])
    monkeypatch.setattr("cnnstudio.kernels.window.TILE", 1)
    for a, b in zip(run(x, weight, d, case[-1]), whole, strict=True):
        assert_close(a, b)


@pytest.mark.parametrize("case", [case for case in CASES if "planes" in case[0]], ids=name)
def test_few_samples_through_planes(case, dtype):
    x, weight, _ = drawn(case, dtype, samples=3)
    y = planes.forward(enter(x), pack_weight(weight), case[-1], Memory())
    assert_close(leave(y), twins.convolve(x, weight, case[-1]))


@st.composite
def windows(draw):
    rank = draw(st.integers(1, 3))
    groups = draw(st.integers(1, 3))
    axes = [
        (
            draw(st.integers(1, 3)),
            draw(st.integers(1, 3)),
            (draw(st.integers(0, 2)), draw(st.integers(0, 2))),
            draw(st.integers(1, 2)),
        )
        for _ in range(rank)
    ]
    kernel, stride, padding, dilation = (tuple(numbers) for numbers in zip(*axes, strict=True))
    w = twins.Window(kernel, stride, padding, dilation, groups)
    extent = tuple(
        max(1, d * (k - 1) + 1 - a - b) + draw(st.integers(0, 3)) for k, _, (a, b), d in axes
    )
    inner, filters = draw(st.integers(1, 3)), draw(st.integers(1, 2)) * groups
    return ("", extent, inner * groups, filters, w)


@settings(max_examples=40)
@given(windows(), st.sampled_from([0, LARGEST]))
def test_any_window_agrees_with_its_twin(case, largest):
    x, weight, d = drawn(case, np.float64)
    with always_worth_it(largest):
        y, dx, dw = run(x, weight, d, case[-1])
    assert_close(y, twins.convolve(x, weight, case[-1]))
    expected_dx, expected_dw = twins.convolve_backward(d, x, weight, case[-1])
    assert_close(dx, expected_dx)
    assert_close(dw, expected_dw)
