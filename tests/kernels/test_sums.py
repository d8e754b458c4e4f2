"""Sums and long products."""

import numpy as np
import pytest

from cnnstudio.kernels.sums import (
    SHORT,
    long_product,
    over_positions,
    over_space,
    products_over_space,
)
from tests.kernels.twins import assert_close, error


@pytest.mark.parametrize("spatial", [(), (7,), (3, 4), (2, 3, 4)])
def test_sums_of_every_rank(spatial, dtype, rng):
    a, b = (rng.standard_normal((*spatial, 3, 5)).astype(dtype) for _ in range(2))
    space = tuple(range(len(spatial)))
    assert_close(over_space(a), a.sum(space))
    assert_close(over_positions(a), a.sum((*space, -2)))
    assert_close(products_over_space(a, b), (a * b).sum(space))


@pytest.mark.parametrize("length", [1, SHORT, 2 * SHORT, 3 * SHORT + 17])
@pytest.mark.parametrize("rows, columns", [(1, 1), (9, 32), (81, 64), (100, 100)])
def test_long_products(rows, columns, length, dtype, rng):
    a = rng.standard_normal((rows, length)).astype(dtype)
    b = rng.standard_normal((length, columns)).astype(dtype)
    assert_close(long_product(a, b), a.astype(np.float64) @ b.astype(np.float64))


def test_the_sum_of_many_numbers_is_exact_enough():
    a = np.random.default_rng(5).random((90, 90, 64, 2), np.float32)
    assert error(over_positions(a), a.astype(np.float64).sum((0, 1, 2))) < 2e-6
