"""Into the layout and out again."""

import numpy as np
import pytest

from cnnstudio.kernels import chunk, enter, join, leave, pack_weight, samples, unpack_weight

SHAPES = [(3, 4), (3, 4, 5), (3, 4, 5, 6), (3, 4, 5, 6, 2)]


@pytest.mark.parametrize("shape", SHAPES)
def test_space_comes_first_and_channels_last(shape, rng):
    x = rng.standard_normal(shape)
    inside = enter(x)
    assert inside.shape == (*shape[2:], *shape[:2])
    assert inside.flags.c_contiguous
    for index in np.ndindex(shape):
        assert inside[(*index[2:], *index[:2])] == x[index]


@pytest.mark.parametrize("shape", SHAPES)
def test_leaving_undoes_entering_with_fresh_arrays(shape, rng):
    x = rng.standard_normal(shape)
    inside = enter(x)
    outside = leave(inside)
    assert np.array_equal(outside, x)
    assert outside.flags.c_contiguous
    assert not np.shares_memory(inside, x)
    assert not np.shares_memory(outside, inside)


@pytest.mark.parametrize("shape", [(5, 4, 32, 32), (70, 3, 7), (2, 300, 16, 16)])
def test_many_rows_go_in_parts(shape, dtype, rng):
    x = rng.standard_normal(shape).astype(dtype)
    inside = enter(x)
    assert np.array_equal(inside, np.moveaxis(x, (0, 1), (-2, -1)))
    assert np.array_equal(leave(inside), x)


def test_entering_a_view_and_a_mask(rng):
    x = rng.standard_normal((4, 6, 5))[::2, ::-1]
    assert np.array_equal(leave(enter(x)), x)
    assert enter(x > 0).dtype == np.bool_


@pytest.mark.parametrize("shape", SHAPES)
def test_chunks_are_views_of_samples_and_join_again(shape, rng):
    x = rng.standard_normal(shape)
    inside = enter(x)
    assert samples(inside) == 3
    first, second = chunk(inside, 0, 2), chunk(inside, 2, 3)
    assert np.shares_memory(first, inside)
    assert np.array_equal(leave(first), x[:2])
    assert np.array_equal(leave(join([first, second])), x)


@pytest.mark.parametrize("shape", [(7, 3), (7, 3, 2), (7, 3, 2, 4), (7, 3, 2, 4, 5)])
def test_weights_are_packed_outputs_last(shape, rng):
    w = rng.standard_normal(shape)
    packed = pack_weight(w)
    assert packed.shape == (*shape[2:], shape[1], shape[0])
    assert packed.flags.c_contiguous
    for index in np.ndindex(shape):
        assert packed[(*index[2:], index[1], index[0])] == w[index]
    again = unpack_weight(packed)
    assert np.array_equal(again, w)
    assert again.flags.c_contiguous


def test_vectors_stay_as_they_are(rng):
    bias = rng.standard_normal(5)
    assert np.array_equal(pack_weight(bias), bias)
    assert np.array_equal(unpack_weight(bias), bias)
