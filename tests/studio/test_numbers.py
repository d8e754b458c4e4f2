"""Numbers on the screen, as the pictures and the text books print them."""

import math

import pytest

from cnnstudio.studio import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (850, "850"),
        (61706, "61,706"),
        (416520, "416,520"),
        (-1168, "−1,168"),
        (None, "–"),
    ],
)
def test_integer(value, text):
    assert numbers.integer(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-0.357, 2, "−0.36"),
        (-0.001, 2, "0.00"),
        (1234.5, 1, "1,234.5"),
        (math.nan, 2, "NaN"),
        (-math.inf, 2, "−∞"),
        (None, 2, "–"),
    ],
)
def test_real(value, digits, text):
    assert numbers.real(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.001, "0.001"),
        (0.0012345, "0.00123"),
        (-2.302, "−2.3"),
        (120, "120"),
        (98765.4, "98,765"),
        (1.5e-7, "1.5 × 10⁻⁷"),
        (-3e8, "−3 × 10⁸"),
        (math.inf, "∞"),
    ],
)
def test_significant(value, text):
    assert numbers.significant(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (2.302585, "2.303"),
        (0.38, "0.380"),
        (0.0803, "0.080"),
        (0.0012345, "0.00123"),
        (12.3456, "12.3"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
    ],
)
def test_loss(value, text):
    assert numbers.loss(value) == text


@pytest.mark.parametrize(
    ("sizes", "text"),
    [((16, 10, 10), "16×10×10"), ((400,), "400"), ((5, 5), "5×5"), (None, "–")],
)
def test_shape(sizes, text):
    assert numbers.shape(sizes) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (61584, "61,584 B"),
        (999_999, "999,999 B"),
        (1_000_000, "1.00 MB"),
        (12_345_678, "12.3 MB"),
        (200_000_000, "200 MB"),
        (999_600_000, "1.00 GB"),
        (None, "–"),
    ],
)
def test_memory(size, text):
    assert numbers.memory(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.42, "0.4 s"),
        (9.97, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (125, "2 min 5 s"),
        (3599.7, "1 h 0 min"),
        (4200, "1 h 10 min"),
        (math.inf, "–"),
    ],
)
def test_duration(seconds, text):
    assert numbers.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.42, "0.4 s"), (4.7, "5 s"), (59.6, "1 min"), (130, "2 min"), (3580, "1 h 0 min")],
)
def test_roughly(seconds, text):
    assert numbers.roughly(seconds) == text


def test_percent_and_count():
    assert numbers.percent(0.9933) == "99.3 %"
    assert numbers.percent(0.53, 0) == "53 %"
    assert numbers.count(1, "error") == "1 error"
    assert numbers.count(0, "warning") == "0 warnings"
    assert numbers.count(2, "class", "classes") == "2 classes"
