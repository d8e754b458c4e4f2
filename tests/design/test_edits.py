"""Edits: what each does to order, names and wiring, and what it refuses."""

import pytest

from cnnstudio.design import Block, Design, analyse, edits, fragments
from cnnstudio.errors import CnnStudioError, DesignError, SettingError
from cnnstudio.layers import (
    Add,
    BatchNorm,
    Concat,
    Conv,
    Dense,
    Flatten,
    Input,
    LeakyReLU,
    ReLU,
    Softmax,
)


def wires(design: Design) -> str:
    """Write a design as ``"input conv1 add1(conv1 input)"``; links to the block before left out."""
    return " ".join(
        block.name
        + (f"({' '.join(s.name for s in design.sources(block))})" if block.inputs else "")
        for block in design
    )


def pipeline() -> Design:
    return Design.sequence(Input(8, 8, 8), Conv(8, 3, padding=1), ReLU(), Conv(8, 3, padding=1))


def residual() -> Design:
    """Return input → conv1 → relu1 → conv2 → add1 (+ relu1) → relu2."""
    design = edits.insert(pipeline(), Add())
    return edits.insert(edits.connect(design, "relu1", "add1"), ReLU())


def branches() -> Design:
    return Design(
        "b",
        [
            Block("input", Input(3, 8, 8)),
            Block("conv1", Conv(4, 1)),
            Block("conv2", Conv(5, 1), ("input",)),
            Block("concat1", Concat(), ("conv1", "conv2")),
        ],
    )


class TestInsert:
    def test_a_layer_is_spliced_behind_a_block(self):
        design = edits.insert(pipeline(), BatchNorm(), "conv1")
        assert wires(design) == "input conv1 bn1 relu1 conv2"
        assert wires(edits.insert(design, Softmax())) == "input conv1 bn1 relu1 conv2 softmax"

    def test_present_blocks_keep_ids_and_names(self):
        before = pipeline()
        after = edits.insert(before, Conv(), "input")
        assert wires(after) == "input conv3 conv1 relu1 conv2"
        assert {b.id: b.name for b in before}.items() <= {b.id: b.name for b in after}.items()

    def test_only_the_next_block_follows_a_skip_connection_stays(self):
        design = edits.insert(residual(), BatchNorm(), "relu1")
        assert wires(design) == "input conv1 relu1 bn1 conv2 add1(conv2 relu1) relu2"

    def test_the_merge_follows_when_it_is_next(self):
        design = edits.insert(residual(), BatchNorm(), "conv2")
        assert wires(design) == "input conv1 relu1 conv2 bn1 add1(bn1 relu1) relu2"

    def test_a_named_link_is_spliced_even_when_it_skips(self):
        design = edits.insert(residual(), Conv(8, 1), "relu1", before="add1")
        assert wires(design) == "input conv1 relu1 conv2 conv3(relu1) add1(conv2 conv3) relu2"
        assert analyse(design).ok

    def test_at_the_end_of_a_branch_its_reader_follows(self):
        design = edits.insert(branches(), ReLU(), "conv1")
        assert wires(design) == "input conv1 relu1 conv2(input) concat1(relu1 conv2)"

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            ({"layer": Input()}, "Input is always the first block"),
            ({"after": "conv9"}, "no block named 'conv9'"),
            ({"after": "input", "before": "conv2"}, "conv2 does not read input"),
            ({"name": "relu1"}, "already a block named 'relu1'"),
            ({"name": "a-b"}, "cannot name a block"),
        ],
    )
    def test_refusals(self, arguments, reason):
        with pytest.raises(DesignError, match=reason):
            edits.insert(pipeline(), **{"layer": ReLU(), **arguments})


class TestRemove:
    def test_the_pipeline_heals(self):
        assert wires(edits.remove(pipeline(), ["relu1"])) == "input conv1 conv2"
        assert wires(edits.remove(pipeline(), ["conv1", "relu1"])) == "input conv2"

    def test_a_skip_connection_reads_what_its_source_read(self):
        design = edits.remove(residual(), ["relu1"])
        assert wires(design) == "input conv1 conv2 add1(conv2 conv1) relu2"

    def test_a_merge_whose_inputs_become_one_keeps_it_once(self):
        design = edits.remove(residual(), ["conv2"])
        assert wires(design) == "input conv1 relu1 add1 relu2"
        assert analyse(design).errors[0].sentence == "add1 needs at least two inputs, it has one"

    def test_removing_a_merge_leaves_its_first_input(self):
        assert wires(edits.remove(residual(), ["add1"])) == "input conv1 relu1 conv2 relu2"

    def test_input_stays(self):
        with pytest.raises(DesignError, match="Input is always the first block and cannot be rem"):
            edits.remove(pipeline(), ["input"])
        assert wires(edits.remove(pipeline(), pipeline().names)) == "input"

    def test_names_become_free_and_nobody_is_renumbered(self):
        design = edits.remove(pipeline(), ["conv1"])
        assert wires(design) == "input relu1 conv2"
        assert wires(edits.insert(design, Conv())) == "input relu1 conv2 conv1"

    def test_a_design_without_input_keeps_a_block(self):
        design = Design.sequence(ReLU(), ReLU())
        assert wires(edits.remove(design, ["relu1"])) == "relu2"
        with pytest.raises(DesignError, match="at least one block"):
            edits.remove(design, ["relu1", "relu2"])


