"""The document: one kind of undo step, selection by block, files."""

import pytest
from PySide6.QtCore import QCoreApplication

from cnnstudio.design import Design, edits, templates
from cnnstudio.errors import DesignError
from cnnstudio.layers import Conv, Dense, Flatten, Input, ReLU
from cnnstudio.studio.document import HISTORY


def filters(document, number, key=None):
    document.edit(
        f"Set filters to {number}", edits.change(document.design, "conv1", filters=number), key
    )


def test_starts_with_lenet_that_needs_nothing(document):
    assert document.design == templates.load("lenet5")
    assert document.analysis.ok and document.analysis.parameters == 61_706
    assert not document.modified and document.path is None and document.selection == ()


def test_undo_and_redo_give_back_the_very_designs(document):
    seen = [document.design]
    for number in (1, 2, 3):
        filters(document, number)
        seen.append(document.design)
    for design in reversed(seen[:-1]):
        document.undo_stack.undo()
        assert document.design is design and document.analysis.design is design
    for design in seen[1:]:
        document.undo_stack.redo()
        assert document.design is design


def test_history_holds_two_hundred_steps(document):
    for number in range(1, HISTORY + 51):
        filters(document, number + 100)
    assert document.undo_stack.count() == HISTORY
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    assert document.design.block("conv1").layer.filters == 150


def test_ids_are_stable_through_rename_undo_and_removal(document):
    ids = {block.name: block.id for block in document.design}
    document.edit("Rename", edits.rename(document.design, "conv1", "edges"))
    assert document.design.block("edges").id == ids["conv1"]
    document.edit("Remove", edits.remove(document.design, ["edges"]))
    document.edit("Insert", edits.insert(document.design, Conv(6, 5), "input"))
    assert document.design.block("conv1").id not in ids.values()
    for _ in range(3):
        document.undo_stack.undo()
    assert {block.name: block.id for block in document.design} == ids


def test_an_edit_to_an_equal_design_is_no_step(document, qtbot):
    with qtbot.assertNotEmitted(document.changed):
        document.edit("Nothing", Design(document.design.name, document.design.blocks))
    assert document.undo_stack.count() == 0


def test_an_equal_edit_still_selects(document):
    document.edit("Nothing", document.design, select=["fc1"])
    assert document.selection == ("fc1",) and document.undo_stack.count() == 0


def test_typing_is_one_step(document):
    for number in (1, 12, 128):
        filters(document, number, "conv1.filters")
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == "Set filters to 128"
    document.undo_stack.undo()
    assert document.design == templates.load("lenet5")
    document.undo_stack.redo()
    assert document.design.block("conv1").layer.filters == 128


def test_other_keys_and_no_key_do_not_merge(document):
    filters(document, 7, "conv1.filters")
    filters(document, 8, "conv1.filters again")
    filters(document, 9)
    filters(document, 10)
    assert document.undo_stack.count() == 4


def test_typing_back_leaves_no_step(document):
    filters(document, 60, "conv1.filters")
    filters(document, 6, "conv1.filters")
    assert document.undo_stack.count() == 0 and not document.modified
    assert document.design == templates.load("lenet5")


def test_a_saved_step_takes_no_more_typing(document, tmp_path):
    filters(document, 60, "conv1.filters")
    document.save(tmp_path / "a.cnn.json")
    filters(document, 61, "conv1.filters")
    assert document.undo_stack.count() == 2 and document.modified
    document.undo_stack.undo()
    assert not document.modified


def test_undo_and_redo_restore_the_selection(document):
    document.select(["fc1", "conv1"])
    assert document.selection == ("conv1", "fc1")  # order of the design
    document.edit("Insert", edits.insert(document.design, ReLU(), "pool1"), select=["relu5"])
    document.select(["input"])
    document.undo_stack.undo()
    assert document.selection == ("conv1", "fc1")
    document.undo_stack.redo()
    assert document.selection == ("relu5",)


def test_removed_blocks_leave_the_selection_and_come_back(document):
    document.select(["conv1", "relu1"])
    document.edit("Delete", edits.remove(document.design, ["conv1"]))
    assert document.selection == ("relu1",)
    document.undo_stack.undo()
    assert document.selection == ("conv1", "relu1")


def test_renaming_keeps_the_selection(document, qtbot):
    document.select(["conv1"])
    with qtbot.waitSignal(document.selection_changed):
        document.edit("Rename", edits.rename(document.design, "conv1", "edges"))
    assert document.selection == ("edges",)
    document.undo_stack.undo()
    assert document.selection == ("conv1",)


def test_selection_ignores_strangers_and_tells_only_changes(document, qtbot):
    document.select(["fc1", "nobody"])
    assert document.selection == ("fc1",)
    with qtbot.assertNotEmitted(document.selection_changed):
        document.select(["fc1"])


