"""Somebody in front of the window, who knows nothing but its public handles.

Offscreen the events of a drag are sent to the canvas.  Under a window system (``QT_QPA_PLATFORM``
says ``xcb``) the pointer itself moves, and the window system drags.
"""

import shutil
import subprocess

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QMouseEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QGraphicsView,
    QLabel,
    QLineEdit,
    QWidget,
)

from cnnstudio.studio.theme import theme

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
KEY = Qt.Key
PATIENCE = 20_000


class User:
    """Points, drags and types in a window."""

    def __init__(self, window, qtbot):
        self.window, self.document, self.training = window, window.document, window.training
        self.canvas = self.find("canvas", QGraphicsView)
        self.palette = self.find("palette", QAbstractItemView)
        self._qtbot = qtbot
        self._data = None

    def find(self, name, kind=QWidget):
        """A widget or an action by its name."""
        found = self.window.findChild(kind, name)
        assert found is not None, name
        return found

    def action(self, name):
        """An action by its name."""
        return self.find(f"action_{name}", QAction)

    def until(self, condition):
        """Wait, for long if the machine is busy."""
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)

    # keys

    def key(self, key, modifiers=NONE):
        """Press a key where the keyboard is."""
        QTest.keyClick(self._listening(), key, modifiers)

    def type(self, text):
        """Type where the keyboard is."""
        QTest.keyClicks(self._listening(), text)

    def shortcut(self, name):
        """Press the keys of an action."""
        QTest.keySequence(self._listening(), self.action(name).shortcut())

    def _listening(self):
        """The widget that has the keyboard."""
        if QApplication.activeWindow() is None:
            # Without a window manager nobody gives it back after a menu or a dialog.
            self.window.activateWindow()
            self.until(self.window.isActiveWindow)
        return QApplication.focusWidget() or self.window

    def fill(self, name, text, end=KEY.Key_Return):
        """Click into a field, replace what it says and press Enter."""
        field = self.find(f"field_{name}")
        assert field.isVisible(), name
        QTest.mouseClick(field.findChild(QLineEdit) or field, LEFT)
        self.until(lambda: QApplication.focusWidget() in (field, *field.findChildren(QLineEdit)))
        self.key(KEY.Key_A, CONTROL)
        self.type(text)
        self.key(end)

    # the pointer

    def click(self, widget, at=None, modifiers=NONE):
        """Click a widget, or a button of an action by the action's name."""
        if isinstance(widget, str):
            widget = self.button(widget)
        QTest.mouseClick(widget, LEFT, modifiers, at or widget.rect().center())

    def point_at(self, widget):
        """Move the pointer over a widget."""
        if QGuiApplication.platformName() == "xcb":
            at = widget.mapToGlobal(widget.rect().center())
            subprocess.run(["xdotool", "mousemove", *_at(at)], check=True)
        else:
            QTest.mouseMove(widget)

    def button(self, name):
        """The button of the tool bar for an action."""
        found = self.window.findChild(QAbstractButton, f"button_{name}")
        assert found is not None and found.isVisible(), name
        return found

    def click_card(self, name, modifiers=NONE):
        """Click a block on the canvas."""
        self.click(self.canvas.viewport(), self.canvas.card_rect(name).center(), modifiers)

    def row(self, title):
        """The row of the palette that shows a title."""
        model = self.palette.model()
        for place in range(model.rowCount()):
            family = model.index(place, 0, QModelIndex())
            for number in range(model.rowCount(family)):
                index = model.index(number, 0, family)
                if index.data() == title:
                    return index
        raise AssertionError(title)

    def drag(self, title, where, during=lambda: None, drop=True):
        """Drag a row of the palette to a point of the canvas; let go there, or press Esc."""
        if QGuiApplication.platformName() == "xcb":
            self._drag_pointer(title, where, during, drop)
        else:
            self._drag_events(title, where, during, drop)

    def drag_card(self, name, where, during=lambda: None, drop=True):
        """Drag a card to a point of the canvas; let go there, or press Esc before."""
        viewport, rect = self.canvas.viewport(), self.canvas.card_rect(name)
        start = QPoint(rect.center().x(), rect.top() + 12)
        QTest.mousePress(viewport, LEFT, NONE, start)
        for part in (0.1, 0.5, 1.0):
            at = start + (where - start) * part
            event = QMouseEvent(
                QEvent.Type.MouseMove, at, viewport.mapToGlobal(at), LEFT, LEFT, NONE
            )
            QApplication.sendEvent(viewport, event)
            QTest.qWait(40)
        during()
        if not drop:
            self.key(KEY.Key_Escape)
        QTest.mouseRelease(viewport, LEFT, NONE, where)

    def _drag_events(self, title, where, during, drop):
        model, viewport = self.palette.model(), self.canvas.viewport()
        self._data = model.mimeData([self.row(title)])
        copy = Qt.DropAction.CopyAction
        begin = QDragEnterEvent(QPoint(2, where.y()), copy, self._data, LEFT, NONE)
        QApplication.sendEvent(viewport, begin)
        assert begin.isAccepted()
        for part in (0.5, 0.9, 1.0):
            at = QPoint(round(where.x() * part), where.y())
            QApplication.sendEvent(viewport, QDragMoveEvent(at, copy, self._data, LEFT, NONE))
            QTest.qWait(25)
        during()
        end = QDropEvent(where, copy, self._data, LEFT, NONE) if drop else QDragLeaveEvent()
        QApplication.sendEvent(viewport, end)

    def _drag_pointer(self, title, where, during, drop):
        """The nested loop of a drag runs inside `until`, so a timer looks and lets go."""
        assert shutil.which("xdotool"), "a drag under X needs xdotool"
        index = self.row(title)
        self.palette.scrollTo(index)
        viewport = self.palette.viewport()
        start = viewport.mapToGlobal(self.palette.visualRect(index).center())
        end = self.canvas.viewport().mapToGlobal(where)
        moves = ["mousemove", *_at(start), "sleep", "0.1", "mousedown", "1"]
        for step in range(1, 13):
            moves += ["mousemove", *_at(start + (end - start) * step / 12), "sleep", "0.03"]
        dragging = subprocess.Popen(["xdotool", *moves])
        failure = []

        def go_on():
            if dragging.poll() is None or timer.property("wait"):
                timer.setProperty("wait", max((timer.property("wait") or 9) - 1, 0))
                return
            timer.stop()
            try:
                during()
            except BaseException as error:
                failure.append(error)
            cancel = [] if drop else ["key", "Escape", "sleep", "0.2"]
            subprocess.run(["xdotool", *cancel, "mouseup", "1"], check=True)

        timer = QTimer(self.window)
        timer.setProperty("wait", 9)
        timer.setInterval(40)
        timer.timeout.connect(go_on)
        timer.start()
        self.until(lambda: not timer.isActive())
        timer.deleteLater()
        QTest.qWait(60)
        if failure:
            raise failure[0]

    # what is seen

    def picture(self, rect=None):
        """What the canvas shows."""
        QApplication.processEvents()
        viewport = self.canvas.viewport()
        return viewport.grab(viewport.rect() if rect is None else rect).toImage()

    def shows(self, rect, token):
        """Whether a colour of the theme is seen in a part of the canvas."""
        image, wanted = self.picture(rect), theme().color(token).rgb()
        rows, columns = range(image.height()), range(image.width())
        return any(image.pixelColor(x, y).rgb() == wanted for y in rows for x in columns)

    def sentences(self):
        """Every text that is written over the canvas."""
        labels = self.canvas.viewport().findChildren(QLabel)
        return [label.text() for label in labels if label.isVisible()]

    def table(self, name):
        """The texts of a table's visible rows, row by row."""
        view = self.find(name, QAbstractItemView)
        model = view.model()
        rows, columns = range(model.rowCount()), range(model.columnCount())
        return [[model.index(row, column).data() for column in columns] for row in rows]

    def shapes(self):
        """Output shape and parameters of every block, from the table of shapes."""
        return {row[1]: (row[3], row[5]) for row in self.table("table_shapes")}

    # dialogs

    def choose(self, name, path):
        """Press the keys of an action that asks for a file, paste a path, press Enter."""

        def look():
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, QFileDialog) or not dialog.isVisible():
                return
            field = dialog.findChild(QLineEdit, "fileNameEdit")
            if field.text() != str(path):
                field.selectAll()
                QApplication.clipboard().setText(str(path))
                QTest.keySequence(field, QKeySequence.StandardKey.Paste)
            elif (popup := QApplication.activePopupWidget()) is not None:
                popup.hide()
            else:
                timer.stop()
                timer.deleteLater()
                QTest.keyClick(field, KEY.Key_Return)

        timer = QTimer(self.window)
        timer.setInterval(30)
        timer.timeout.connect(look)
        timer.start()
        self.shortcut(name)


def _at(point):
    return str(round(point.x())), str(round(point.y()))


@pytest.fixture
def user(open_window, qtbot):
    window = open_window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE)
    # The first arrangement of the docks and the first look at the network.
    looks = window.workbench.inspector
    qtbot.waitUntil(lambda: looks.preview_look is not None, timeout=PATIENCE)
    made = User(window, qtbot)
    made.canvas.setFocus()
    return made