class TestMove:
    def test_a_block_changes_places_with_its_neighbour(self):
        assert wires(edits.move(pipeline(), ["conv1"], "relu1")) == "input relu1 conv1 conv2"
        assert wires(edits.move(pipeline(), ["relu1"], "input")) == "input relu1 conv1 conv2"

    def test_several_move_in_their_order(self):
        design = edits.insert(pipeline(), Flatten())
        moved = edits.move(design, ["relu1", "conv1"], "conv2")
        assert wires(moved) == "input conv2 conv1 relu1 flatten"

    def test_a_whole_residual_block_keeps_its_skip(self):
        design = edits.insert(residual(), BatchNorm(), "input")
        moved = edits.move(design, ["relu1", "conv2", "add1"], "input")
        assert wires(moved) == "input relu1 conv2 add1(conv2 relu1) bn1 conv1 relu2"

    def test_a_merge_keeps_the_skips_that_still_come_before_it(self):
        later = edits.move(residual(), ["add1"], "relu2")
        assert wires(later) == "input conv1 relu1 conv2 relu2 add1(relu2 relu1)"
        earlier = edits.move(residual(), ["add1"], "conv1")
        assert wires(earlier) == "input conv1 add1 relu1 conv2 relu2"

    def test_where_it_stands_already_nothing_changes(self):
        for design, name, after in ((residual(), "add1", "conv2"), (branches(), "conv2", "conv1")):
            assert edits.move(design, [name], after) is design
            assert edits.move(design, [name], name) is design

    def test_input_stays_first(self):
        with pytest.raises(DesignError, match="Input is always the first block and cannot be mov"):
            edits.move(pipeline(), ["input"], "conv1")


class TestSettingsAndNames:
    def test_settings_change(self):
        design = edits.change(pipeline(), "conv1", filters=3, kernel=5)
        assert design.block("conv1").layer == Conv(3, 5, padding=1)
        with pytest.raises(DesignError, match="Conv has no setting 'filter'"):
            edits.change(pipeline(), "conv1", filter=3)
        with pytest.raises(SettingError, match="filters must be a whole number"):
            edits.change(pipeline(), "conv1", filters=0)

    def test_another_layer_takes_the_place_under_the_same_name(self):
        design = edits.replace_layer(pipeline(), "relu1", LeakyReLU())
        assert design.block("relu1").layer == LeakyReLU()
        assert wires(edits.replace_layer(residual(), "add1", ReLU())) == wires(
            edits.disconnect(residual(), "relu1", "add1")
        )
        with pytest.raises(DesignError, match="Input stays Input"):
            edits.replace_layer(pipeline(), "input", ReLU())
        with pytest.raises(DesignError, match="only the first block can be Input"):
            edits.replace_layer(pipeline(), "relu1", Input())

    def test_rename_follows_the_wires(self):
        design = edits.rename(residual(), "relu1", "stem")
        assert wires(design) == "input conv1 stem conv2 add1(conv2 stem) relu2"
        assert edits.rename(design, "stem", "stem") is design
        with pytest.raises(DesignError, match="already a block named 'conv1'"):
            edits.rename(design, "stem", "conv1")
        with pytest.raises(DesignError, match="cannot name a block"):
            edits.rename(design, "stem", "my block")

    def test_the_design_has_a_name_too(self):
        assert edits.set_name(pipeline(), " LeNet ").name == "LeNet"
        with pytest.raises(DesignError, match="needs a name"):
            edits.set_name(pipeline(), " ")


