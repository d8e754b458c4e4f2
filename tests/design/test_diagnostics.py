"""Diagnostics: the first cause alone is an error, and warnings do not cry wolf."""

import pytest

from cnnstudio.design import Block, Design, Diagnostic, analyse, templates
from cnnstudio.layers import (
    Add,
    AveragePool,
    BatchNorm,
    Concat,
    Conv,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool,
    Input,
    MaxPool,
    ReLU,
    Softmax,
)

IMAGE = Input(1, 28, 28)


def found(severity, *layers):
    return [(d.name, d.sentence) for d in analyse(Design.sequence(*layers)).of(severity)]


def test_no_template_has_an_error_or_a_warning():
    for name in templates.names():
        analysis = analyse(templates.load(name))
        assert analysis.ok
        assert analysis.warnings == ()


class TestErrors:
    def test_a_kernel_that_does_not_fit(self):
        assert found("error", Input(1, 5, 5), Conv(2, 7), Conv(2, 9)) == [
            ("conv1", "A 7×7 kernel does not fit a 5×5 input without padding")
        ]

    def test_a_merge_with_one_input(self):
        assert found("error", IMAGE, Add()) == [
            ("add1", "add1 needs at least two inputs, it has one")
        ]

    def test_a_layer_with_two_inputs_that_takes_one(self):
        blocks = [Block("a", IMAGE), Block("b", ReLU()), Block("c", ReLU(), ("b", "a"))]
        assert [d.sentence for d in analyse(Design("d", blocks)).errors] == [
            "c needs only one input, it has two"
        ]

    def test_a_design_begins_with_input_and_has_no_other(self):
        assert found("error", Conv(), ReLU()) == [
            ("conv1", "A design begins with Input, not with conv1")
        ]
        assert found("error", IMAGE, Input(2), ReLU()) == [
            ("input2", "Only the first block can be Input, and input2 is not the first")
        ]

    def test_a_dense_layer_on_maps(self):
        assert [name for name, _ in found("error", IMAGE, Dense(10))] == ["fc1"]


class TestWarnings:
    @pytest.mark.parametrize(
        ("layer", "size", "words"),
        [
            (MaxPool(2), 7, "the last 1 row and 1 column of its 7×7 input"),
            (Conv(2, 3, stride=3), 11, "the last 2 rows and 2 columns of its 11×11 input"),
            (MaxPool((2, 3)), 6, None),
            (MaxPool((2, 4)), 6, "the last 2 columns of its 6×6 input"),
            (MaxPool(3, stride=2, padding=1), 28, None),
            (Conv(2, 3, stride=2, padding=1), 28, None),
            (Conv(2, 3, stride=2, padding="same"), 28, None),
            (Conv(2, 1, stride=2), 28, None),
            (Conv(2, 3), 28, None),
        ],
    )
    def test_unpadded_pixels_lost_by_a_stride(self, layer, size, words):
        name = "conv1" if isinstance(layer, Conv) else "pool1"
        expected = [] if words is None else [(name, f"{name} never reads {words}")]
        assert found("warning", Input(1, size, size), layer) == expected

    def test_lost_positions_of_a_signal(self):
        assert found("warning", Input(1, 7), AveragePool(2)) == [
            ("avgpool1", "avgpool1 never reads the last 1 column of its 7 input")
        ]

    @pytest.mark.parametrize(
        ("between", "warned"),
        [
            ((), True),
            ((BatchNorm(),), True),
            ((Dropout(), AveragePool(2)), True),
            ((ReLU(),), False),
            ((BatchNorm(), ReLU()), False),
            ((MaxPool(2),), False),
        ],
    )
    def test_two_convolutions_without_a_nonlinearity(self, between, warned):
        names = [name for name, _ in found("warning", IMAGE, Conv(4, 3), *between, Conv(4, 3))]
        assert names == (["conv2"] if warned else [])

    def test_depthwise_and_pointwise_belong_together(self):
        assert found("warning", IMAGE, Conv(4, 3), ReLU(), Conv(4, 3, groups=4), Conv(8, 1)) == []

    def test_a_second_softmax(self):
        assert found("warning", Input(10), Softmax(), Dense(5), Softmax()) == [
            ("softmax2", "softmax2 is a second softmax, behind softmax")
        ]

    def test_softmax_in_two_branches_is_no_second_one(self):
        blocks = [
            Block("input", Input(4)),
            Block("a", Softmax()),
            Block("b", Softmax(), ("input",)),
            Block("c", Concat(), ("a", "b")),
        ]
        assert analyse(Design("d", blocks)).warnings == ()

    def test_a_block_nobody_reads(self):
        blocks = [Block("input", IMAGE), Block("a", ReLU()), Block("b", ReLU(), ("input",))]
        assert [(d.name, d.sentence) for d in analyse(Design("d", blocks)).warnings] == [
            ("a", "Nobody reads a")
        ]


class TestNotes:
    def test_the_first_window_that_sees_the_whole_input(self):
        assert found("note", Input(1, 8, 8), Conv(4, 8), ReLU(), Conv(4, 1)) == [
            ("conv1", "Each output of conv1 sees the whole input")
        ]
        assert found("note", Input(1, 8, 8), Conv(4, 7), GlobalAveragePool()) == []
        assert found("note", Input(5, 1, 1), Conv(4, 1)) == []

    def test_one_dense_layer_with_most_of_the_parameters(self):
        assert found("note", IMAGE, Conv(4, 3), ReLU(), Flatten(), Dense(100), Dense(10)) == [
            ("fc1", "fc1 holds 100 % of all parameters")
        ]
        assert found("note", Input(10), Dense(10), ReLU(), Dense(10)) == []
        assert found("note", IMAGE, Flatten(), Dense(10)) == []

    def test_notes_wait_until_there_is_no_error(self):
        assert found("note", Input(1, 8, 8), Conv(4, 8), Conv(4, 2)) == []


def test_errors_come_first_then_warnings_then_notes_in_the_order_of_blocks():
    layers = (Input(1, 7, 7), MaxPool(2), Conv(4, 1), Conv(4, 1), Conv(4, 9))
    analysis = analyse(Design.sequence(*layers))
    assert [(d.severity, d.name) for d in analysis.diagnostics] == [
        ("error", "conv3"), ("warning", "pool1"), ("warning", "conv2"), ("warning", "conv3"),
    ]  # fmt: skip
    assert analysis.row("conv3").diagnostics == (analysis.errors[0], analysis.warnings[2])


def test_others_can_say_something_too():
    repairs = []
    diagnostic = Diagnostic("1", "input", "error", "No data", lambda: tuple(repairs))
    assert diagnostic.repairs == ()
    assert diagnostic == Diagnostic("1", "input", "error", "No data")
