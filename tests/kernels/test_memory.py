"""Buffers are handed out again in the same order and never grow without need."""

import numpy as np

from cnnstudio.kernels import FRESH, Memory


def address(array):
    return array.__array_interface__["data"][0]


def test_the_same_buffers_come_back_after_a_rewind():
    memory = Memory()
    first = [address(memory.keep((3, 4), np.float32)), address(memory.keep((5,), np.float64))]
    held = memory.nbytes
    memory.rewind()
    again = [address(memory.keep((3, 4), np.float32)), address(memory.keep((5,), np.float64))]
    assert first == again
    assert len(set(first)) == 2
    assert memory.nbytes == held == 3 * 4 * 4 + 5 * 8


def test_kept_arrays_stay_apart_until_the_rewind():
    memory = Memory()
    a, b = memory.keep((4,), np.float32), memory.keep((4,), np.float32)
    a[...], b[...] = 1, 2
    assert a.tolist() == [1] * 4
    assert b.tolist() == [2] * 4


def test_a_short_batch_uses_the_buffers_of_the_full_one():
    memory = Memory()
    full = address(memory.keep((8, 10), np.float32))
    memory.rewind()
    short = memory.keep((3, 10), np.float32)
    assert short.shape == (3, 10)
    assert address(short) == full
    memory.rewind()
    assert address(memory.keep((8, 10), np.float32)) == full
    assert memory.nbytes == 8 * 10 * 4


def test_a_buffer_that_is_too_small_grows():
    memory = Memory()
    memory.keep((2,), np.float32)
    memory.rewind()
    assert memory.keep((9,), np.float64).shape == (9,)
    assert memory.nbytes == 72


def test_temporaries_are_one_per_tag_and_shared():
    shared = {}
    one, two = Memory(shared), Memory(shared)
    a = one.temporary("a", (4, 4), np.float32)
    assert address(two.temporary("a", (2, 2), np.float64)) == address(a)
    assert address(one.temporary("b", (4, 4), np.float32)) != address(a)
    assert address(one.keep((4, 4), np.float32)) != address(two.keep((4, 4), np.float32))


def test_zero_clears_what_was_there():
    memory = Memory()
    memory.temporary("a", (6,), np.float32)[...] = 3
    assert not memory.temporary("a", (6,), np.float32, zero=True).any()
    assert not memory.temporary("a", (5,), np.float32, zero=True).any()


def test_fresh_never_hands_out_the_same_array():
    a, b = FRESH.keep((3,), np.float32), FRESH.keep((3,), np.float32)
    c, d = FRESH.temporary("a", (3,), np.float32), FRESH.temporary("a", (3,), np.float32, zero=True)
    assert len({address(x) for x in (a, b, c, d)}) == 4
    assert not d.any()
    assert FRESH.nbytes == 0


def test_rows_that_lie_apart_have_a_line_of_the_cache_between_them(dtype):
    memory = Memory()
    rows = memory.apart("rows", (3, 4, 1024), dtype)
    assert rows.shape == (3, 4, 1024) and rows.dtype == dtype
    assert rows.strides[1] == 1024 * rows.itemsize + 64
    again = memory.apart("rows", (2, 1024), dtype)
    assert np.shares_memory(rows, again)
