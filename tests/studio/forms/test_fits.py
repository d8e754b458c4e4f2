"""What would fit instead, found by trying, never by rule."""

import pytest

from cnnstudio.design import Design, analyse
from cnnstudio.layers import AveragePool, Conv, Dense, Input, MaxPool
from cnnstudio.studio.properties.fits import hint


def blamed(layer, shape):
    return hint(analyse(Design.sequence(Input(*shape), layer)).rows[1])


@pytest.mark.parametrize(
    ("layer", "shape", "field", "words"),
    [
        (Conv(120, 7), (16, 5, 5), "kernel", "Fits: 1 to 5, or 7 with pad 1"),
        (Conv(4, 9), (1, 2, 2), "kernel", "Fits: 1 or 2, or 9 with pad 4"),
        (Conv(4, 3), (1, 1, 1), "kernel", "Fits: 1, or 3 with pad 1"),
        (Conv(4, (7, 3)), (1, 5, 5), "kernel", "Fits: 5×3, or 7×3 with pad 1"),
        (Conv(4, 3, dilation=4), (1, 7, 7), "kernel",
         "Fits: 1 or 2, or 3 with dilation 3, or 3 with pad 1"),
        (Conv(8, 3, groups=3), (12, 9, 9), "groups", "Fits: 1 or 2, or 3 with filters 9"),
        (Conv(5000, 3, groups=3000), (3000, 9, 9), "groups", None),
        (Conv(4, 4000), (1, 900, 900), "kernel", None),
        (MaxPool(6), (3, 4, 4), "kernel", "Fits: 1 to 4, or 6 with pad 1"),
        (AveragePool(2, padding=2), (3, 8, 8), "padding", "Fits: 0 or 1"),
        (Conv(4, 3), (3, 8, 8), "", ""),
        (Dense(4), (3, 8, 8), "", ""),
    ],
)  # fmt: skip
def test_hint(layer, shape, field, words):
    found = blamed(layer, shape)
    assert found[0] == field
    if words is not None:
        assert found[1] == words
    else:
        assert len(found[1]) < 80 and found[1].startswith("Fits: ")
