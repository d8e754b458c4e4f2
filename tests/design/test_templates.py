"""Templates: three working networks with their captions."""

import pytest

from cnnstudio.design import Template, analyse, templates
from cnnstudio.errors import DesignError


def test_there_are_three_lenet5_first():
    assert templates.names() == ("lenet5", "first-cnn", "one-dense")


@pytest.mark.parametrize(
    ("name", "title", "parameters", "multiply_adds", "activation_bytes"),
    [
        ("lenet5", "LeNet-5", 61_706, 416_520, 61_584),
        ("first-cnn", "First CNN", 9_098, 290_080, 87_888),
        ("one-dense", "One dense layer", 7_850, 7_840, 3_216),
    ],
)
def test_their_numbers(name, title, parameters, multiply_adds, activation_bytes):
    analysis = analyse(templates.load(name))
    assert templates.load(name).name == templates.describe(name).title == title
    assert (analysis.parameters, analysis.multiply_adds, analysis.activation_bytes) == (
        parameters, multiply_adds, activation_bytes,
    )  # fmt: skip


def test_their_captions():
    assert templates.describe("lenet5") == Template(
        "lenet5",
        "LeNet-5",
        "after LeCun and others, 1998; ReLU and max pooling as taught today",
        "The classic for handwritten digits: two convolutions, three dense layers",
    )
    for name in templates.names():
        assert templates.describe(name).source
        assert templates.describe(name).description


@pytest.mark.parametrize("name", ["lenet", "../templates/lenet5", ""])
def test_an_unknown_one_is_answered_with_the_list(name):
    for question in (templates.load, templates.describe):
        with pytest.raises(DesignError, match="there are lenet5, first-cnn, one-dense"):
            question(name)
