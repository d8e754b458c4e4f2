"""Windows worked out by hand: extents, padding, what does not fit, and what would."""

from __future__ import annotations

from typing import Any

import pytest

import cnnstudio as cnn
from cnnstudio.layers import Layer, Reach, ShapeError

EXTENTS = [
    # layer, input, output
    (cnn.Conv(6, 5, padding=2), (1, 28, 28), (6, 28, 28)),
    (cnn.Conv(16, 5), (6, 14, 14), (16, 10, 10)),
    (cnn.Conv(1, 5), (1, 5, 5), (1, 1, 1)),
    (cnn.Conv(2, 3, stride=2), (3, 10, 11), (2, 4, 5)),
    (cnn.Conv(2, (3, 5), stride=(1, 2), padding=(1, 0)), (3, 8, 9), (2, 8, 3)),
    (cnn.Conv(2, 3, dilation=2), (3, 9, 9), (2, 5, 5)),
    (cnn.Conv(2, 3, dilation=(1, 3), padding="same"), (3, 9, 9), (2, 9, 9)),
    (cnn.Conv(2, 3, padding=((0, 1), (2, 0))), (3, 6, 6), (2, 5, 6)),
    (cnn.Conv(2, 3, padding="valid"), (3, 6, 6), (2, 4, 4)),
    (cnn.Conv(2, 4, padding="same"), (3, 6, 7), (2, 6, 7)),
    (cnn.Conv(2, 4, stride=2, padding="same"), (3, 6, 7), (2, 3, 4)),
    (cnn.Conv(2, 3, stride=3, padding="same"), (3, 7, 9), (2, 3, 3)),
    (cnn.Conv(2, 1, stride=3, padding="same"), (3, 7, 9), (2, 3, 3)),
    (cnn.Conv(2, 100, padding="same"), (3, 7, 9), (2, 7, 9)),
    (cnn.Conv(8, 9, stride=4), (2, 64), (8, 14)),
    (cnn.Conv(8, 3, padding=1), (2, 4, 5, 6), (8, 4, 5, 6)),
    (cnn.MaxPool(), (6, 28, 28), (6, 14, 14)),
    (cnn.MaxPool(), (6, 7, 9), (6, 3, 4)),
    (cnn.MaxPool(10, stride=5), (3, 30, 30), (3, 5, 5)),
    (cnn.MaxPool(3, stride=2, padding=1), (3, 8, 7), (3, 4, 4)),
    (cnn.MaxPool(3, stride=2, padding="same"), (3, 8, 7), (3, 4, 4)),
    (cnn.MaxPool(2, stride=1, padding="same"), (3, 8, 7), (3, 8, 7)),
    (cnn.MaxPool((1, 2)), (3, 8, 7), (3, 8, 3)),
    (cnn.AveragePool(2), (3, 8), (3, 4)),
    (cnn.AveragePool(2, padding=((1, 0), (0, 1))), (3, 5, 5), (3, 3, 3)),
    (cnn.GlobalAveragePool(), (3, 5, 6), (3,)),
    (cnn.Flatten(), (16, 5, 5), (400,)),
    (cnn.Flatten(), (16,), (16,)),
    (cnn.Dense(10), (84,), (10,)),
]


@pytest.mark.parametrize(("layer", "shape", "expected"), EXTENTS, ids=str)
def test_output_extents(layer: Layer, shape: Any, expected: Any) -> None:
    assert layer.output_shape(shape) == expected


SAME = [
    # extent, kernel, stride, dilation, zeros before and after
    (6, 3, 1, 1, (1, 1)),
    (6, 4, 1, 1, (1, 2)),
    (6, 2, 1, 1, (0, 1)),
    (6, 4, 2, 1, (1, 1)),
    (7, 4, 2, 1, (1, 2)),
    (7, 3, 3, 1, (1, 1)),
    (6, 3, 3, 1, (0, 0)),
    (7, 1, 3, 1, (0, 0)),
    (8, 3, 1, 2, (2, 2)),
    (8, 2, 1, 3, (1, 2)),
]


