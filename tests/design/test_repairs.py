"""Repairs: verified, ranked, at most three, and found only when asked for."""

import pytest

from cnnstudio.design import Block, Design, analyse, edits, repairs
from cnnstudio.layers import (
    Add,
    AveragePool,
    Concat,
    Conv,
    Dense,
    Flatten,
    Input,
    MaxPool,
    ReLU,
    Softmax,
)


def lenet_with_conv3() -> Design:
    return Design.sequence(
        Input(1, 28, 28), Conv(6, 5, padding=2), ReLU(), MaxPool(2),
        Conv(16, 5), ReLU(), MaxPool(2), Conv(120, 7), ReLU(),
        Flatten(), Dense(84), ReLU(), Dense(10), Softmax(), name="LeNet-5 with conv3",
    )  # fmt: skip


def offered(design: Design):
    (error,) = analyse(design).errors
    for repair in error.repairs:
        row = next((r for r in analyse(repair.design) if r.name == repair.name), None)
        assert row is None or row.status == "ok"
        assert repair.output_shape == (row.output_shape if row else None)
        assert repair.total_parameters == analyse(repair.design).parameters
    return [repair.text for repair in error.repairs]


def residual(*branch, shape=(8, 16, 16), merge=None) -> Design:
    blocks = [Block("input", Input(*shape))]
    blocks += [Block(f"b{i}", layer) for i, layer in enumerate(branch)]
    blocks += [Block("merge", merge or Add(), (f"b{len(branch) - 1}", "input"))]
    return Design("residual", blocks)


def test_the_three_repairs_of_a_kernel_that_does_not_fit():
    (error,) = analyse(lenet_with_conv3()).errors
    assert error.sentence == "A 7×7 kernel does not fit a 5×5 input without padding"
    assert [
        (r.text, r.output_shape, r.parameters, r.total_parameters, r.total_multiply_adds, r.remark)
        for r in error.repairs
    ] == [
        ("Use a 5×5 kernel", (120, 1, 1), 48_120, 61_706, 416_520, ""),
        ("Use padding 1", (120, 1, 1), 94_200, 107_786, 462_600, ""),
        ("Remove pool2", (120, 4, 4), 94_200, 258_986, 2_025_000, "conv3 reads 16×10×10"),
    ]
    assert [r.changed for r in error.repairs] == [("conv3",), ("conv3",), ("pool2",)]
    assert all(analyse(r.design).ok for r in error.repairs)


def test_nothing_is_searched_before_somebody_asks(monkeypatch):
    calls = []
    monkeypatch.setattr(repairs, "measure", lambda design: calls.append(design) or ())
    analysis = analyse(lenet_with_conv3())
    assert calls == []
    with pytest.raises(IndexError):
        _ = analysis.errors[0].repairs
    assert calls == [analysis.design]


def test_a_repair_that_uncovers_the_next_fault_is_offered_behind_those_that_do_not():
    design = Design.sequence(Input(1, 20, 20), MaxPool(2), Conv(4, 11), Conv(4, 9))
    assert offered(design)[0] == "Remove pool1"
    assert len(analyse(design).errors[0].repairs) == 3


def test_strides_and_large_windows_shrink():
    assert "Use stride 1 in conv1" in offered(
        Design.sequence(Input(1, 15, 15), Conv(1, 3, stride=4), ReLU(), Conv(1, 5))
    )
    assert "Pool by 2 in pool1" in offered(
        Design.sequence(Input(1, 15, 15), MaxPool(5), Conv(1, 5))
    )


def test_kernels_are_worded_for_every_rank():
    assert offered(Design.sequence(Input(1, 8), Conv(1, 9)))[0] == "Use a kernel of 8"
    assert offered(Design.sequence(Input(1, 8, 11), Conv(1, 12)))[0] == "Use an 8×11 kernel"
    assert offered(Design.sequence(Input(1, 4, 4), Conv(1, 3, dilation=2)))[1] == "Use dilation 1"
    assert offered(Design.sequence(Input(6, 4, 4), Conv(8, 3, groups=4))) == ["Use 2 groups"]


