"""Every action says what it does, has its own short cut, and says why when it cannot."""

import sys
from collections import Counter

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QListView, QToolButton, QWidget

from cnnstudio.design import edits, templates
from cnnstudio.layers import Add
from cnnstudio.studio.action_table import DECLARATIONS
from cnnstudio.studio.actions import plain
from cnnstudio.studio.command_search import Entry, rank
from cnnstudio.studio.theme import icons

FIXED = [
    *("new", "open", "save", "undo", "redo", "delete", "duplicate", "fit"),
    *("train", "pause", "step", "stop", "repair_1", "repair_2", "repair_3"),
]


def test_every_declaration_is_whole():
    names = [declared.name for declared in DECLARATIONS]
    assert max(Counter(names).values()) == 1
    for declared in DECLARATIONS:
        assert declared.text and declared.tip and declared.menu, declared.name
        assert not declared.tip.endswith("."), declared.name
        assert not declared.icon or icons.exists(declared.icon), declared.icon


def test_short_cuts_are_unique(window):
    keys = [
        key.toString()
        for action in window.findChildren(QAction)
        for key in action.shortcuts()
        if action.objectName().startswith("action_")
    ]
    twice = [key for key, count in Counter(keys).items() if count > 1]
    assert not twice


def test_letters_of_a_menu_are_unique(window):
    for menu in window.menuBar().findChildren(QWidget):
        if not menu.objectName().startswith("menu_"):
            continue
        letters = [
            action.text().replace("&&", "").split("&")[1][0].lower()
            for action in menu.actions()
            if "&" in action.text().replace("&&", "")
        ]
        twice = [letter for letter, count in Counter(letters).items() if count > 1]
        assert not twice, (menu.objectName(), twice)


def test_every_action_is_in_one_menu(window):
    for declared in DECLARATIONS:
        action = window.findChild(QAction, f"action_{declared.name}")
        menus = [
            place for place in action.associatedObjects() if place.objectName().startswith("menu_")
        ]
        assert len(menus) == 1, declared.name


def test_actions_say_what_they_do_and_why_not(window):
    for action in window.workbench.actions:
        assert action.statusTip() and action.toolTip(), action.objectName()
        if not action.isEnabled():
            assert "Not now: " in action.toolTip(), action.objectName()
            assert not action.toolTip().endswith("Not now: "), action.objectName()
    for name in FIXED:
        assert window.findChild(QAction, f"action_{name}") is not None


def test_buttons_of_the_shell_are_named(window):
    bars = (window.tool_bar, window.view_bar, window.statusBar(), window.error_bar)
    for bar in bars:
        for button in bar.findChildren(QAbstractButton):
            if button.objectName().startswith("qt_"):
                continue
            assert button.accessibleName(), button.objectName()
            assert button.toolTip(), button.objectName()


def test_delete_heals_and_paste_brings_back(window, child):
    window.document.select(["conv2", "relu2"])
    QApplication.processEvents()
    child("action_cut", QAction).trigger()
    assert "conv2" not in window.document.design
    QApplication.processEvents()
    window.document.select(["pool1"])
    child("action_paste", QAction).trigger()
    assert window.document.design == templates.load("lenet5")
    child("action_undo", QAction).trigger()
    child("action_undo", QAction).trigger()
    assert window.document.design == templates.load("lenet5")


def test_connect_is_an_action_of_the_canvas(window, child):
    document, action = window.document, child("action_connect", QAction)
    assert action.shortcut().toString() == "C" and not action.isEnabled()
    document.select(["conv1"])
    assert "no Add or Concatenate behind conv1" in action.toolTip()
    with_add = edits.insert(document.design, Add(), "relu1", name="add1")
    document.edit("Insert", with_add, select=["conv1"])
    assert action.isEnabled() and action.statusTip().startswith("Connect the selected block")
    action.trigger()
    pick = window.canvas.viewport().findChild(QWidget, "quick_pick")
    assert pick is not None and pick.isVisible()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert document.design.sources("add1")[1].name == "conv1"
    document.select(["fc1"])
    assert not action.isEnabled()


