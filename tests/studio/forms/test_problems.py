"""The list of problems: first causes, repairs with their numbers, previews, filters."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from cnnstudio.design import edits
from cnnstudio.layers import Conv, Dense, Input, ReLU
from cnnstudio.studio.tables.problems import ProblemsPanel


@pytest.fixture
def panel(bench, qtbot):
    made = ProblemsPanel(bench)
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def picture(document):
    """The network of error-dark.png: conv3 in the place of fc1."""
    design = edits.remove(document.design, ["fc1", "relu3"])
    design = edits.insert(design, Conv(120, 7), "pool2")
    document.replace(edits.insert(design, ReLU(), "conv3"))
    return document


def sentences(panel):
    model = panel.table.model()
    return [model.data(model.index(row, 1)) for row in range(model.rowCount())]


def buttons(panel):
    found = panel.repairs.findChildren(QPushButton)
    return sorted((b for b in found if b.isVisible()), key=lambda button: button.objectName())


def point(button, inside=True):
    """Move the pointer in or out; offscreen has no pointer that moves by itself."""
    at = QPointF(3, 3)
    event = QEnterEvent(at, at, at) if inside else QEvent(QEvent.Type.Leave)
    QApplication.sendEvent(button, event)


def test_lenet_has_one_note_and_no_error(panel):
    assert sentences(panel) == ["fc1 holds 78 % of all parameters"]
    assert panel.errors == panel.warnings == 0
    assert [chip.text() for chip in panel.chips.values()] == ["Errors 0", "Warnings 0", "Notes 1"]
    assert not panel.chips["error"].isEnabled() and panel.chips["note"].isChecked()
    assert panel.chips["error"].toolTip() == "There are no errors"
    assert buttons(panel) == []


def test_the_first_cause_alone_with_three_repairs(panel, picture):
    assert sentences(panel) == ["A 7×7 kernel does not fit a 5×5 input without padding"]
    assert panel.errors == 1
    assert panel.current().place == "conv3 · block 7 · input 16×5×5 from pool2"
    assert [b.text() for b in buttons(panel)] == [
        "Use a 5×5 kernel", "Use padding 1", "Remove pool2",
    ]  # fmt: skip
    labels = [found.text() for found in panel.repairs.findChildren(QLabel)]
    assert labels == [
        "→ 120×1×1", "48,120 in conv3", "61,706 in total",
        "→ 120×1×1", "94,200 in conv3", "107,786 in total",
        "→ 120×4×4", "94,200 in conv3", "258,986 in total",
    ]  # fmt: skip
    assert "6 blocks wait for conv3" in panel._waiting_text.text()
    assert "relu3, flatten, fc2, relu4, fc3, softmax" in panel._waiting_text.text()
    assert panel._waiting.isVisible()
    assert buttons(panel)[0].toolTip().endswith("(Alt+1)")


@pytest.mark.parametrize(
    ("number", "parameters", "multiply_adds"),
    [(0, 61_706, 416_520), (1, 107_786, 462_600), (2, 258_986, 2_025_000)],
)
def test_pointing_previews_and_a_click_repairs_in_one_step(
    panel, picture, number, parameters, multiply_adds
):
    button = buttons(panel)[number]
    broken = picture.design
    point(button)
    assert picture.preview_analysis.parameters == parameters
    assert picture.preview_analysis.multiply_adds == multiply_adds
    assert picture.design is broken
    point(button, inside=False)
    assert picture.preview_analysis is None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert picture.analysis.ok and picture.analysis.parameters == parameters
    assert picture.undo_stack.count() == 1 and picture.selection == ("conv3",)
    assert picture.undo_stack.undoText() == button.text()
    assert buttons(panel) == [] and not panel._waiting.isVisible()
    picture.undo_stack.undo()
    assert picture.design == broken and len(buttons(panel)) == 3


def test_repairs_by_keyboard(panel, picture, qtbot):
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    first = buttons(panel)[0]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    assert picture.preview_analysis.parameters == 61_706
    QTest.keyClick(first, Qt.Key.Key_Space)
    assert picture.analysis.ok and picture.preview_analysis is None
    assert QApplication.focusWidget() is panel.table


def test_a_click_selects_the_block(panel, document):
    design = edits.insert(document.design, Conv(6, 3, padding=1), "conv1")
    document.replace(edits.change(design, "pool2", kernel=3))
    panel.check()
    assert panel.warnings == len(sentences(panel)) == 2
    at = panel.table.visualRect(panel.model.index(1, 1)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert document.selection == ("pool2",)
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Up)
    assert document.selection == ("conv3",)


def test_the_problem_of_the_selected_block_is_chosen(panel, document):
    design = edits.insert(document.design, Conv(6, 3, padding=1), "conv1")
    document.replace(edits.change(design, "pool2", kernel=3))
    document.select(["pool2"])
    assert panel.current().name == "pool2"
    document.select(["fc2"])
    assert panel.current().name == "pool2"


def test_chips_filter(panel, picture):
    QTest.mouseClick(panel.chips["error"], Qt.MouseButton.LeftButton)
    assert sentences(panel) == [] and buttons(panel) == []
    assert panel._nothing_text.text() == "1 problem hidden by the filter"
    assert panel.chips["error"].text() == "Errors 1"
    QTest.mouseClick(panel.chips["error"], Qt.MouseButton.LeftButton)
    assert len(sentences(panel)) == 1


def test_filters_are_remembered_while_there_is_nothing_to_filter(panel, document, qtbot):
    QTest.mouseClick(panel.chips["note"], Qt.MouseButton.LeftButton)
    document.edit("Break", edits.change(document.design, "conv2", kernel=99))
    document.undo_stack.undo()
    panel.check()
    assert sentences(panel) == [] and not panel.chips["note"].isChecked()


def test_data_and_plan_are_checked_too(panel, document, qtbot):
    document.edit("Edit", edits.change(document.design, "fc3", units=12))
    assert panel.errors == 0
    qtbot.waitUntil(lambda: panel.errors == 1)
    assert "10 classes" in sentences(panel)[0]
    assert not buttons(panel)[0].toolTip().endswith("(Alt+1)")
    QTest.mouseClick(buttons(panel)[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.errors == 0)
    assert document.design.block("fc3").layer == Dense(10)


def test_other_data_may_bring_a_problem(panel, bench, document, qtbot):
    document.edit("Edit", edits.replace_layer(document.design, "input", Input(3, 32, 32)))
    qtbot.waitUntil(lambda: panel.errors == 1)
    bench.dataset = None
    bench.dataset_changed.emit()
    qtbot.waitUntil(lambda: panel.errors == 0)


def test_the_tab_is_told(panel, document, qtbot):
    with qtbot.waitSignal(panel.count_changed):
        document.edit("Break", edits.change(document.design, "conv2", kernel=99))
    assert panel.errors == 1


def test_problems_are_copied_as_text(panel, picture):
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text().split("\n")
    assert copied[0] == "Severity\tProblem\tBlock" and copied[1].endswith("padding\tconv3")


def test_repairs_stand_below_their_problem(panel, picture):
    table = panel.table
    assert table.rowHeight(0) > panel.repairs.height() > 60
    assert panel.repairs.y() + panel.repairs.height() <= table.height()
    panel.grab()


def test_a_narrow_panel_leaves_out_totals_first(panel, picture):
    def shown():
        return [f.text() for f in panel.repairs.findChildren(QLabel) if f.isVisible()][:3]

    assert shown() == ["→ 120×1×1", "48,120 in conv3", "61,706 in total"]
    panel.resize(420, 400)
    assert shown()[:2] == ["→ 120×1×1", "48,120 in conv3"] and "total" not in shown()[2]
    panel.resize(600, 400)
    assert shown()[2] == "61,706 in total"
