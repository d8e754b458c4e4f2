"""The analysis: LeNet-5's numbers as text books print them, receptive fields, waiting blocks."""

import pytest

from cnnstudio.design import Block, Design, analyse, edits, templates
from cnnstudio.errors import DesignError
from cnnstudio.layers import (
    Add,
    AveragePool,
    BatchNorm,
    Concat,
    Conv,
    Dense,
    Flatten,
    GlobalAveragePool,
    Input,
    MaxPool,
    ReLU,
)


@pytest.fixture(scope="module")
def lenet():
    return analyse(templates.load("lenet5"))


def column(analysis, field):
    return [getattr(row, field) for row in analysis]


def test_shapes_of_lenet5(lenet):
    assert column(lenet, "output_shape") == [
        (1, 28, 28), (6, 28, 28), (6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 10, 10), (16, 5, 5),
        (400,), (120,), (120,), (84,), (84,), (10,), (10,),
    ]  # fmt: skip
    assert column(lenet, "input_shape") == [None, *column(lenet, "output_shape")[:-1]]


def test_parameters_of_lenet5(lenet):
    found = {row.name: row.parameters for row in lenet if row.parameters}
    assert found == {"conv1": 156, "conv2": 2_416, "fc1": 48_120, "fc2": 10_164, "fc3": 850}
    assert lenet.parameters == 61_706
    conv1 = lenet.row("conv1")
    assert (conv1.weights, conv1.biases, conv1.state) == (150, 6, 0)


def test_without_biases_as_the_lecture_counts():
    design = edits.change(templates.load("lenet5"), "conv1", bias=False)
    design = edits.change(design, "conv2", bias=False)
    assert [analyse(design).row(name).parameters for name in ("conv1", "conv2")] == [150, 2_400]


def test_costs_of_lenet5(lenet):
    found = {row.name: row.multiply_adds for row in lenet if row.multiply_adds}
    assert found == {"conv1": 117_600, "conv2": 240_000, "fc1": 48_000, "fc2": 10_080, "fc3": 840}
    assert lenet.multiply_adds == 416_520
    assert lenet.activation_bytes == 61_584
    assert lenet.row("flatten").activation_bytes == 0


def test_receptive_fields_of_lenet5(lenet):
    fields = {row.name: row.receptive_field for row in lenet}
    assert list(fields.values()) == [
        (n, n) for n in (1, 5, 5, 6, 14, 14, 16, 16, 28, 28, 28, 28, 28, 28)
    ]
    assert [lenet.row(name).jump for name in ("conv1", "pool1", "conv2", "pool2")] == [
        (1, 1), (2, 2), (2, 2), (4, 4),
    ]  # fmt: skip


def test_the_arithmetic_is_what_a_student_writes_down(lenet):
    assert [str(formula) for formula in lenet.row("conv1").arithmetic] == [
        "(28 + 2·2 − 5)/1 + 1 = 28",
        "6·(1·5·5) + 6 = 156",
        "6·28·28·(1·5·5) = 117,600",
        "1 + (5 − 1)·1 = 5",
    ]
    field = lenet.row("conv2").arithmetic[-1]
    assert (field.quantity, str(field)) == ("Receptive field, jump 2", "6 + (5 − 1)·2 = 14")
    assert str(lenet.row("fc1").arithmetic[-1]) == "16 + (5 − 1)·4 = 32, clipped to 28"
    assert lenet.row("relu1").arithmetic == ()


def test_axes_are_followed_one_by_one():
    design = Design.sequence(
        Input(1, 20, 9), Conv(2, (5, 1)), MaxPool((3, 1), stride=(2, 1)), Conv(2, (2, 3))
    )
    analysis = analyse(design)
    assert column(analysis, "receptive_field") == [(1, 1), (5, 1), (7, 1), (9, 3)]
    assert [(f.quantity, str(f)) for f in analysis.row("conv2").arithmetic[-2:]] == [
        ("Receptive field, height, jump 2", "7 + (2 − 1)·2 = 9"),
        ("Receptive field, width, jump 1", "1 + (3 − 1)·1 = 3"),
    ]


