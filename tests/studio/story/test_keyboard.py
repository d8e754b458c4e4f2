"""Step 5: a small residual net, built and trained with the keyboard alone."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

KEY = Qt.Key


def add(user, what):
    """Search a block and insert it behind the selection."""
    user.key(KEY.Key_A)
    user.until(lambda: QApplication.focusWidget().objectName() == "quick_pick_field")
    user.type(what)
    user.key(KEY.Key_Return)
    user.until(user.canvas.hasFocus)


def setting(user, what, text):
    """Find a setting by name and type its value."""
    user.shortcut("search")
    user.until(lambda: QApplication.focusWidget().objectName() == "command_field")
    user.type(what)
    user.key(KEY.Key_Return)
    user.until(lambda: QApplication.focusWidget().objectName() != "command_field")
    user.key(KEY.Key_A, Qt.KeyboardModifier.ControlModifier)
    user.type(text)
    user.key(KEY.Key_Return)


def test_a_residual_net_with_the_keyboard_alone(user):
    document = user.document
    user.shortcut("new")
    add(user, "conv")
    setting(user, "conv1 padding", "1")
    setting(user, "conv1 filters", "8")
    focus_canvas(user)
    add(user, "relu")
    add(user, "conv")
    setting(user, "conv2 padding", "1")
    setting(user, "conv2 filters", "8")
    focus_canvas(user)
    add(user, "add")
    # From the sum back to the first activation.
    user.key(KEY.Key_C)
    user.until(lambda: QApplication.focusWidget().objectName() == "quick_pick_field")
    user.type("relu1")
    user.key(KEY.Key_Return)
    user.until(user.canvas.hasFocus)
    add(user, "relu")
    add(user, "global")
    add(user, "dense")
    add(user, "softmax")
    design = document.design
    assert design.names == (
        "input", "conv1", "relu1", "conv2", "add1", "relu2", "gap1", "fc1", "softmax",
    )  # fmt: skip
    assert {block.name for block in design.sources("add1")} == {"conv2", "relu1"}
    assert document.analysis.ok and document.analysis.row("add1").output_shape == (8, 28, 28)
    # A move, a copy, a name, and back again.
    user.key(KEY.Key_End)
    assert document.selection == ("softmax",)
    user.shortcut("move_earlier")
    assert document.design.names[-2:] == ("softmax", "fc1")
    user.shortcut("undo")
    user.key(KEY.Key_Left)
    user.shortcut("copy")
    user.shortcut("paste")
    assert document.design.names[-3:] == ("fc1", "fc2", "softmax")
    user.shortcut("undo")
    assert document.design == design
    user.key(KEY.Key_Home)
    user.key(KEY.Key_Right)
    assert document.selection == ("conv1",)
    user.key(KEY.Key_F2)
    user.type("stem")
    user.key(KEY.Key_Return)
    assert "stem" in document.design
    user.shortcut("undo")
    assert document.design == design
    # One step of training, still without the pointer.
    user.canvas.setFocus()
    user.key(KEY.Key_F6)
    user.until(lambda: user.training.run is not None and len(user.training.run.losses) == 1)
    assert user.training.state == "paused"
    user.shortcut("stop")
    user.until(lambda: user.training.state == "stopped")


def focus_canvas(user):
    """Leave a field with Esc until the canvas has the keyboard."""
    for _ in range(3):
        if user.canvas.hasFocus():
            return
        user.key(KEY.Key_Escape)
    user.until(user.canvas.hasFocus)