def test_a_pooling_too_many_goes():
    design = Design.sequence(Input(1, 3, 3), MaxPool(2), ReLU(), AveragePool(2))
    assert offered(design) == ["Remove avgpool1", "Use padding 1", "Remove pool1"]


def test_a_dense_layer_wants_a_vector():
    design = Design.sequence(Input(3, 8, 8), Conv(4, 3), Dense(10))
    assert offered(design) == ["Insert a global average before fc1", "Insert Flatten before fc1"]


def test_a_convolution_wants_maps():
    design = Design.sequence(Input(3, 8, 8), Flatten(), Conv(4, 3))
    assert offered(design) == ["Move conv1 before flatten", "Remove flatten"]


def test_an_input_comes_first_and_only_there():
    assert offered(Design.sequence(Conv(4, 3), ReLU())) == ["Put Input before conv1"]
    assert offered(Design.sequence(Input(1, 9, 9), Input(2), ReLU())) == ["Remove input2"]


def test_a_merge_wants_two_inputs():
    design = Design.sequence(
        Input(8, 9, 9), Conv(8, 3, padding=1), ReLU(), Conv(8, 3, padding=1), ReLU(), Add()
    )
    assert offered(design) == ["Connect relu1 to add1", "Connect conv1 to add1", "Remove add1"]
    repaired = analyse(design).errors[0].repairs[0].design
    assert [source.name for source in repaired.sources("add1")] == ["relu2", "relu1"]


def test_a_layer_that_takes_one_input_reads_one():
    design = residual(ReLU(), merge=ReLU())
    assert offered(design) == ["Read b0 only", "Read input only"]


def test_a_skip_connection_is_brought_to_the_shape_of_the_main_path():
    assert offered(residual(Conv(16, 3, stride=2, padding=1))) == [
        "Insert a 1×1 convolution with stride 2 between input and merge"
    ]
    assert "Insert a 1×1 convolution between input and merge" in offered(
        residual(Conv(16, 3, padding=1), ReLU())
    )
    assert offered(residual(Dense(7), shape=(5,)))[-1] == (
        "Insert a dense block of 7 units between input and merge"
    )


def test_pooling_brings_a_skip_connection_to_size_without_parameters():
    design = residual(Conv(8, 3, stride=2, padding=1))
    assert offered(design)[0] == "Insert a max pooling between input and merge"
    concat = residual(Conv(4, 3, stride=2, padding=1), merge=Concat())
    assert offered(concat)[0] == "Insert a max pooling between input and merge"


def test_convolutions_of_a_branch_keep_the_size_of_their_maps():
    design = residual(Conv(8, 3), ReLU(), Conv(8, 5))
    assert offered(design) == ["Use same padding in b0 and b2"]
    repaired = analyse(design).errors[0].repairs[0].design
    assert [repaired.block(name).layer.padding for name in ("b0", "b2")] == ["same", "same"]


def test_padding_and_projection_go_together_where_neither_is_enough():
    assert offered(residual(Conv(8, 7, stride=2), shape=(3, 32, 32))) == [
        "Use same padding in b0 and insert a 1×1 convolution with stride 2 between input and merge"
    ]


def test_convolutions_before_the_fork_stay_as_they_are():
    blocks = [
        Block("input", Input(8, 9, 9)),
        Block("stem", Conv(8, 3)),
        Block("conv1", Conv(8, 3)),
        Block("add1", Add(), ("conv1", "stem")),
    ]
    assert offered(Design("d", blocks)) == ["Use same padding in conv1"]


def test_no_repair_breaks_what_was_sound():
    blocks = [
        Block("input", Input(1, 8, 8)),
        Block("left", MaxPool(2)),
        Block("right", MaxPool(2), ("input",)),
        Block("sum", Add(), ("left", "right")),
        Block("conv1", Conv(1, 5), ("left",)),
    ]
    assert offered(Design("d", blocks)) == ["Use a 4×4 kernel", "Use padding 1"]


def test_a_sound_block_needs_no_repair():
    assert repairs.find(lenet_with_conv3(), "conv1") == ()
    assert repairs.find(edits.remove(lenet_with_conv3(), ["conv3"]), "pool2") == ()
