"""Take the picture of a drag: ``python docs/dragging.py FILE WIDTHxHEIGHT``.

A convolution from the palette is held over a link of the first CNN, in the real window.
"""

import os
import sys
import tempfile

from PySide6.QtCore import QEventLoop, QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QGraphicsView, QWidget

from cnnstudio.studio import MainWindow, create_application
from cnnstudio.studio.theme import theme

STEPS = 8
STILL_MS = 600
"""The neighbours have made room, and everything is painted."""


def wait(milliseconds: int) -> None:
    """Let the window live; the workers, too, which QTest.qWait would starve."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def row_of(palette: QAbstractItemView, title: str) -> QModelIndex:
    """The row of the palette with a title."""
    model = palette.model()
    families = [model.index(row, 0) for row in range(model.rowCount())]
    rows = (model.index(n, 0, top) for top in families for n in range(model.rowCount(top)))
    return next(index for index in rows if index.data() == title)


def wait_until_ready(window: MainWindow) -> None:
    """Wait for the data, the maps of the untrained network and the forecast."""
    bench = window.workbench
    while bench.dataset is None or bench.inspector.preview_look is None:
        wait(50)
    while bench.inspector.busy or window.forecaster.busy:
        wait(50)
    window.canvas.fit()
    wait(STILL_MS)


def photograph(window: MainWindow, target: str) -> bool:
    """Hold a convolution between pool1 and conv2 and save the picture."""
    canvas: QGraphicsView = window.canvas
    palette = window.findChild(QWidget, "palette")
    data = palette.model().mimeData([row_of(palette, "Convolution")])
    end = window.canvas.link_rect("pool1", "conv2").center()
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0))
    QApplication.sendEvent(canvas.viewport(), QDragEnterEvent(QPoint(2, end.y()), *how))
    for step in range(1, STEPS + 1):
        at = QPoint(end.x() * step // STEPS, end.y())
        QApplication.sendEvent(canvas.viewport(), QDragMoveEvent(at, *how))
        wait(40)
    wait(STILL_MS)
    saved = window.grab().save(target)
    QApplication.sendEvent(canvas.viewport(), QDragLeaveEvent())
    return saved


def main() -> int:
    """Open the window, drag, photograph, close."""
    target, size = sys.argv[1:]
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNNSTUDIO_HOME"] = home
        create_application(sys.argv[:1])
        window = MainWindow("first-cnn")
        theme().set_mode("light")
        window.resize(*map(int, size.split("x")))
        window.show()
        wait_until_ready(window)
        saved = photograph(window, target)
        window.close()
    return 0 if saved else 1


if __name__ == "__main__":
    sys.exit(main())
