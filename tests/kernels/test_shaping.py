"""Flatten, concatenate, split, add."""

import numpy as np
import pytest

from cnnstudio.kernels import Memory, add, concat, enter, flatten, leave, split, unflatten


@pytest.mark.parametrize("spatial", [(5,), (3, 4), (2, 3, 4), (1, 1)])
def test_flatten_reads_channels_first_like_pytorch(spatial, dtype, rng):
    x = rng.standard_normal((3, 6, *spatial)).astype(dtype)
    inside = enter(x)
    inside.flags.writeable = False
    assert np.array_equal(flatten(inside), x.reshape(3, -1))
    assert np.array_equal(flatten(inside[..., 1:, :]), x[1:].reshape(2, -1))
    back = unflatten(x.reshape(3, -1), spatial, 6)
    assert back.flags.c_contiguous
    assert np.array_equal(back, inside)


def test_concat_joins_channels_and_split_undoes_it(dtype, rng):
    inputs = [rng.standard_normal((2, c, 3, 4)).astype(dtype) for c in (3, 1, 5)]
    joined = concat([enter(x) for x in inputs])
    assert joined.dtype == dtype
    assert np.array_equal(leave(joined), np.concatenate(inputs, axis=1))
    parts = split(joined, (3, 1, 5))
    for part, x in zip(parts, inputs, strict=True):
        assert np.shares_memory(part, joined)
        assert np.array_equal(leave(part), x)


def test_add_leaves_its_inputs_alone(dtype, rng):
    inputs = [rng.standard_normal((2, 3, 4)).astype(dtype) for _ in range(3)]
    for x in inputs:
        x.flags.writeable = False
    assert np.array_equal(add(inputs), inputs[0] + inputs[1] + inputs[2])
    assert np.array_equal(add(inputs[:2]), inputs[0] + inputs[1])


def test_memory_is_reused(rng):
    memory = Memory()
    x = rng.standard_normal((3, 4, 2, 5))
    for _ in range(2):
        memory.rewind()
        assert np.array_equal(flatten(x, memory), leave(x).reshape(2, -1))
        assert np.array_equal(concat([x, x], memory)[..., 5:], x)
        assert np.array_equal(add([x, x], memory), 2 * x)
        held = memory.nbytes
    assert held == 8 * x.size * 4
