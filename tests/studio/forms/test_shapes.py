"""The table of shapes: the numbers of LeNet-5, previews, selection, copying."""

import csv
import io

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetricsF, QGuiApplication
from PySide6.QtTest import QTest

from cnnstudio.design import Design, edits, templates
from cnnstudio.errors import DesignError
from cnnstudio.layers import (
    Add,
    BatchNorm,
    Conv,
    Dense,
    GlobalAveragePool,
    Input,
    MaxPool,
    ReLU,
    Softmax,
)
from cnnstudio.studio.tables.delegate import PADDING
from cnnstudio.studio.tables.lines import (
    HEADINGS,
    Column,
    compared,
    lines,
    total,
)
from cnnstudio.studio.tables.settings import settings_text
from cnnstudio.studio.tables.shapes import ShapesPanel
from cnnstudio.studio.theme import theme


@pytest.fixture
def panel(bench, qtbot):
    made = ShapesPanel(bench)
    qtbot.addWidget(made)
    made.resize(900, 320)
    made.show()
    qtbot.waitExposed(made)
    return made


def cells(panel, name):
    (line,) = [line for line in panel.model.lines if line.name == name]
    return line


def click(panel, row, modifier=Qt.KeyboardModifier.NoModifier):
    at = panel.table.visualRect(panel.model.index(row, 1)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, modifier, at)


def column(panel, name):
    """What a column shows, by way of Qt's model."""
    place = Column[name]
    model = panel.table.model()
    return [model.data(model.index(row, place)) for row in range(model.rowCount())]


def test_lenet_in_numbers(panel):
    assert column(panel, "NUMBER") == [str(n) for n in range(14)]
    assert column(panel, "PARAMETERS") == [
        "–", "156", "–", "–", "2,416", "–", "–", "–", "48,120", "–", "10,164", "–", "850", "–",
    ]  # fmt: skip
    assert column(panel, "SHARE")[8] == "78.0 %" and column(panel, "SHARE")[1] == "0.3 %"
    assert column(panel, "MULTIPLY_ADDS")[1:5] == ["117,600", "–", "–", "240,000"]
    assert column(panel, "FIELD")[:9] == [
        "–", "5×5", "5×5", "6×6", "14×14", "14×14", "16×16", "16×16", "28×28",
    ]  # fmt: skip
    assert column(panel, "BYTES")[:4] == ["3,136", "18,816", "18,816", "4,704"]
    assert column(panel, "BYTES")[7] == "view"
    assert column(panel, "INPUT")[:2] == ["–", "1×28×28"]
    assert column(panel, "OUTPUT")[-1] == "10"


def test_settings_say_what_shapes_the_output(panel):
    assert column(panel, "SETTINGS") == [
        "MNIST 5k", "5×5 · stride 1 · pad 2", "", "2×2 · stride 2",
        "5×5 · stride 1 · pad 0", "", "2×2 · stride 2", "", "400 → 120", "", "120 → 84", "",
        "84 → 10", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (Conv(4, (3, 5), stride=(1, 2), padding="same"), "3×5 · stride 1×2 · pad same"),
        (Conv(4, 3, padding=((0, 1), (2, 1))), "3×3 · stride 1 · pad 0+1×2+1"),
        (Conv(4, 3, padding="valid", dilation=2, groups=2),
         "3×3 · stride 1 · pad 0 · dilation 2 · 2 groups"),
        (MaxPool(3, stride=2, padding=1), "3×3 · stride 2 · pad 1"),
    ],
)  # fmt: skip
def test_settings_of_windows(layer, text):
    from cnnstudio.design import analyse

    row = analyse(Design.sequence(Input(2, 16, 16), layer)).rows[1]
    assert settings_text(row) == text


def test_totals_are_always_in_sight(panel):
    texts = panel.total_model.lines[0].texts
    assert texts[Column.BLOCK] == "Total"
    assert texts[Column.PARAMETERS] == "61,706" and texts[Column.MULTIPLY_ADDS] == "416,520"
    assert texts[Column.BYTES] == "61,584" and panel.total.isVisible()
    panel.resize(900, 120)
    QTest.qWait(0)
    assert panel.total.geometry().bottom() <= panel.height()
    for place in range(len(Column)):
        assert panel.total.columnWidth(place) == panel.table.columnWidth(place)


def test_a_single_input_stays_whole_where_merges_are_cut(panel, document):
    design = edits.insert(document.design, BatchNorm(), "conv1")
    document.replace(edits.connect(edits.insert(design, Add(), "bn1"), "conv1", "add1"))
    panel.resize(812, 300)
    QTest.qWait(0)
    room = panel.table.columnWidth(Column.INPUT) - 2 * PADDING
    width = QFontMetricsF(theme().font("cell")).horizontalAdvance
    assert width("16×10×10") <= room < width("6×28×28 + 6×28×28")


