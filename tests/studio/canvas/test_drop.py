"""Dragging blocks from the palette: the slot, the preview, the drop."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QApplication

import cnnstudio as cnn
from cnnstudio.studio.canvas.outcome import shorter

from .conftest import residual

SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_a_drop_on_a_link_is_one_step(canvas, document, hand):
    at = canvas.link_rect("pool1", "conv2").center()
    assert hand.drop_layer("Conv", at)
    names = document.design.names
    assert names[names.index("pool1") + 1] == "conv3"
    assert document.undo_stack.count() == 1
    assert document.undo_stack.text(0) == "Insert Convolution"
    assert document.selection == ("conv3",)
    document.undo_stack.undo()
    assert document.design == cnn.templates.load("lenet5")


def every_pair():
    names = cnn.templates.load("lenet5").names
    return list(pairwise(names))


@pytest.mark.parametrize(("before", "after"), every_pair())
def test_every_link_takes_a_drop(canvas, document, hand, before, after):
    rect = canvas.link_rect(before, after)
    assert canvas.viewport().rect().contains(rect.center())
    hand.drop_layer("BatchNorm", rect.center())
    names = document.design.names
    place = names.index(before)
    assert (names[place + 1], names[place + 2]) == ("bn1", after)


@pytest.mark.parametrize("zoom", [0.5, 0.8, 1.0, 1.4])
def test_links_are_found_at_any_zoom(canvas, document, hand, zoom):
    canvas.zoom_to(zoom)
    canvas.reveal("pool1")
    hand.drop_layer("Dropout", canvas.link_rect("conv1", "relu1").center())
    names = document.design.names
    assert names[names.index("conv1") + 1] == "drop1"


def test_the_slot_opens_and_the_analysis_is_of_the_hypothetical_design(canvas, document, hand):
    document.replace(cnn.templates.load("first-cnn"))
    at = canvas.link_rect("pool1", "conv2").center()
    before = canvas.card_rect("conv2").left()
    hand.enter("Conv", at)
    canvas.scene_.settle()
    assert canvas.card_rect("conv2").left() > before + 50
    assert canvas.card_rect("pool1").right() < at.x() - 50
    tried = document.preview_analysis
    assert tried is not None
    assert tried.parameters == 9_338
    assert tried.multiply_adds == 559_872
    assert document.analysis.parameters == 9_098
    assert "between pool1 and conv2" in canvas.hint.text
    assert document.undo_stack.count() == 0
    canvas.grab()


def test_the_slot_stays_under_the_pointer_while_the_cards_slide(canvas, document, hand):
    at = canvas.link_rect("pool1", "conv2").center()
    hand.enter("Conv", at)
    for _ in range(5):
        hand.over(at)
        assert canvas.scene_.drop.slot.after == "pool1"


def test_leaving_puts_everything_back(canvas, document, hand):
    before = canvas.card_rect("conv2")
    hand.enter("Conv", canvas.link_rect("pool1", "conv2").center())
    hand.leave()
    assert canvas.card_rect("conv2") == before
    assert document.preview_analysis is None
    assert canvas.scene_.drop is None
    assert canvas.hint.isHidden()


def test_shift_keeps_the_size(canvas, document, hand):
    at = canvas.link_rect("pool1", "conv2").center()
    hand.drop_layer("Conv", at, SHIFT)
    row = document.analysis.row("conv3")
    assert row.output_shape[1:] == row.input_shape[1:]


def test_an_illegal_slot_says_why(canvas, document, hand):
    at = canvas.link_rect("pool1", "conv2").center()
    hand.enter("Dense", at)
    drop = canvas.scene_.drop
    assert "vector" in drop.reason
    assert canvas.hint.text == drop.reason
    assert not canvas.scene_.is_legal("pool1")
    assert canvas.scene_.is_legal("flatten")
    canvas.grab()
    hand.leave()


def test_a_seam_between_block_and_activation_takes_a_block(canvas, document, hand):
    hand.drop_layer("BatchNorm", canvas.link_rect("conv2", "relu2").center())
    names = document.design.names
    assert names[names.index("conv2") : names.index("relu2") + 1] == ("conv2", "bn1", "relu2")


def test_a_drop_on_a_skip_connection_goes_into_it(canvas, document, hand):
    document.replace(residual())
    hand.drop_layer("Conv", canvas.link_rect("relu1", "add1").center())
    design = document.design
    assert [block.name for block in design.sources("add1")] == ["conv2", "conv3"]
    assert [block.name for block in design.sources("conv3")] == ["relu1"]
    assert [block.name for block in design.sources("conv2")] == ["relu1"]


def test_the_first_block_is_dropped_on_its_place(canvas, document, hand):
    document.replace(cnn.Design.sequence(cnn.Input(1, 28, 28)))
    place = canvas.mapFromScene(canvas.scene_.target_rect().center())
    hand.drop_layer("Conv", place)
    assert document.design.names == ("input", "conv1")


def test_what_is_no_block_is_left_to_the_window(canvas):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/somewhere/net.cnn.json")])
    event = QDragEnterEvent(
        QPoint(50, 50),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas.viewport(), event)
    assert not event.isAccepted()


@pytest.mark.parametrize("layer", ["Input", "os.system", ""])
def test_foreign_names_are_refused(hand, canvas, layer):
    assert not hand.enter(layer, QPoint(300, 200))
    assert canvas.scene_.drop is None


def test_a_pill_says_less_where_there_is_less_room():
    assert shorter("2,416 → 6,416 parameters") == (
        "2,416 → 6,416 parameters",
        "2,416 → 6,416",
        "→ 6,416",
    )
    assert shorter("was 16×5×5")[-1] == "was 16×5×5"
