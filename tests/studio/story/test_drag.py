"""Step 3: a convolution is dragged onto a link."""

from PySide6.QtCore import QRect

import cnnstudio as cnn

LENET = cnn.templates.load("lenet5")


def test_a_convolution_is_dragged_onto_a_link(user):
    document, canvas = user.document, user.canvas
    calm = user.picture()
    where = canvas.link_rect("pool1", "conv2").center()
    left, right = canvas.card_rect("pool1"), canvas.card_rect("conv2")
    seen = []

    def look():
        user.until(lambda: canvas.card_rect("conv2").left() > right.left() + 20)
        # Neighbours made room, and what would result is known and shown, but nothing is done.
        assert canvas.card_rect("pool1").right() < left.right()
        assert document.preview_analysis.row("conv3").output_shape == (16, 12, 12)
        assert document.preview_analysis.row("conv2").output_shape == (16, 8, 8)
        assert user.picture() != calm
        assert any("between pool1 and conv2" in text for text in user.sentences())
        assert document.design == LENET and document.undo_stack.count() == 0
        changed = [row for row in user.table("table_shapes") if row[1] == "conv3"]
        assert changed and changed[0][3] == "16×12×12"
        seen.append(True)

    user.drag("Convolution", where, look)
    user.until(lambda: document.undo_stack.count() == 1)
    assert seen and document.preview_analysis is None
    names = document.design.names
    place = names.index("conv3")
    assert (names[place - 1], names[place + 1]) == ("pool1", "conv2")
    # Every number downstream is right at once, wherever it is written.
    after = cnn.analyse(document.design)
    shapes = user.shapes()
    for row in after:
        assert shapes[row.name][0].split("×") == [str(side) for side in row.output_shape]
        assert shapes[row.name][1].replace(",", "") in (str(row.parameters), "–", "0")
    assert after.row("fc1").input_shape == (256,) and document.analysis.ok
    assert document.selection == ("conv3",) and canvas.card_rect("conv3").isValid()
    user.shortcut("undo")
    assert document.design == LENET and not document.undo_stack.canUndo()
    user.shortcut("redo")
    assert "conv3" in document.design


def test_esc_cancels_a_drag_from_the_palette(user):
    document, canvas = user.document, user.canvas
    places = {name: canvas.card_rect(name) for name in LENET.names}
    seen = []

    def look():
        user.until(lambda: document.preview_analysis is not None)
        seen.append(document.preview_analysis.design.names)

    user.drag("Convolution", canvas.link_rect("pool1", "conv2").center(), look, drop=False)
    assert "conv3" in seen[0]
    user.until(lambda: document.preview_analysis is None)
    user.until(lambda: {name: canvas.card_rect(name) for name in LENET.names} == places)
    assert document.design == LENET and document.undo_stack.count() == 0


def test_a_card_is_dragged_elsewhere_and_esc_leaves_it(user):
    document, canvas = user.document, user.canvas
    where = canvas.link_rect("conv2", "pool2")
    where = where.center() if where.isValid() else canvas.link_rect("relu2", "pool2").center()
    moved = []

    def look():
        user.until(lambda: document.preview_analysis is not None)
        moved.append(document.preview_analysis.design.names)
        assert document.design == LENET

    user.drag_card("pool1", where, look, drop=False)
    user.until(lambda: document.preview_analysis is None)
    assert document.design == LENET and document.undo_stack.count() == 0
    user.drag_card("pool1", where, look)
    user.until(lambda: document.undo_stack.count() == 1)
    assert document.design.names == moved[0] == moved[1] and moved[0] != LENET.names
    names = document.design.names
    assert names.index("conv2") < names.index("pool1") < names.index("pool2")
    user.shortcut("undo")
    assert document.design == LENET


def test_legal_places_light_up_while_something_is_dragged(user):
    canvas, lit = user.canvas, []
    places = [("pool1", "conv2"), ("pool2", "flatten"), ("flatten", "fc1"), ("relu4", "fc3")]

    def between(before, after):
        first, second = canvas.card_rect(before), canvas.card_rect(after)
        return QRect(
            first.right() + 3, first.center().y() - 6, second.left() - first.right() - 5, 13
        )

    def bright():
        return [pair for pair in places if user.shows(between(*pair), "accent")]

    def look():
        user.until(lambda: ("flatten", "fc1") in bright())
        lit.extend(bright())

    assert bright() == []
    user.drag("Fully connected", canvas.link_rect("relu3", "fc2").center(), look)
    # It reads vectors: it fits behind Flatten, and nowhere among the maps.
    assert lit == [("flatten", "fc1"), ("relu4", "fc3")]
    assert bright() == [] and user.document.undo_stack.count() == 1
