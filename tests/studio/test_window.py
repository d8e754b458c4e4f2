"""The window: how it opens, what happens to files, how it closes."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QToolButton, QWidget

from cnnstudio.design import Design, edits, templates
from cnnstudio.layers import Conv
from cnnstudio.studio import MainWindow
from cnnstudio.studio.theme import theme


def change(window, number=9):
    window.document.edit(
        "Set filters", edits.change(window.document.design, "conv1", filters=number)
    )


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "mine.cnn.json"
    edits.set_name(templates.load("first-cnn"), "Mine").write(path)
    return path


def test_opens_with_lenet_and_digits_ready_to_train(window, child):
    assert window.document.design == templates.load("lenet5")
    assert not window.document.modified
    assert window.document.analysis.ok and not window.document.analysis.warnings
    assert window.training.state == "idle"
    assert child("action_train", QAction).isEnabled()
    assert child("button_train", QToolButton).isEnabled()
    assert QApplication.activeModalWidget() is None
    assert "Ready" in child("transport_status", QLabel).text()
    assert "61,706" in child("status_parameters", QLabel).text()
    assert window.windowTitle().startswith("LeNet-5")


def test_opens_a_file_and_a_template(open_window, saved):
    assert open_window(saved).document.design.name == "Mine"
    assert open_window("one-dense").document.design == templates.load("one-dense")


def test_a_file_that_cannot_be_read_is_explained_and_changes_nothing(window, child, tmp_path):
    broken = tmp_path / "broken.cnn.json"
    broken.write_text("{")
    assert not window.files.open(broken)
    assert window.document.design == templates.load("lenet5")
    bar = child("error_bar", QWidget)
    assert bar.isVisible() and "broken.cnn.json" in child("error_sentence", QLabel).text()
    child("error_copy").click()
    assert "Traceback" in QGuiApplication.clipboard().text()
    child("error_close").click()
    assert not bar.isVisible()


def test_saves_and_marks_what_is_unsaved(window, child, tmp_path, monkeypatch):
    mark = child("unsaved_mark", QLabel)
    assert not mark.isVisible() and not window.isWindowModified()
    change(window)
    assert mark.isVisible() and window.isWindowModified()
    path = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    child("action_save", QAction).trigger()
    assert not mark.isVisible() and not window.isWindowModified()
    written = tmp_path / "mine.cnn.json"
    assert Design.read(written) == window.document.design
    child("action_undo", QAction).trigger()
    assert mark.isVisible()
    child("action_redo", QAction).trigger()
    assert not mark.isVisible()
    change(window, 12)
    child("action_save", QAction).trigger()
    assert Design.read(written).block("conv1").layer.filters == 12


def test_opens_what_the_dialog_gives(window, child, saved, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(saved), ""))
    child("action_open", QAction).trigger()
    assert window.document.path == saved and not window.document.modified


def test_recent_files_open_again(open_window, saved):
    window = open_window()
    assert not window.recent_menu.actions()[0].isEnabled()
    window.files.open(saved)
    first = open_window().recent_menu.actions()[0]
    assert first.text() == "mine.cnn.json"
    saved.unlink()
    assert not open_window().recent_menu.actions()[0].isEnabled()


def test_undo_and_redo_say_what(window, child):
    undo, redo = child("action_undo", QAction), child("action_redo", QAction)
    assert not undo.isEnabled() and "nothing to undo" in undo.toolTip()
    change(window)
    QApplication.processEvents()
    assert undo.isEnabled() and "set filters" in undo.text()
    undo.trigger()
    QApplication.processEvents()
    assert not undo.isEnabled() and "set filters" in redo.text()
    assert window.document.design == templates.load("lenet5")


def test_a_dropped_file_opens(window, saved):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(saved))])
    actions, buttons = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    keys = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(20, 20), actions, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(20, 20), actions, data, buttons, keys)
    QApplication.sendEvent(window, drop)
    assert window.document.design.name == "Mine"


def test_the_name_is_edited_by_a_double_click(window, child, qtbot):
    name = child("design_name", QWidget)
    qtbot.mouseDClick(name, Qt.MouseButton.LeftButton)
    field = child("design_name_field")
    qtbot.keyClicks(field, "My net")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.document.design.name == "My net" and window.windowTitle().startswith("My net")
    qtbot.mouseDClick(name, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field, "Not this")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert window.document.design.name == "My net"
    window.document.undo_stack.undo()
    assert window.document.design.name == "LeNet-5"


def test_new_offers_networks_to_start_from(window, child, qtbot):
    child("action_new", QAction).trigger()
    assert window.document.design.names == ("input",)
    assert window.empty_page.isVisible()
    assert not child("action_train", QAction).isEnabled()
    card = window.empty_page.cards[0]
    QTest.mouseClick(card, Qt.MouseButton.RightButton)
    assert window.empty_page.isVisible()
    qtbot.keyClick(card, Qt.Key.Key_Return)
    assert window.document.design == templates.load("first-cnn")
    assert not window.empty_page.isVisible()


def test_closing_asks_nothing_and_the_design_can_be_brought_back(open_window):
    first = open_window()
    change(first)
    kept = first.document.design
    first.close()
    second = open_window()
    assert second.document.design == templates.load("lenet5")
    action = second.findChild(QAction, "action_restore")
    assert action.isEnabled()
    action.trigger()
    assert second.document.design == kept and second.document.modified
    assert not action.isEnabled()


def test_opening_another_design_keeps_the_unsaved_one(open_window, saved):
    window = open_window()
    change(window)
    kept = window.document.design
    window.files.open(saved)
    action = window.findChild(QAction, "action_restore")
    assert action.isEnabled()
    action.trigger()
    assert window.document.design == kept


def test_closes_without_a_question_while_training(window, qtbot, running_threads):
    window.training.train()
    qtbot.waitUntil(lambda: window.training.progress.batch > 2, timeout=20_000)
    window.close()
    assert not window.isVisible() and QApplication.activeModalWidget() is None
    assert not window.training.active and not running_threads()


def test_the_layout_is_remembered(open_window):
    first = open_window()
    first.docks.panels["gradients"].close()
    QApplication.processEvents()
    first.close()
    second = MainWindow()
    second.show()
    try:
        assert second.docks.panels["gradients"].isHidden()
        second.findChild(QAction, "action_show_gradients").trigger()
        assert second.docks.panels["gradients"].isVisible()
    finally:
        second.close()
        second.deleteLater()


@pytest.mark.parametrize(("width", "left", "right"), [(1280, 180, 240), (1600, 208, 280)])
def test_docks_are_narrower_in_a_narrow_window(open_window, qtbot, width, left, right):
    window = open_window(size=(width, 900))
    qtbot.waitUntil(lambda: abs(window.docks.left.width() - left) <= 2)
    assert abs(window.docks.panels["properties"].width() - right) <= 2


def test_the_theme_is_switched_and_remembered(open_window, child):
    window = open_window()
    window.findChild(QAction, "action_theme_dark").trigger()
    assert theme().dark and window.findChild(QAction, "action_theme_dark").isChecked()
    picture = window.grab().toImage()
    assert picture.pixelColor(4, 4).lightness() < 80
    window.close()
    theme().set_mode("light")
    open_window()
    assert theme().dark


def test_an_error_makes_train_say_why(window, child):
    window.document.edit(
        "Set kernel", edits.replace_layer(window.document.design, "conv2", Conv(16, 25))
    )
    QApplication.processEvents()
    train = child("action_train", QAction)
    assert not train.isEnabled() and "25×25" in train.toolTip()
    assert "1 error in conv2" in child("status_problems", QToolButton).text()
    repair = child("action_repair_1", QAction)
    assert repair.isEnabled()
    repair.trigger()
    QApplication.processEvents()
    assert window.document.analysis.ok and train.isEnabled() and not repair.isEnabled()


def test_other_data_are_loaded_beside_the_screen(window, child, qtbot, tmp_path):
    import numpy as np

    path = tmp_path / "tiny.npz"
    generator = np.random.default_rng(0)
    np.savez(
        path,
        images=generator.integers(0, 255, (60, 16, 16), dtype=np.uint8),
        labels=np.arange(60) % 3,
    )
    before = window.document.design
    window.load_file(path)
    qtbot.waitUntil(lambda: window.workbench.dataset.name == "tiny", timeout=10_000)
    assert window.document.design is before
    QApplication.processEvents()
    train = child("action_train", QAction)
    assert not train.isEnabled() and "1×16×16" in train.toolTip()
    window.load_file(tmp_path / "missing.npz")
    qtbot.waitUntil(lambda: child("error_bar", QWidget).isVisible(), timeout=10_000)
    assert window.workbench.dataset.name == "tiny"
