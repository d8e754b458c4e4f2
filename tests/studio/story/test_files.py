"""Step 6: designs and data sets come and go; closing is never a question."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

import cnnstudio as cnn


def test_a_design_is_saved_and_opened(user, tmp_path):
    path = tmp_path / "mine.cnn.json"
    user.click_card("conv1")
    user.fill("filters", "9")
    user.canvas.setFocus()
    mine = user.document.design
    assert user.window.isWindowModified()
    user.choose("save", path)
    user.until(path.exists)
    assert cnn.Design.read(path) == mine and not user.window.isWindowModified()
    user.shortcut("undo")
    assert user.window.isWindowModified()
    user.shortcut("new")
    assert user.document.design.names == ("input",)
    user.choose("open", path)
    user.until(lambda: user.document.design == mine)
    assert user.document.path == path and not user.window.isWindowModified()


def test_a_data_set_is_loaded_and_trained_on(user, tmp_path):
    path = tmp_path / "squares.npz"
    random = np.random.default_rng(0)
    labels = np.arange(300) % 2
    images = random.integers(0, 90, (300, 8, 8), dtype=np.uint8)
    images[labels == 1, 2:6, 2:6] += 120
    np.savez(path, images=images, labels=labels)
    user.choose("load_data", path)
    user.until(lambda: user.window.workbench.dataset.name == "squares")
    # LeNet-5 reads 28 × 28; Train says so.
    user.until(lambda: not user.action("train").isEnabled())
    assert "1×8×8" in user.action("train").toolTip()
    user.shortcut("new")
    assert user.document.design.block("input").layer.output_shape() == (1, 8, 8)
    user.canvas.setFocus()
    for words in ("flatten", "dense", "softmax"):
        user.key(Qt.Key.Key_A)
        user.until(lambda: QApplication.focusWidget().objectName() == "quick_pick_field")
        user.type(words)
        user.key(Qt.Key.Key_Return)
        user.until(user.canvas.hasFocus)
    user.click_card("fc1")
    user.fill("units", "2")
    user.canvas.setFocus()
    assert user.action("train").isEnabled(), user.training.reason
    user.shortcut("train")
    user.until(lambda: user.training.state == "finished")
    run = user.training.run
    assert run.dataset.class_names == ("0", "1") and run.best.validation.accuracy > 0.9


def test_closing_while_it_trains(user):
    user.canvas.setFocus()
    user.shortcut("train")
    user.until(lambda: user.training.run is not None and len(user.training.run.losses) > 3)
    user.window.close()
    # Nothing asks, nothing goes on; `no_leaks` and the reporter look for what stays behind.
    assert not user.window.isVisible() and QApplication.activeModalWidget() is None
    assert not user.training.active
