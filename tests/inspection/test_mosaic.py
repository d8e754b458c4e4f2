"""Where maps lie, what lies at a point, which range they show."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.inspection import arrange, limits_of, locate


def test_maps_fill_the_area_they_have():
    grid = arrange(16, 10, 10, 800, 200, gap=8, caption=14)
    assert grid.columns * grid.rows >= 16
    assert grid.size[0] <= 800 and grid.size[1] <= 200
    assert grid.width == grid.height and grid.width % 10 == 0


def test_what_does_not_fit_goes_on_below():
    grid = arrange(512, 14, 14, 400, 200, gap=4, smallest=20)
    assert grid.width == 20
    assert grid.size[0] <= 400 and grid.size[1] > 200


def test_wide_maps_keep_their_shape():
    grid = arrange(3, 2, 8, 500, 500)
    assert grid.width == 4 * grid.height


def test_groups_stay_together():
    grid = arrange(96, 5, 5, 800, 200, gap=2, group=6, apart=9)
    assert grid.columns % 6 == 0
    left, _ = grid.place(6)
    before, _ = grid.place(5)
    assert left - before == grid.width + 2 + 9


@given(
    st.integers(1, 60),
    st.integers(1, 30),
    st.integers(1, 30),
    st.integers(60, 900),
    st.integers(60, 400),
    st.sampled_from([0, 1, 3]),
    st.sampled_from([0.0, 14.0]),
)
def test_every_value_is_found_where_it_was_put(count, rows, columns, width, height, group, caption):
    grid = arrange(
        count, rows, columns, width, height, gap=5, caption=caption, group=group, apart=7
    )
    for index in {0, count // 2, count - 1}:
        left, top = grid.place(index)
        for row, column in {(0, 0), (rows - 1, columns - 1), (rows // 2, columns // 2)}:
            x = left + (column + 0.5) * grid.width / columns
            y = top + (row + 0.5) * grid.height / rows
            assert locate(grid, rows, columns, x, y) == (index, row, column)
        assert locate(grid, rows, columns, left + grid.width + 1, top + 1) is None


@pytest.mark.parametrize("point", [(-1, 5), (5, -1), (5000, 5), (5, 5000)])
def test_there_is_nothing_beside_the_maps(point):
    assert locate(arrange(5, 4, 4, 300, 200), 4, 4, *point) is None


def test_ranges():
    maps = np.array([[[0.0, 2.0]], [[0.0, 0.0]], [[1.0, 0.5]]])
    assert limits_of(maps) == (False, 2.0)
    signed, top = limits_of(-maps, each=True)
    assert signed and top.tolist() == [2.0, 1.0, 1.0]
    maps[0, 0, 0] = np.nan
    assert limits_of(maps) == (False, 2.0)
    assert limits_of(np.full((2, 3, 3), np.inf)) == (False, 1.0)
