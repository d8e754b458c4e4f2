"""The pointer and the keys on the canvas."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

import cnnstudio as cnn
from cnnstudio.design import edits
from cnnstudio.studio.canvas.pick import QuickPick

from .conftest import long_design, residual

KEY = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


def wheel(canvas, at, turns, modifiers=CONTROL):
    event = QWheelEvent(
        QPointF(at),
        QPointF(canvas.viewport().mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * turns),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.viewport(), event)


# selection


def test_a_click_selects(canvas, document, hand):
    hand.click("conv2")
    assert document.selection == ("conv2",)
    hand.click("relu1")
    assert document.selection == ("relu1",)
    assert "relu1" in canvas.accessibleDescription()


def test_shift_click_selects_along_the_pipeline(document, hand):
    hand.click("conv1")
    hand.click("conv2", SHIFT)
    assert document.selection == ("conv1", "relu1", "pool1", "conv2")


def test_control_click_adds_and_takes_away(document, hand):
    hand.click("conv1")
    hand.click("conv2", CONTROL)
    assert document.selection == ("conv1", "conv2")
    hand.click("conv1", CONTROL)
    assert document.selection == ("conv2",)


def test_a_click_beside_the_cards_selects_nothing(canvas, document, hand):
    hand.click("conv1")
    QTest.mouseClick(
        canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(5, 5)
    )
    assert document.selection == ()


def test_the_rubber_band_selects_what_it_touches(canvas, document, hand):
    start = canvas.card_rect("conv1").topLeft() - QPoint(6, 14)
    end = canvas.card_rect("pool1").center()
    hand.drag(start, end)
    assert document.selection == ("conv1", "relu1", "pool1")
    assert canvas.band is None


def test_arrows_walk_and_shift_extends(canvas, document, hand):
    hand.click("conv1")
    hand.key(KEY.Key_Right)
    assert document.selection == ("relu1",)
    hand.key(KEY.Key_Right, SHIFT)
    hand.key(KEY.Key_Right, SHIFT)
    assert document.selection == ("relu1", "pool1", "conv2")
    hand.key(KEY.Key_Left, SHIFT)
    assert document.selection == ("relu1", "pool1")
    hand.key(KEY.Key_End)
    assert document.selection == ("softmax",)
    hand.key(KEY.Key_Home)
    hand.key(KEY.Key_Left)
    assert document.selection == ("input",)


def test_down_goes_to_the_next_lane(canvas, document, hand):
    document.replace(long_design(20))
    assert len(canvas.scene_.layout_.lanes) > 1
    hand.key(KEY.Key_Home)
    hand.key(KEY.Key_Down)
    assert canvas.scene_.layout_.lane_of[canvas.scene_.key_of(document.selection[0])] == 1


def test_control_a_and_escape(canvas, document, hand):
    hand.key(KEY.Key_A, CONTROL)
    assert document.selection == document.design.names
    hand.key(KEY.Key_Escape)
    assert document.selection == ()


# editing with the keys


def test_delete_heals(document, hand):
    hand.click("pool1")
    hand.key(KEY.Key_Delete)
    assert "pool1" not in document.design.names
    assert [b.name for b in document.design.sources("conv2")] == ["relu1"]
    document.undo_stack.undo()
    assert "pool1" in document.design.names


def test_delete_leaves_the_input_and_says_so(canvas, document, hand):
    hand.click("input")
    hand.key(KEY.Key_Delete)
    assert document.design == cnn.templates.load("lenet5")
    assert "Input" in canvas.hint.text


def test_copy_cut_paste_duplicate(document, hand):
    hand.click("pool2")
    hand.key(KEY.Key_C, CONTROL)
    hand.click("conv1")
    hand.key(KEY.Key_V, CONTROL)
    assert document.design.names[2] == "pool3"
    hand.key(KEY.Key_D, CONTROL)
    assert document.design.names[2:4] == ("pool3", "pool4")
    hand.key(KEY.Key_X, CONTROL)
    assert document.design.names[2:4] == ("pool3", "relu1")


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (((KEY.Key_Down, CONTROL),), 4),
        (((KEY.Key_Up, CONTROL),), 2),
        (((KEY.Key_Right, ALT),), 4),
        (((KEY.Key_Left, ALT), (KEY.Key_Left, ALT)), 1),
        (((KEY.Key_Left, ALT),) * 4, 1),
        (((KEY.Key_Right, ALT),) * 20, 13),
    ],
)
def test_keys_move_a_block(document, hand, keys, place):
    hand.click("pool1")
    for key, modifiers in keys:
        hand.key(key, modifiers)
    assert document.design.index("pool1") == place
    assert document.selection == ("pool1",)


def test_rename_in_place(canvas, document, hand):
    hand.click("conv2")
    hand.key(KEY.Key_F2)
    field = canvas.viewport().findChild(QLineEdit, "rename_field")
    assert field.text() == "conv2"
    QTest.keyClicks(field, "two words")
    QTest.keyClick(field, KEY.Key_Return)
    assert "conv2" in document.design.names
    assert "cannot name" in canvas.hint.text
    field.selectAll()
    QTest.keyClicks(field, "edges")
    QTest.keyClick(field, KEY.Key_Return)
    assert document.selection == ("edges",)
    assert "conv2" not in document.design.names


def test_quick_add_behind_the_selection(canvas, document, hand):
    hand.click("pool1")
    hand.key(KEY.Key_A)
    pick = canvas.viewport().findChild(QuickPick)
    QTest.keyClicks(pick.field, "batch")
    QTest.keyClick(pick.field, KEY.Key_Return)
    assert document.design.names[4] == "bn1"
    assert document.selection == ("bn1",)
    assert pick.isHidden()


def test_quick_add_at_the_pointer(canvas, document):
    at = canvas.link_rect("pool2", "flatten").center()
    at.setY(canvas.card_rect("pool2").top() - 8)
    QTest.mouseDClick(
        canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at
    )
    pick = canvas.viewport().findChild(QuickPick)
    QTest.keyClicks(pick.field, "drop")
    QTest.keyClick(pick.field, KEY.Key_Return)
    names = document.design.names
    assert names[names.index("pool2") + 1] == "drop1"


def test_a_residual_net_with_the_keyboard_alone(canvas, document, hand):
    document.replace(cnn.Design.sequence(cnn.Input(3, 8, 8)))

    def add(word):
        hand.key(KEY.Key_A)
        field = QApplication.focusWidget()
        QTest.keyClicks(field, word)
        QTest.keyClick(field, KEY.Key_Return)

    hand.key(KEY.Key_Home)
    for word in ("conv", "relu", "conv", "add"):
        add(word)
    hand.key(KEY.Key_Left)
    assert document.selection == ("conv2",)
    hand.key(KEY.Key_Left)
    hand.key(KEY.Key_C)
    QTest.keyClick(QApplication.focusWidget(), KEY.Key_Return)
    sources = [block.name for block in document.design.sources("add1")]
    assert sources == ["conv2", "relu1"]
    hand.key(KEY.Key_C)
    assert canvas.viewport().findChildren(QuickPick)


def test_slash_asks_for_the_filter(canvas, hand, qtbot):
    with qtbot.waitSignal(canvas.filter_wanted, timeout=500):
        hand.key(KEY.Key_Slash)


# dragging cards


def test_a_card_is_dragged_to_another_place(canvas, document, hand):
    hand.drag(hand.point("pool2"), canvas.link_rect("relu1", "pool1").center())
    names = document.design.names
    assert names.index("pool2") == names.index("relu1") + 1
    assert document.undo_stack.count() == 1
    assert document.undo_stack.text(0) == "Move pool2"


def test_a_card_takes_its_activation_along(canvas, document, hand):
    start = canvas.card_rect("conv2").topLeft() + QPoint(30, 40)
    hand.drag(start, canvas.link_rect("relu1", "pool1").center())
    names = document.design.names
    assert names[3:6] == ("conv2", "relu2", "pool1")


@pytest.mark.parametrize("modifier", [CONTROL, ALT])
def test_control_or_alt_copies(canvas, document, hand, modifier):
    hand.click("pool2")
    hand.drag(hand.point("pool2"), canvas.link_rect("relu1", "pool1").center(), modifier)
    assert document.design.names[3] == "pool3"
    assert "pool2" in document.design.names


def test_escape_ends_a_drag(canvas, document, hand):
    hand.drag(hand.point("pool2"), canvas.link_rect("relu1", "pool1").center(), release=False)
    assert canvas.scene_.drop is not None
    hand.key(KEY.Key_Escape)
    assert canvas.scene_.drop is None
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton)
    assert document.undo_stack.count() == 0
    assert document.preview_analysis is None


def test_less_than_the_threshold_is_a_click(canvas, document, hand):
    start = hand.point("pool2")
    hand.drag(start, start + QPoint(2, 1), steps=1)
    assert document.undo_stack.count() == 0
    assert document.selection == ("pool2",)


def test_the_input_stays_first(canvas, document, hand):
    hand.drag(hand.point("input"), canvas.link_rect("conv2", "relu2").center())
    assert document.design == cnn.templates.load("lenet5")


# connections


def port(canvas, name):
    rect = canvas.scene_.rect_of(canvas.scene_.key_of(name))
    return canvas.mapFromScene(QPointF(rect.right(), rect.center().y()))


def test_a_skip_connection_is_drawn_with_the_pointer(canvas, document, hand):
    document.replace(residual())
    document.edit("x", edits.insert(document.design, cnn.Add(), "relu2"))
    start = port(canvas, "add1")
    QTest.mouseMove(canvas.viewport(), start)
    hand.move(start)
    hand.drag(start, hand.point("fc1"), release=False)
    assert canvas.scene_.refused[canvas.scene_.key_of("fc1")]
    assert "one input" in canvas.hint.text
    hand.move(hand.point("add2"))
    QTest.qWait(30)
    QTest.mouseRelease(
        canvas.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        hand.point("add2"),
    )
    assert not canvas.scene_.refused
    assert len(document.design.sources("add2")) == 1  # reads relu2 already


def test_a_connection_that_fits_is_made(canvas, document, hand):
    document.replace(edits.disconnect(residual(), "relu1", "add1"))
    assert not document.analysis.ok
    start = port(canvas, "conv1")
    QTest.mouseMove(canvas.viewport(), start)
    hand.drag(start, hand.point("add1"), release=False)
    assert document.preview_analysis.ok
    QTest.mouseRelease(
        canvas.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        hand.point("add1"),
    )
    names = [block.name for block in document.design.sources("add1")]
    assert names == ["conv2", "relu1"]
    assert document.undo_stack.text(0) == "Connect relu1 to add1"


def test_delete_takes_a_chosen_arc_away(canvas, document, hand):
    document.replace(residual())
    at = canvas.link_rect("relu1", "add1").center()
    QTest.mouseClick(
        canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at
    )
    hand.key(KEY.Key_Delete)
    assert [block.name for block in document.design.sources("add1")] == ["conv2"]


# zoom


def test_the_wheel_zooms_at_the_pointer(canvas):
    at = canvas.card_rect("conv2").center()
    before = canvas.mapToScene(at)
    wheel(canvas, at, 2)
    assert canvas.zoom > 1.3
    after = canvas.mapToScene(at)
    assert abs(after.x() - before.x()) < 3


def test_fit_zooms_back_and_control_1_is_100_percent(canvas, hand, qtbot):
    fitted = canvas.zoom
    wheel(canvas, QPoint(200, 200), -2)
    assert canvas.zoom < fitted
    hand.key(KEY.Key_0, CONTROL)
    assert canvas.zoom == fitted
    canvas.zoom_to(2.0)
    with qtbot.waitSignal(canvas.zoom_changed):
        hand.key(KEY.Key_1, CONTROL)
    assert canvas.zoom == 1.0


def test_wheel_pans(canvas, document):
    canvas.zoom_to(2.0)
    before = canvas.horizontalScrollBar().value()
    wheel(canvas, QPoint(100, 100), -1, SHIFT)
    assert canvas.horizontalScrollBar().value() > before


# repairs


def broken(document):
    document.edit("x", edits.insert(document.design, cnn.Conv(120, 7), "pool2"))


def test_the_bubble_hangs_under_the_red_card(canvas, document):
    broken(document)
    QApplication.processEvents()
    bubble = canvas.bubble
    assert bubble.isVisible()
    assert bubble.sentence.text() == "A 7×7 kernel does not fit a 5×5 input without padding"
    assert "−1" in bubble.formula.text()
    assert bubble.cards[0].repair.text == "Use a 5×5 kernel"
    assert bubble.geometry().top() >= canvas.card_rect("conv3").bottom()
    assert canvas.viewport().rect().contains(bubble.geometry())


def test_pointing_previews_and_a_click_applies(canvas, document):
    broken(document)
    QApplication.processEvents()
    assert document.preview_analysis is None
    card = canvas.bubble.cards[1]
    QTest.mouseMove(card)
    assert document.preview_analysis.design == card.repair.design
    canvas.grab()
    steps = document.undo_stack.count()
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert document.analysis.ok
    assert document.undo_stack.count() == steps + 1
    assert document.preview_analysis is None
    assert canvas.bubble.isHidden()


def test_alt_2_applies_the_second_repair(canvas, document, hand):
    broken(document)
    second = document.repairs[1].design
    hand.key(KEY.Key_2, ALT)
    assert document.design == second


def test_f8_goes_to_the_problem(canvas, document, hand):
    broken(document)
    document.select(())
    hand.key(KEY.Key_F8)
    assert document.selection == ("conv3",)
