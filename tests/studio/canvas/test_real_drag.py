"""A drag as the window system makes it, from a palette row to a link of the canvas."""

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.studio.canvas.view import CanvasView
from cnnstudio.studio.palette import Palette


def test_a_row_is_dragged_onto_a_link(qtbot, bench, document):
    if QGuiApplication.platformName() != "xcb":
        pytest.skip("needs a window system that drags; run it under Xvfb")
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    palette, canvas = Palette(bench), CanvasView(bench)
    row.addWidget(palette)
    row.addWidget(canvas, 1)
    palette.setFixedWidth(200)
    window.resize(1360, 520)
    window.show()
    qtbot.waitExposed(window)
    handle = window.windowHandle()
    start = palette.tree.visualRect(palette.index_of("Conv")).center()
    start = palette.tree.viewport().mapTo(window, start)
    end = canvas.viewport().mapTo(window, canvas.link_rect("pool1", "conv2").center())
    steps = [start + (end - start) * part / 6 for part in range(1, 7)]

    def go_on():
        if steps:
            QTest.mouseMove(handle, steps.pop(0))
        else:
            timer.stop()
            QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0), end)

    timer = QTimer(window)
    timer.setInterval(40)
    timer.timeout.connect(go_on)
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0), start)
    timer.start()
    QTest.mouseMove(handle, start + QPoint(14, 2))
    qtbot.waitUntil(lambda: not timer.isActive(), timeout=5000)
    qtbot.waitUntil(lambda: "conv3" in document.design, timeout=2000)
    names = document.design.names
    assert names[names.index("pool1") + 1] == "conv3"
    assert document.undo_stack.count() == 1