class TestConnect:
    def test_a_merge_gets_a_further_input_and_loses_it(self):
        design = edits.connect(residual(), "input", "add1")
        assert wires(design) == "input conv1 relu1 conv2 add1(conv2 relu1 input) relu2"
        assert edits.disconnect(design, "input", "add1") == residual()

    @pytest.mark.parametrize(
        ("source", "target", "reason"),
        [
            ("input", "conv2", "conv2 takes one input; connect into Add or Concatenate"),
            ("conv2", "add1", "add1 already reads conv2"),
            ("relu2", "add1", "relu2 does not come before add1"),
            ("add1", "add1", "add1 does not come before add1"),
            ("conv1", "input", "input takes no input"),
        ],
    )
    def test_why_not(self, source, target, reason):
        assert edits.connection_refusal(residual(), source, target).startswith(reason)
        with pytest.raises(DesignError, match=reason):
            edits.connect(residual(), source, target)

    def test_a_block_reads_at_least_one(self):
        assert edits.connection_refusal(residual(), "input", "add1") == ""
        with pytest.raises(DesignError, match="conv1 is the only input of relu1"):
            edits.disconnect(residual(), "conv1", "relu1")
        with pytest.raises(DesignError, match="relu1 does not read input"):
            edits.disconnect(residual(), "input", "relu1")
        for target in ("input", "relu1"):
            with pytest.raises(DesignError, match="must read at least one block before it"):
                edits.set_inputs(residual(), target, [])

    def test_inputs_can_be_set_outright(self):
        design = edits.set_inputs(residual(), "conv2", ["input"])
        assert wires(design) == "input conv1 relu1 conv2(input) add1(conv2 relu1) relu2"


class TestClipboard:
    def test_blocks_are_duplicated_behind_the_last_with_free_names(self):
        design = edits.rename(pipeline(), "conv1", "stem")
        copied = fragments.duplicate(design, ["relu1", "stem"])
        assert wires(copied) == "input stem relu1 stem1 relu2 conv2"

    def test_a_residual_block_takes_its_inner_wiring_along(self):
        text = fragments.copy(residual(), ["relu1", "conv2", "add1"])
        pasted = fragments.paste(pipeline(), text, "conv1")
        assert wires(pasted) == "input conv1 relu2 conv3 add1(conv3 relu2) relu1 conv2"
        assert wires(fragments.paste(Design.sequence(Input()), text)) == (
            "input relu1 conv2 add1(conv2 relu1)"
        )

    def test_a_skip_from_outside_becomes_one_from_the_place(self):
        text = fragments.copy(residual(), ["conv2", "add1"])
        pasted = fragments.paste(pipeline(), text)
        assert wires(pasted) == "input conv1 relu1 conv2 conv3 add1(conv3 conv2)"

    def test_blocks_between_are_bridged(self):
        text = fragments.copy(residual(), ["conv1", "relu2"])
        assert wires(fragments.paste(Design.sequence(Input()), text)) == "input conv1 relu2"

    def test_input_is_left_out(self):
        assert wires(fragments.duplicate(pipeline(), ["input", "conv1"])) == (
            "input conv1 conv3 relu1 conv2"
        )
        for operation in (fragments.copy, fragments.duplicate):
            with pytest.raises(DesignError, match="cannot be copied"):
                operation(pipeline(), ["input"])

    def test_layers_keep_their_settings(self):
        copied = fragments.duplicate(Design.sequence(Input(5), Dense(7, bias=False)), ["fc1"])
        assert copied.block("fc2").layer == Dense(7, bias=False)

    @pytest.mark.parametrize(
        "text",
        [
            "hello",
            pipeline().to_json(),
            '{"format": "cnnstudio-blocks", "blocks": []}',
            '{"format": "cnnstudio-blocks", "blocks": [{"name": "a", "layer": "Input"}]}',
            '{"format": "cnnstudio-blocks", "blocks": [{"name": "*", "layer": "ReLU"}]}',
            '{"format": "cnnstudio-blocks", "blocks": '
            '[{"name": "a", "layer": "ReLU", "inputs": ["conv1"]}]}',
            '{"format": "cnnstudio-blocks", "blocks": '
            '[{"name": "a", "layer": "ReLU"}, {"name": "a", "layer": "ReLU"}]}',
        ],
    )
    def test_other_text_is_refused(self, text):
        with pytest.raises(DesignError):
            fragments.paste(pipeline(), text)


def test_a_residual_net_is_built_step_by_step():
    design = Design.sequence(Input(1, 28, 28), name="residual")
    for layer in (Conv(8, 3, padding=1), ReLU(), Conv(16, 3, padding=1, stride=2), BatchNorm()):
        design = edits.insert(design, layer)
    design = edits.insert(design, Add())
    assert analyse(design).errors[0].sentence == "add1 needs at least two inputs, it has one"
    design = edits.connect(design, "relu1", "add1")
    assert "Add needs inputs of one shape" in analyse(design).errors[0].sentence
    design = edits.insert(design, Conv(16, 1, stride=2), "relu1", before="add1")
    for layer in (ReLU(), Flatten(), Dense(10), Softmax()):
        design = edits.insert(design, layer)
    assert analyse(design).ok
    assert not analyse(design).warnings


def test_refusals_are_errors_of_the_family():
    assert issubclass(DesignError, CnnStudioError)
