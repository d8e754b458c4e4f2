"""A design is a value: names, ids, wiring by default, equality."""

import pytest

from cnnstudio.design import Block, Design
from cnnstudio.errors import DesignError
from cnnstudio.layers import Add, Concat, Conv, Flatten, Input, ReLU, Softmax


def residual() -> Design:
    return Design(
        "residual",
        [
            Block("input", Input(3, 8, 8)),
            Block("conv1", Conv(3, 3, padding=1)),
            Block("add1", Add(), inputs=("conv1", "input")),
        ],
    )


def names(blocks):
    return [block.name for block in blocks]


def test_a_sequence_names_blocks_by_stem_and_smallest_number():
    design = Design.sequence(
        Input(1, 9, 9), Conv(), ReLU(), Conv(), Flatten(), Softmax(), Flatten(), Softmax()
    )
    assert names(design) == [
        "input", "conv1", "relu1", "conv2", "flatten", "softmax", "flatten2", "softmax2",
    ]  # fmt: skip


def test_a_block_reads_the_one_before_unless_told_otherwise():
    design = residual()
    assert names(design.sources("conv1")) == ["input"]
    assert names(design.sources(design.block("add1"))) == ["conv1", "input"]
    assert design.sources("input") == ()
    assert names(design.readers("input")) == ["conv1", "add1"]
    assert design.readers("add1") == ()


def test_inputs_by_name_become_ids_and_the_block_before_becomes_the_default():
    design = Design(
        "d", [Block("input", Input()), Block("a", ReLU(), ("input",)), Block("b", ReLU(), ("a",))]
    )
    assert [block.inputs for block in design] == [None, None, None]
    assert residual().block("add1").inputs == ("2", "1")


def test_ids_are_the_smallest_numbers_above_all_and_stay_with_their_block():
    design = residual()
    assert [block.id for block in design] == ["1", "2", "3"]
    longer = Design("d", [*design, Block("relu1", ReLU())])
    assert [block.id for block in longer] == ["1", "2", "3", "4"]
    assert longer.block_by_id("3") == design.block("add1")
    assert longer.block_by_id("9") is None


def test_designs_are_equal_when_names_layers_and_wiring_are():
    assert residual() == residual()
    assert hash(residual()) == hash(residual())
    explicit = Design("d", [Block("input", Input(), id="7"), Block("a", ReLU(), ("input",), "3")])
    assert explicit == Design("d", [Block("input", Input()), Block("a", ReLU())])
    other = Design("residual", [*residual().blocks[:2], Block("add1", Add(), ("input", "conv1"))])
    assert other != residual()
    assert Design("x", residual()) != residual()
    assert residual() != "residual"


def test_a_design_cannot_be_changed_in_place():
    with pytest.raises(AttributeError):
        residual().name = "other"


def test_index_membership_and_length():
    design = residual()
    assert (design.index("add1"), len(design), "add1" in design, "add2" in design) == (
        2, 3, True, False,
    )  # fmt: skip
    with pytest.raises(DesignError, match="no block named 'conv9'"):
        design.block("conv9")


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        ([], "at least one block"),
        ([Block("a", Input()), Block("a", ReLU())], "two blocks are named 'a'"),
        ([Block("1a", Input())], "'1a' cannot name a block"),
        ([Block("a b", Input())], "cannot name"),
        ([Block("a" * 65, Input())], "cannot name"),
        ([Block("a", Input()), Block("b", Add(), ("c",))], "block b: reads 'c', which does not"),
        ([Block("a", Input()), Block("b", Add(), ("b",))], "does not come before it"),
        ([Block("a", Input()), Block("b", Add(), ("c",)), Block("c", ReLU())], "come before"),
        ([Block("a", Input()), Block("b", Add(), ("a", "a"))], "reads the same block twice"),
        ([Block("a", Input(), id="x")], "'x' is no id"),
        ([Block("a", Input(), id="1"), Block("b", ReLU(), id="1")], "used twice"),
    ],
)
def test_what_no_design_can_hold(blocks, reason):
    with pytest.raises(DesignError, match=reason):
        Design("d", blocks)


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 201, "\ud800"])
def test_a_design_needs_a_name_of_one_line(name):
    with pytest.raises(DesignError):
        Design(name, [Block("input", Input())])


def test_impossible_shapes_are_legal_values():
    Design.sequence(Conv(1, 9))
    Design.sequence(Input(1, 2, 2), Conv(1, 9), Concat())
