"""The palette and the templates beside the canvas."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

import cnnstudio as cnn
from cnnstudio.layers import LAYERS
from cnnstudio.studio.canvas.drop import MIME
from cnnstudio.studio.palette import Palette
from cnnstudio.studio.palette_model import LAYER
from cnnstudio.studio.palette_rows import LayerTree
from cnnstudio.studio.templates_panel import TemplatesPanel

KEY = Qt.Key


@pytest.fixture
def palette(qtbot, bench):
    made = Palette(bench)
    qtbot.addWidget(made)
    made.resize(208, 700)
    made.show()
    return made


def rows(palette):
    model = palette.tree.model()
    return {
        model.index(row, 0, family).data(): model.index(row, 0, family)
        for family in (model.index(place, 0) for place in range(model.rowCount()))
        for row in range(model.rowCount(family))
    }


def test_every_layer_but_input_has_a_row_with_a_tip(palette):
    assert palette.findChild(LayerTree, "palette") is palette.tree
    found = rows(palette)
    assert set(found) == {cls.title for name, cls in LAYERS.items() if name != "Input"}
    for title, index in found.items():
        assert title in index.data(Qt.ItemDataRole.ToolTipRole)
    palette.grab()


def test_a_dragged_row_carries_its_layer(palette):
    data = palette.tree.model().mimeData([rows(palette)["Convolution"]])
    assert bytes(data.data(MIME).data()) == b"Conv"


def test_enter_adds_behind_the_selection(palette, document):
    document.select(["pool1"])
    palette.tree.setCurrentIndex(rows(palette)["Batch"])
    palette.tree.setFocus()
    QTest.keyClick(palette.tree, KEY.Key_Return)
    assert document.design.names[4] == "bn1"
    QTest.keyClick(palette.tree, KEY.Key_Return)
    assert document.design.names[4:6] == ("bn1", "bn2")


def test_a_double_click_adds_once(palette, document):
    at = palette.tree.visualRect(rows(palette)["Dropout"]).center()
    viewport = palette.tree.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert document.design.names[-1] == "drop1"
    assert document.undo_stack.count() == 1


def test_the_filter_finds_and_enter_adds(palette, document):
    palette.focus_filter()
    QTest.keyClicks(palette.field, "leaky")
    assert list(rows(palette)) == ["Leaky ReLU"]
    QTest.keyClick(palette.field, KEY.Key_Return)
    assert document.design.names[-1] == "lrelu1"
    QTest.keyClick(palette.field, KEY.Key_Escape)
    assert len(rows(palette)) == len(LAYERS) - 1


def test_a_family_folds(palette):
    index = palette.tree.model().index(0, 0)
    assert not index.data(LAYER)
    at = palette.tree.visualRect(index).center()
    QTest.mouseClick(
        palette.tree.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        QPoint(20, at.y()),
    )
    assert not palette.tree.isExpanded(index)


def test_a_template_opens_as_one_step(qtbot, bench, document):
    panel = TemplatesPanel(bench)
    qtbot.addWidget(panel)
    panel.resize(208, 600)
    panel.show()
    panel.grab()
    row = next(row for row in panel.rows if row.name == "first-cnn")
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    assert document.design == cnn.templates.load("first-cnn")
    document.undo_stack.undo()
    assert document.design == cnn.templates.load("lenet5")