def test_a_preview_is_about_another_design_and_ends_with_an_edit(document, qtbot):
    longer = edits.insert(document.design, ReLU(), "pool1")
    with qtbot.waitSignal(document.preview_changed):
        document.preview(longer)
    assert document.preview_analysis.design == longer and len(document.design) == 14
    with qtbot.assertNotEmitted(document.changed, wait=1):
        document.preview(None)
    with qtbot.assertNotEmitted(document.preview_changed):
        document.preview(None)
    document.preview(longer)
    with qtbot.waitSignal(document.preview_changed):
        document.edit("Insert", longer)
    assert document.preview_analysis is None


def test_views_find_everything_new_at_the_first_signal(document):
    document.preview(edits.insert(document.design, ReLU(), "pool1"))
    document.select(["fc1"])
    seen = []

    def look():
        seen.append((document.design, document.selection, document.preview_analysis))

    for signal in (document.changed, document.selection_changed, document.preview_changed):
        signal.connect(look)
    document.edit("Delete", edits.remove(document.design, ["fc1"]))
    assert len(seen) == 3 and seen == [(document.design, (), None)] * 3


def test_a_broken_design_is_legal_and_brings_repairs(document):
    document.edit("Break", edits.change(document.design, "conv2", kernel=17))
    assert [found.name for found in document.analysis.errors] == ["conv2"]
    assert 1 <= len(document.repairs) <= 3
    document.apply(document.repairs[0])
    assert document.analysis.ok and document.repairs == () and document.selection == ("conv2",)
    document.undo_stack.undo()
    assert not document.analysis.ok


def test_save_and_open(document, tmp_path, qtbot):
    filters(document, 9)
    path = tmp_path / "mine.cnn.json"
    with qtbot.waitSignal(document.file_changed):
        document.save(path)
    assert document.path == path and not document.modified
    filters(document, 10)
    assert document.modified
    document.open(path)
    assert document.design.block("conv1").layer.filters == 9
    assert not document.modified and document.undo_stack.count() == 0


def test_a_file_that_cannot_be_read_changes_nothing(document, tmp_path):
    filters(document, 9)
    shown = document.design
    with pytest.raises(DesignError):
        document.open(tmp_path / "missing.cnn.json")
    assert document.design is shown and document.modified


def test_replacing_may_leave_edits_to_save(document, tmp_path):
    small = Design.sequence(Input(4), Flatten(), Dense(2), name="small")
    document.replace(small, tmp_path / "small.cnn.json", modified=True)
    assert document.modified and not document.undo_stack.canUndo()
    document.replace(small)
    assert not document.modified and document.path is None


def test_the_name_of_the_design_is_part_of_the_title(document, qtbot):
    with qtbot.waitSignal(document.file_changed):
        document.edit("Rename design", edits.set_name(document.design, "Mine"))


def test_five_thousand_signals(document):
    count = 0

    def told():
        nonlocal count
        count += 1

    document.selection_changed.connect(told)
    for _ in range(2_500):
        document.select(["fc1"])
        document.select([])
    assert count == 5_000


def test_a_closed_document_has_no_history(document):
    """Commands that the garbage collector frees before their stack end the process."""
    filters(document, 9)
    told = []
    document.undo_stack.indexChanged.connect(told.append)
    document.close()
    assert document.undo_stack.count() == 0 and told == []
    assert document.design.block("conv1").layer.filters == 9


def answering(document, filters):
    """Edit the design once, out of showing another edit."""
    answers = []

    def answer():
        if not answers:
            answers.append(document.design)
            document.edit("Answer", edits.change(document.design, "conv2", filters=filters))

    document.changed.connect(answer)


@pytest.mark.parametrize(("step", "left"), [("edit", 4), ("undo", 6), ("redo", 3)])
def test_an_edit_out_of_showing_another_one_comes_after_it(document, step, left):
    stack = document.undo_stack
    filters(document, 3)
    if step == "redo":
        stack.undo()
    answering(document, 20)
    filters(document, 4) if step == "edit" else getattr(stack, step)()

    def shown():
        return [document.design.block(name).layer.filters for name in ("conv1", "conv2")]

    assert shown() == [left, 16]
    QCoreApplication.processEvents()
    assert shown() == [left, 20] and stack.undoText() == "Answer"
    stack.undo()
    assert shown() == [left, 16]


def test_an_answer_that_comes_too_late_is_dropped(document):
    answering(document, 20)
    filters(document, 3)
    filters(document, 5)
    QCoreApplication.processEvents()
    assert document.design.block("conv1").layer.filters == 5
    assert document.design.block("conv2").layer.filters == 16


def test_starting_over_out_of_showing_an_edit_waits_until_the_history_has_finished(document):
    other, asked = templates.load("one-dense"), []

    def start_over():
        if not asked:
            asked.append(True)
            document.replace(other)

    document.changed.connect(start_over)
    filters(document, 3)
    assert document.design.block("conv1").layer.filters == 3
    assert document.undo_stack.count() == 1
    QCoreApplication.processEvents()
    assert document.design == other and document.undo_stack.count() == 0