def test_delete_duplicate_move_and_select_all(window, child):
    document = window.document
    document.select(["relu1"])
    QApplication.processEvents()
    child("action_duplicate", QAction).trigger()
    assert len(document.design) == 15
    QApplication.processEvents()
    child("action_delete", QAction).trigger()
    assert document.design == templates.load("lenet5")
    document.select(["relu1"])
    QApplication.processEvents()
    child("action_move_later", QAction).trigger()
    assert document.design.names[2:4] == ("pool1", "relu1")
    QApplication.processEvents()
    child("action_move_earlier", QAction).trigger()
    assert document.design == templates.load("lenet5")
    QApplication.processEvents()
    document.select(["input"])
    QApplication.processEvents()
    assert not child("action_delete", QAction).isEnabled()
    child("action_select_all", QAction).trigger()
    assert document.selection == document.design.names
    QApplication.processEvents()
    child("action_delete", QAction).trigger()
    assert document.design.names == ("input",)


def test_space_trains_on_the_canvas_and_letters_are_silent_while_typing(window, child, qtbot):
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    assert window.training.state == "running"
    qtbot.keyClick(window, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: window.training.state == "stopped", timeout=10_000)
    window.view_bar.name.edit()
    field = child("design_name_field")
    qtbot.keyClicks(field, "a /")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.document.design.name == "a /"
    assert window.training.state == "stopped"


def test_command_search_finds_and_runs(window, child, qtbot):
    child("action_search", QAction).trigger()
    field = child("command_field")
    found = child("command_list", QListView)
    qtbot.keyClicks(field, "max po")
    assert found.currentIndex().data().startswith("Max")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not child("command_search", QWidget).isVisible()
    assert len(window.document.design) == 15
    for words in ("first cnn", "learning rate", "theme dark", "conv1 kernel", "zoom in"):
        child("action_search", QAction).trigger()
        qtbot.keyClicks(field, words)
        assert found.currentIndex().data() != "Nothing found", words
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    child("action_search", QAction).trigger()
    qtbot.keyClicks(field, "xyzzy")
    assert found.currentIndex().data() == "Nothing found"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert child("command_search", QWidget).isVisible()


def test_entries_are_ranked_by_their_titles():
    stop = Entry("Stop", "Train", print)
    other = Entry("Train from scratch", "Ctrl+F5", print, words="stop")
    assert rank(stop, "st") < rank(other, "st")
    assert rank(stop, "zoom") is None


def test_help_pages_show_what_they_promise(window, child):
    window.document.select(["conv2"])
    QApplication.processEvents()
    child("action_help_block", QAction).trigger()
    text = child("help_page_text").toPlainText()
    for part in ("conv2", "Equation", "16×10×10", "2,416", "Source"):
        assert part in text
    child("action_keyboard", QAction).trigger()
    text = child("keyboard_page_text").toPlainText()
    for declared in DECLARATIONS:
        action = window.workbench.actions[f"action_{declared.name}"]
        if action.shortcuts():
            assert plain(declared.text).removesuffix("…").split(" ")[0] in text
    child("action_about", QAction).trigger()
    assert "CC BY-SA" in child("about_page_text").toPlainText()


def test_log_lines_of_any_thread_reach_the_tab(window, child, qtbot):
    import logging
    import threading

    thread = threading.Thread(target=logging.getLogger("cnnstudio.test").info, args=("hello",))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: "hello" in child("log_text").toPlainText())
    child("log_copy", QAbstractButton).click()
    assert "hello" in QGuiApplication.clipboard().text()


def test_what_nobody_caught_is_shown(window, child, qtbot):
    sys.excepthook(ValueError, ValueError("raised on purpose"), None)
    qtbot.waitUntil(lambda: child("error_bar", QWidget).isVisible())
    assert "on purpose" in child("error_sentence").text()


class _Emitter(QObject):
    happened = Signal(object)

    def __init__(self):
        super().__init__()
        self.count = 0
        self.happened.connect(self.take)

    def take(self, _payload):
        self.count += 1


def test_five_thousand_signals_lose_no_reference(qapp):
    emitter, payload = _Emitter(), object()
    emitter.happened.emit(True)
    before = sys.getrefcount(payload), sys.getrefcount(True)
    for _ in range(5000):
        emitter.happened.emit(payload)
    after = sys.getrefcount(payload), sys.getrefcount(True)
    assert emitter.count == 5001
    assert after[0] == before[0] and abs(after[1] - before[1]) < 100


def test_tool_buttons_follow_their_actions(window, child):
    assert child("button_undo", QToolButton).toolTip() == child("action_undo", QAction).toolTip()
