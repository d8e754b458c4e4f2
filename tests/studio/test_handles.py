"""The handles that tests, automation and screen readers use, one by one, as they are promised."""

from PySide6.QtCore import QModelIndex, QObject, QRect
from PySide6.QtGui import QAction, QUndoStack
from PySide6.QtWidgets import QAbstractItemView, QApplication, QGraphicsView, QWidget

import cnnstudio as cnn
from cnnstudio.layers import LAYERS
from cnnstudio.studio import MainWindow, create_application

ACTIONS = [
    "new",
    "open",
    "save",
    "undo",
    "redo",
    "train",
    "pause",
    "step",
    "stop",
    "delete",
    "duplicate",
    "fit",
    "repair_1",
    "repair_2",
    "repair_3",
]
PLAN = ["epochs", "batch_size", "learning_rate", "optimizer", "seed"]
PLOTS = ("plot_loss", "plot_accuracy")
PANELS = {
    "shapes": ("table_shapes",),
    "problems": ("table_problems",),
    "training": (*PLOTS, *(f"field_{name}" for name in PLAN)),
    "maps": ("view_maps",),
    "filters": ("view_filters",),
    "gradients": ("view_gradients",),
}


def test_the_application_is_made_once(studio_app):
    assert create_application([]) is studio_app is QApplication.instance()


def test_the_window_holds_its_document_and_its_training(window):
    assert isinstance(window, MainWindow)
    document = window.document
    assert isinstance(document.design, cnn.Design)
    assert document.analysis.parameters == cnn.analyse(document.design).parameters
    assert isinstance(document.undo_stack, QUndoStack)
    assert window.training.state == "idle"


def test_actions(child):
    for name in ACTIONS:
        action = child(f"action_{name}", QAction)
        assert action.text() and action.toolTip(), name
        assert action.shortcuts() or name == "pause", name


def test_the_palette_shows_every_layer_by_its_title(child):
    palette = child("palette", QAbstractItemView)
    model, titles = palette.model(), []
    for row in range(model.rowCount()):
        family = model.index(row, 0, QModelIndex())
        titles += [model.index(n, 0, family).data() for n in range(model.rowCount(family))]
    assert sorted(titles) == sorted(
        layer.title for name, layer in LAYERS.items() if name != "Input"
    )


def test_the_canvas_knows_where_cards_and_links_are(window, child):
    canvas = child("canvas", QGraphicsView)
    names = window.document.design.names
    cards = {name: canvas.card_rect(name) for name in names}
    assert all(isinstance(card, QRect) and card.isValid() for card in cards.values())
    assert all(canvas.viewport().rect().contains(card) for card in cards.values())
    link = canvas.link_rect("pool1", "conv2")
    assert isinstance(link, QRect) and link.isValid()
    assert cards["pool1"].right() <= link.center().x() <= cards["conv2"].left()


def test_panels_and_what_is_in_them(window, child, qtbot):
    for panel, names in PANELS.items():
        window.docks.reveal(panel)
        for name in names:
            widget = child(name, QWidget)
            qtbot.waitUntil(widget.isVisible)
            assert widget.accessibleName(), name


def test_the_properties_have_an_editor_for_every_setting(window, child, qtbot):
    properties = child("properties", QWidget)
    for block in window.document.design.blocks:
        window.document.select((block.name,))
        for setting in type(block.layer).settings():
            editor = properties.findChild(QWidget, f"field_{setting}")
            assert editor is not None, (block.name, setting)
            qtbot.waitUntil(lambda editor=editor: editor.isVisibleTo(properties))


def test_probes_are_numbered_from_one_to_eight(window, child, qtbot):
    window.workbench.probes.pin(range(8))
    for number in range(1, 9):
        probe = child(f"probe_{number}", QWidget)
        qtbot.waitUntil(probe.isVisible)
        assert probe.accessibleName()
    assert window.findChild(QObject, "probe_9") is None