def test_a_narrow_table_leaves_columns_out_and_copies_them_all(panel, document):
    design = edits.insert(document.design, BatchNorm(), "conv1")
    document.replace(edits.connect(edits.insert(design, Add(), "bn1"), "conv1", "add1"))
    for width, hidden in ((1200, set()), (620, {Column.SHARE, Column.FIELD}), (1200, set())):
        panel.resize(width, 300)
        QTest.qWait(0)
        for table in (panel.table, panel.total):
            assert {c for c in Column if table.isColumnHidden(c)} == hidden
        assert panel.table.horizontalScrollBar().maximum() == 0
        assert panel.table.columnWidth(Column.SETTINGS) >= 54
        assert panel.text().splitlines()[0].split("\t") == list(HEADINGS)
    line = cells(panel, "add1")
    assert line.texts[Column.INPUT] == "6×28×28 + 6×28×28"


def test_running_values_stand_apart_where_there_are_any(panel, document):
    assert panel.table.isColumnHidden(Column.STATE)
    document.edit("Insert", edits.insert(document.design, BatchNorm(), "conv1"))
    assert not panel.table.isColumnHidden(Column.STATE)
    line = cells(panel, "bn1")
    assert line.texts[Column.PARAMETERS] == "12" and line.texts[Column.STATE] == "12"
    assert panel.total_model.lines[0].texts[Column.PARAMETERS] == "61,718"
    assert panel.total_model.lines[0].texts[Column.STATE] == "12"
    document.undo_stack.undo()
    assert panel.table.isColumnHidden(Column.STATE)


def test_error_waiting_and_what_is_known(panel, misfit):
    broken = cells(panel, "conv3")
    assert broken.status == "error" and broken.texts[Column.OUTPUT] == "does not fit"
    assert broken.texts[Column.INPUT] == "16×5×5" and broken.texts[Column.PARAMETERS] == "94,200"
    assert broken.remark == "A 7×7 kernel does not fit a 5×5 input without padding"
    waiting = cells(panel, "fc2")
    assert waiting.status == "waiting" and waiting.texts[Column.OUTPUT] == "waiting"
    assert waiting.texts[Column.SETTINGS] == "? → 84" and waiting.texts[Column.BYTES] == "–"
    assert waiting.remark == "Waits for conv3"
    totals = panel.total_model.lines[0].texts
    assert totals[Column.BLOCK] == "Known so far · 4 blocks wait for conv3"
    assert totals[Column.PARAMETERS] == "96,772"


def test_a_preview_stands_beside_the_present(panel, document):
    document.replace(templates.load("first-cnn"))
    document.preview(edits.insert(document.design, Conv(16, 3), "pool1"))
    new, changed = cells(panel, "conv3"), cells(panel, "conv2")
    assert new.status == "new" and new.texts[Column.PARAMETERS] == "1,168"
    assert changed.old[Column.PARAMETERS] == "1,168" and changed.texts[Column.PARAMETERS] == "2,320"
    assert changed.old[Column.INPUT] == "8×14×14" and changed.texts[Column.INPUT] == "16×12×12"
    line = panel.total_model.lines[0]
    assert line.texts[Column.BLOCK] == "After the change"
    for place, old, after in (
        (Column.PARAMETERS, "9,098", "9,338"),
        (Column.MULTIPLY_ADDS, "290,080", "559,872"),
        (Column.BYTES, "87,888", "89,616"),
    ):
        assert (line.old[place], line.texts[place]) == (old, after)
    panel.grab()
    document.preview(None)
    assert all(not any(line.old) for line in panel.model.lines)


def test_blocks_that_a_preview_removes_stay_in_place(document):
    document.preview(edits.remove(document.design, ["conv1", "relu1"]))
    found = compared(document.analysis, lines(document.analysis), document.preview_analysis)
    assert [line.name for line in found] == list(document.design.names)
    assert [line.status for line in found[:4]] == ["ok", "gone", "gone", "ok"]
    assert total(document.analysis, document.preview_analysis).old[Column.PARAMETERS] == "61,706"


def test_rows_come_and_go_without_a_reset(panel, document, qtbot):
    resets = []
    panel.model.modelReset.connect(lambda: resets.append(1))
    with qtbot.waitSignal(panel.model.rowsInserted) as inserted:
        document.edit("Insert", edits.insert(document.design, ReLU(), "pool1"))
    assert inserted.args[1:] == [4, 4]
    with qtbot.waitSignal(panel.model.dataChanged) as changed:
        document.edit("Edit", edits.change(document.design, "fc2", units=85))
    assert (changed.args[0].row(), changed.args[1].row()) == (1, 13)  # all shares change
    with qtbot.waitSignal(panel.model.rowsRemoved) as removed:
        document.undo_stack.undo()
        document.undo_stack.undo()
    assert removed.args[1:] == [4, 4]
    document.edit("Move", edits.move(document.design, ["relu1"], "pool1"))
    assert [line.name for line in panel.model.lines] == list(document.design.names)
    assert not resets