def test_dilation_widens_the_field_and_signals_and_volumes_have_one():
    signal = analyse(Design.sequence(Input(1, 100), Conv(2, 3, dilation=4), AveragePool(2)))
    assert column(signal, "receptive_field") == [(1,), (9,), (10,)]
    volume = analyse(Design.sequence(Input(1, 9, 9, 9), Conv(2, 3), Conv(2, 3, stride=2)))
    assert column(volume, "receptive_field")[-1] == (5, 5, 5)
    vector = analyse(Design.sequence(Input(20), Dense(10)))
    assert column(vector, "receptive_field") == [(), ()]


def test_a_merge_sees_the_union():
    design = Design(
        "inception",
        [
            Block("input", Input(3, 32, 32)),
            Block("pool1", MaxPool(2)),
            Block("narrow", Conv(4, 1)),
            Block("wide", Conv(4, 5, padding=2), ("pool1",)),
            Block("concat1", Concat(), ("narrow", "wide")),
            Block("conv1", Conv(4, 3)),
        ],
    )
    analysis = analyse(design)
    assert analysis.row("concat1").output_shape == (8, 16, 16)
    assert column(analysis, "receptive_field")[2:] == [(2, 2), (10, 10), (10, 10), (14, 14)]


def test_a_global_average_sees_the_whole_map_once():
    design = Design.sequence(Input(1, 64, 64), Conv(4, 3), GlobalAveragePool(), Dense(10))
    analysis = analyse(design)
    assert column(analysis, "receptive_field") == [(1, 1), (3, 3), (64, 64), (64, 64)]
    assert analysis.row("fc1").arithmetic[-1].quantity == "Multiply-adds"


def test_running_values_are_state_and_no_parameters():
    analysis = analyse(Design.sequence(Input(3, 8, 8), Conv(16, 3, bias=False), BatchNorm()))
    row = analysis.row("bn1")
    assert (row.parameters, row.weights, row.biases, row.state) == (32, 16, 16, 32)
    assert (analysis.parameters, analysis.state) == (432 + 32, 32)


def test_blocks_behind_an_error_wait_and_say_for_what():
    design = edits.change(templates.load("lenet5"), "conv2", kernel=15)
    analysis = analyse(design)
    assert not analysis.ok
    assert [(d.name, d.severity) for d in analysis.diagnostics] == [("conv2", "error")]
    row = analysis.row("conv2")
    assert (row.status, row.output_shape, row.receptive_field) == ("error", None, None)
    assert row.input_shape == (6, 14, 14)
    assert row.parameters == 16 * 6 * 15 * 15 + 16
    assert {row.name for row in analysis.waiting} == set(design.names[5:])
    assert {row.waiting_for for row in analysis.waiting} == {"conv2"}
    assert analysis.row("fc3").parameters == 0
    assert analysis.row("fc3").input_shapes == ()
    assert analysis.multiply_adds == 117_600


def test_causes_on_independent_branches_are_errors_both():
    design = Design(
        "two",
        [
            Block("input", Input(1, 4, 4)),
            Block("left", Conv(1, 9)),
            Block("right", Conv(1, 7), ("input",)),
            Block("relu1", ReLU()),
            Block("add1", Add(), ("relu1", "left")),
        ],
    )
    analysis = analyse(design)
    assert [found.name for found in analysis.errors] == ["left", "right"]
    assert [analysis.row(name).waiting_for for name in ("relu1", "add1")] == ["right", "left"]


def test_an_analysis_is_a_sequence_of_rows():
    analysis = analyse(Design.sequence(Input(1, 4, 4), Flatten(), Dense(2)))
    assert len(analysis) == 3
    assert [row.name for row in analysis] == ["input", "flatten", "fc1"]
    assert analysis.row("fc1").layer == Dense(2)
    with pytest.raises(DesignError):
        analysis.row("fc2")


def test_sizes_beyond_machine_integers_are_counted():
    huge = Design.sequence(Input(65536, 65536, 65536, 65536), Flatten(), Dense(1_000_000))
    assert analyse(huge).row("fc1").weights == 65536**4 * 1_000_000
