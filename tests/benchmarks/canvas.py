"""Edits, previews and drag steps with 200 blocks in a whole window; run it by hand, it is no test.

    python -m tests.benchmarks.canvas

Prints how long each takes until every view has its new numbers, and how long painting takes then.
A frame is 16 ms.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent

import cnnstudio as cnn
from cnnstudio.design import edits
from cnnstudio.studio import MainWindow, create_application
from cnnstudio.studio.canvas.drop import MIME

ROUNDS = 40


def long_design() -> cnn.Design:
    """200 blocks whose maps are cheap enough to be shown."""
    layers: list[cnn.Layer] = [cnn.Input(1, 28, 28)]
    for _ in range(49):
        layers += [cnn.Conv(8, 3, padding=1), cnn.BatchNorm(), cnn.ReLU(), cnn.Dropout(0.1)]
    return cnn.Design.sequence(*layers, cnn.GlobalAveragePool(), cnn.Dense(10), cnn.Softmax())


def pump(seconds: float) -> None:
    """Let the window live."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        QCoreApplication.processEvents()
        time.sleep(0.002)


def measure(window: MainWindow, what: str, change: Callable[[int], object]) -> None:
    """Print median and least of changing and of painting."""
    changing, painting = [], []
    for number in range(ROUNDS):
        begun = time.perf_counter()
        change(number)
        done = time.perf_counter()
        window.canvas.viewport().repaint()
        painting.append(1000 * (time.perf_counter() - done))
        changing.append(1000 * (done - begun))
        pump(0.02)
    print(
        f"{what:10} {statistics.median(changing):5.1f} ms (least {min(changing):5.1f}), "
        f"painting {statistics.median(painting):5.1f} ms (least {min(painting):5.1f})"
    )


def drag(window: MainWindow) -> Callable[[int], None]:
    """Return a step of dragging a convolution from the palette from slot to slot."""
    view = window.canvas
    data = QMimeData()
    data.setData(MIME, b"Conv")
    left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    view.dragEnterEvent(QDragEnterEvent(QPoint(300, 200), copy, data, left, plain))

    def step(number: int) -> None:
        at = QPoint(150 + 140 * (number % 7), 150 + 200 * (number // 7 % 2))
        event = QDragMoveEvent(at, copy, data, left, plain)
        view.dragMoveEvent(event)
        view._next_frame()

    return step


def main() -> None:
    """Measure."""
    create_application([])
    window = MainWindow(None)
    window.resize(1600, 1000)
    window.show()
    while window.workbench.dataset is None:
        pump(0.05)
    document = window.document
    document.replace(long_design())
    pump(3)
    document.select(["conv3"])
    pump(0.3)

    def changed(number: int) -> cnn.Design:
        return edits.change(document.design, "conv3", filters=9 + number)

    measure(window, "edit", lambda n: document.edit("Edit", changed(n)))
    measure(window, "preview", lambda n: document.preview(changed(n)))
    document.preview(None)
    measure(window, "select", lambda n: document.select([f"conv{n + 1}"]))
    measure(window, "drag step", drag(window))
    window.canvas.dragLeaveEvent(QDragLeaveEvent())
    window.close()
    window.deleteLater()
    pump(0.1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNNSTUDIO_HOME"] = home
        main()