@pytest.mark.parametrize(("n", "kernel", "stride", "dilation", "sides"), SAME)
def test_same_padding_puts_an_odd_zero_behind(
    n: int, kernel: int, stride: int, dilation: int, sides: Any
) -> None:
    named = cnn.Conv(1, kernel, stride=stride, dilation=dilation, padding="same")
    explicit = cnn.Conv(1, kernel, stride=stride, dilation=dilation, padding=(sides,))
    assert named.output_shape((1, n)) == (1, -(-n // stride)) == explicit.output_shape((1, n))
    axes = [layer.axes((1, n)) for layer in (named, explicit)]
    assert axes[0] == axes[1]


FAULTS = [
    (
        cnn.Conv(6, 5),
        (1, 4, 4),
        "A 5×5 kernel does not fit a 4×4 input without padding",
        [cnn.Conv(6, 4), cnn.Conv(6, 5, padding=1)],
    ),
    (
        cnn.Conv(6, 8),
        (1, 9, 4),
        "An 8×8 kernel does not fit a 9×4 input without padding",
        [cnn.Conv(6, (8, 4)), cnn.Conv(6, 8, padding=2)],
    ),
    (
        cnn.Conv(6, 3, dilation=4),
        (1, 7, 7),
        "A 3×3 kernel, dilated to 9×9, does not fit a 7×7 input without padding",
        [
            cnn.Conv(6, 2, dilation=4),
            cnn.Conv(6, 3, dilation=3),
            cnn.Conv(6, 3, dilation=4, padding=1),
        ],
    ),
    (
        cnn.Conv(6, 7, padding=1),
        (1, 4, 4),
        "A 7×7 kernel does not fit a 4×4 input with padding 1",
        [cnn.Conv(6, 6, padding=1), cnn.Conv(6, 7, padding=2)],
    ),
    (
        cnn.Conv(6, 9, padding=((1, 0),)),
        (1, 4),
        "A 9 kernel does not fit a 4 input with padding 1 + 0",
        [cnn.Conv(6, 5, padding=((1, 0),)), cnn.Conv(6, 9, padding=3)],
    ),
    (
        cnn.MaxPool(4),
        (6, 3, 3),
        "A 4×4 kernel does not fit a 3×3 input without padding",
        [cnn.MaxPool(3), cnn.MaxPool(4, padding=1)],
    ),
    (
        cnn.AveragePool(3, padding=2),
        (6, 8, 8),
        "Padding may be at most half the 3×3 kernel, or a window would see nothing but padding",
        [cnn.AveragePool(3, padding=1)],
    ),
    (
        cnn.Conv(6, 3, groups=4),
        (6, 8, 8),
        "4 groups must divide both 6 channels and 6 filters",
        [cnn.Conv(6, 3, groups=3)],
    ),
    (
        cnn.Conv(6, 3, groups=4),
        (8, 8, 8),
        "4 groups must divide both 8 channels and 6 filters",
        [cnn.Conv(6, 3, groups=2), cnn.Conv(8, 3, groups=4)],
    ),
    (
        cnn.Conv(),
        (400,),
        "Convolution reads a signal, an image or a volume, not a vector of 400",
        [],
    ),
    (
        cnn.MaxPool(),
        (1, 2, 2, 2, 2),
        "Max reads at most three spatial axes, the input has 4",
        [],
    ),
    (cnn.Conv(6, (3, 3)), (1, 9), "kernel 3×3 names 2 axes, the input has 1", []),
    (cnn.Conv(6, 3, padding=(1, 1)), (1, 9), "padding names 2 axes, the input has 1", []),
    (
        cnn.Dense(10),
        (16, 5, 5),
        "Fully connected reads a vector, the input is 16×5×5",
        [],
    ),
]


@pytest.mark.parametrize(("layer", "shape", "sentence", "alternatives"), FAULTS, ids=str)
def test_what_does_not_fit_says_why_and_what_would(
    layer: Layer, shape: Any, sentence: str, alternatives: list[Layer]
) -> None:
    with pytest.raises(ShapeError) as caught:
        layer.output_shape(shape)
    assert str(caught.value) == sentence
    assert list(caught.value.alternatives) == alternatives
    for other in alternatives:
        assert min(other.output_shape(shape)) >= 1


def test_an_even_pooling_kernel_may_be_padded_by_exactly_its_half() -> None:
    assert cnn.MaxPool(4, padding=2).output_shape((1, 8, 8)) == (1, 3, 3)
    with pytest.raises(ShapeError):
        cnn.MaxPool(4, padding=3).output_shape((1, 8, 8))
    with pytest.raises(ShapeError):
        cnn.MaxPool(4, padding=((0, 3), (0, 0))).output_shape((1, 8, 8))


def test_merges_name_the_shapes_that_differ() -> None:
    with pytest.raises(ShapeError, match="Add needs inputs of one shape, they are 3×4×4 and 2×4×4"):
        cnn.Add().output_shape((3, 4, 4), (2, 4, 4))
    assert cnn.Concat().output_shape((3, 4, 4), (2, 4, 4), (1, 4, 4)) == (6, 4, 4)
    with pytest.raises(ShapeError, match="apart from channels, they are 3×4×4 and 3×4×5"):
        cnn.Concat().output_shape((3, 4, 4), (3, 4, 5))


def test_what_one_output_reads() -> None:
    assert cnn.Conv(2, 3, dilation=2, stride=3).reach((1, 20, 20)) == Reach((5, 5), (3, 3))
    assert cnn.MaxPool(2).reach((1, 20)) == Reach((2,), (2,))
    assert cnn.ReLU().reach((1, 20, 20)) == Reach((1, 1), (1, 1))
    assert cnn.Dense(3).reach((20,)) is None
    assert cnn.GlobalAveragePool().reach((3, 5, 5)) is None