def test_selection_is_the_documents(panel, document):
    click(panel, 4)
    assert document.selection == ("conv2",)
    click(panel, 8, Qt.KeyboardModifier.ControlModifier)
    assert document.selection == ("conv2", "fc1")
    click(panel, 6, Qt.KeyboardModifier.ShiftModifier)
    assert document.selection == ("conv2", "pool2", "flatten", "fc1")
    document.select(["flatten"])
    assert [index.row() for index in panel.table.selectionModel().selectedRows()] == [7]
    document.select([])
    assert not panel.table.selectionModel().hasSelection()


def test_arrow_keys_walk_through_the_design(panel, document):
    document.select(["conv1"])
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Down)
    assert document.selection == ("relu1",)
    QTest.keyClick(panel.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert document.selection == ("relu1", "pool1")
    QTest.keyClick(panel.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert document.selection == document.design.names


def test_selection_follows_edits_and_undo(panel, document):
    document.select(["conv2"])
    document.edit("Insert", edits.insert(document.design, ReLU(), "input"), select=["relu5"])
    assert [index.row() for index in panel.table.selectionModel().selectedRows()] == [1]
    document.undo_stack.undo()
    assert document.selection == ("conv2",)
    assert [index.row() for index in panel.table.selectionModel().selectedRows()] == [4]
    document.edit("Delete", edits.remove(document.design, ["conv2"]))
    assert document.selection == () and not panel.table.selectionModel().hasSelection()


def test_ctrl_c_copies_rows_as_text(panel, document):
    document.select(["conv1", "fc1"])
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text().split("\n")
    assert copied[0].split("\t")[:3] == ["#", "Block", "Input"] and len(copied) == 3
    assert copied[2].split("\t")[5] == "48,120"


def test_without_selection_the_whole_table_is_copied(panel, document):
    document.select([])
    panel.copy_action.trigger()
    copied = QGuiApplication.clipboard().text().split("\n")
    assert len(copied) == 16 and "61,706" in copied[-1] and "Running" not in copied[0]


def test_csv_has_plain_numbers(panel, tmp_path):
    panel.export(tmp_path / "lenet.csv")
    text = (tmp_path / "lenet.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 14 and rows[4]["block"] == "conv2" and rows[4]["layer"] == "Conv"
    assert sum(int(row["parameters"]) for row in rows) == 61_706
    assert sum(int(row["multiply_adds"]) for row in rows) == 416_520
    assert rows[7]["bytes"] == "0" and rows[4]["output"] == "16×10×10"


def test_a_csv_that_cannot_be_written_says_so(panel, tmp_path):
    with pytest.raises(DesignError, match="cannot be written"):
        panel.export(tmp_path)


def test_the_row_under_the_pointer_is_known(panel):
    at = panel.table.visualRect(panel.model.index(5, 1)).center()
    QTest.mouseMove(panel.table.viewport(), at)
    QTest.qWait(1)
    assert panel.table.hovered in (5, -1)  # offscreen pointers may not move
    panel.table._set_hovered(5)
    panel.grab()
    panel.table._set_hovered(-1)


def test_the_menu_offers_copy_and_export(panel, qtbot):
    from PySide6.QtGui import QContextMenuEvent
    from PySide6.QtWidgets import QApplication, QMenu

    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), QPoint(5, 5))
    QApplication.sendEvent(panel.table.viewport(), event)
    (menu,) = panel.findChildren(QMenu)
    assert [action.text() for action in menu.actions()] == ["&Copy rows", "&Export as CSV…"]
    menu.close()
    qtbot.waitUntil(lambda: not panel.findChildren(QMenu))


def test_lines_that_stay_are_those_of_a_fresh_table(panel, document, bench):
    def check(after=None):
        now = document.analysis
        fresh = lines(now, bench.dataset)
        if after is not None:
            fresh = compared(now, fresh, after, bench.dataset)
        assert panel.model.lines == fresh

    for name in ("conv1", "pool1", "fc1"):
        document.preview(edits.insert(document.design, BatchNorm(), name))
        check(document.preview_analysis)
        document.preview(None)
        check()
        document.edit("Insert", edits.insert(document.design, BatchNorm(), name))
        check()
    document.edit("Remove", edits.remove(document.design, ["conv2", "relu2"]))
    check()
    document.edit("Change", edits.change(document.design, "fc2", units=7))
    check()
    document.undo_stack.undo()
    check()


def test_two_hundred_blocks_follow_an_edit(panel, document):
    layers = [Input(3, 64, 64)]
    for number in range(65):
        layers += [Conv(8 + number % 3, 3, padding=1), BatchNorm(), ReLU()]
    design = Design.sequence(*layers, GlobalAveragePool(), Dense(10), Softmax())
    document.replace(design)
    document.edit("Edit", edits.change(document.design, "conv2", filters=20))
    assert len(panel.model.lines) == len(design) >= 199
    assert cells(panel, "conv2").texts[Column.OUTPUT] == "20×64×64"
    assert cells(panel, "conv3").texts[Column.PARAMETERS] == "1,810"
