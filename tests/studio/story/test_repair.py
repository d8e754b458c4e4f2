"""Step 4: a kernel that does not fit, its repairs, and the whole way back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

import cnnstudio as cnn
from cnnstudio.studio.numbers import shape

KEY = Qt.Key
LENET = cnn.templates.load("lenet5")


@pytest.fixture
def broken(user):
    """A convolution of 7×7 on maps of 5×5, made as people make it."""
    user.drag("Convolution", user.canvas.link_rect("pool2", "flatten").center())
    user.until(lambda: "conv3" in user.document.design)
    user.click_card("conv3")
    assert user.document.selection == ("conv3",)
    assert not user.shows(user.canvas.card_rect("conv3"), "error")
    user.fill("kernel", "7")
    assert user.document.design.block("conv3").layer.kernel == 7
    return user


def test_a_kernel_that_does_not_fit_is_explained(broken):
    user, canvas = broken, broken.canvas
    analysis = user.document.analysis
    assert user.shows(canvas.card_rect("conv3"), "error")
    assert not user.shows(canvas.card_rect("conv2"), "error")
    sentence = "A 7×7 kernel does not fit a 5×5 input without padding"
    assert [one.sentence for one in analysis.errors] == [sentence]
    assert sentence in user.sentences()
    # What is behind waits for it, in the table too.
    behind = user.document.design.names[user.document.design.index("conv3") + 1 :]
    assert all(analysis.row(name).waiting_for == "conv3" for name in behind)
    assert all(user.shapes()[name][0] == "waiting" for name in behind)
    # The Problems tab lists the one cause.
    user.shortcut("show_problems")
    user.until(user.find("table_problems").isVisible)
    listed = [" ".join(map(str, row)) for row in user.table("table_problems")]
    assert len([row for row in listed if "conv3" in row]) == 1
    assert len(analysis.errors) == 1 and user.window.training.state == "error"
    # Train says why it cannot.
    train = user.action("train")
    assert not train.isEnabled() and sentence in train.toolTip()
    assert not user.find("button_train", QAbstractButton).isEnabled()
    user.key(KEY.Key_F5)
    assert user.training.run is None


@pytest.mark.parametrize("number", [1, 2, 3])
def test_each_repair_works_with_one_key(broken, number):
    user = broken
    repairs = user.document.repairs
    assert len(repairs) == 3
    action = user.action(f"repair_{number}")
    assert action.isEnabled() and repairs[number - 1].text in action.toolTip() + action.text()
    user.canvas.setFocus()
    user.shortcut(f"repair_{number}")
    assert user.document.design == repairs[number - 1].design
    assert user.document.analysis.ok and not user.shows(user.canvas.card_rect("conv3"), "error")
    assert user.action("train").isEnabled() and not action.isEnabled()
    user.shortcut("undo")
    assert len(user.document.analysis.errors) == 1


@pytest.mark.parametrize("number", [1, 2, 3])
def test_pointing_at_a_repair_previews_it_and_a_click_applies_it(broken, number):
    user = broken
    wanted = user.document.repairs[number - 1]
    card = user.canvas.findChild(QWidget, f"repair_{number}")
    assert card.isVisible() and wanted.text in card.accessibleName()
    before = user.picture()
    user.point_at(card)
    user.until(lambda: user.document.preview_analysis is not None)
    assert user.document.preview_analysis.design == wanted.design
    assert user.picture() != before and user.document.design != wanted.design
    user.click(card)
    assert user.document.design == wanted.design


def test_undo_and_redo_through_the_whole_history(broken):
    user, document = broken, broken.document
    user.canvas.setFocus()
    user.shortcut("repair_1")
    user.click_card("relu1")
    user.key(KEY.Key_Delete)
    user.click_card("fc1")
    user.shortcut("duplicate")
    user.fill("units", "64")
    user.canvas.setFocus()
    seen, stack = [document.design], document.undo_stack
    assert stack.count() == 6
    while stack.canUndo():
        user.shortcut("undo")
        seen.append(document.design)
    assert seen[-1] == LENET and len(seen) == 7 and not user.action("undo").isEnabled()
    assert user.shapes()["conv2"][0] == shape(document.analysis.row("conv2").output_shape)
    for design in reversed(seen[:-1]):
        user.shortcut("redo")
        assert document.design == design
        known = {row.name: shape(row.output_shape) for row in document.analysis if row.output_shape}
        shown = user.shapes()
        assert all(shown[name][0] == text for name, text in known.items())
        assert all(user.canvas.card_rect(name).isValid() for name in design.names)
    assert not user.action("redo").isEnabled()
