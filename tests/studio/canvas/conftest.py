"""A canvas on its own, with a stand-in for the rest of the window."""

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import cnnstudio as cnn
from cnnstudio.inspection import look
from cnnstudio.studio.canvas.drop import MIME
from cnnstudio.studio.canvas.view import CanvasView
from cnnstudio.studio.document import Document
from cnnstudio.studio.theme import theme

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


class StandIn(QObject):
    """Looks at the document's design at once, as the inspector does after a while."""

    look_ready = Signal(object)
    skipped = Signal(object)
    note = ""

    def __init__(self, document):
        super().__init__()
        self._document, self._look = document, None

    def look_for(self, name):
        design = self._document.design
        if not self._document.analysis.ok:
            return None
        if self._look is None or self._look.design is not design:
            shape = self._document.analysis.rows[0].output_shape
            images = np.random.default_rng(0).random((2, *shape)).astype(np.float32)
            self._look = look(cnn.Network(design, seed=0), images, None)
        return self._look if name in self._look.activations else None


@pytest.fixture
def bench(qapp):
    theme().set_mode("light")
    theme().apply(qapp)
    document = Document()
    yield SimpleNamespace(
        document=document,
        view=SimpleNamespace(maps="after", colours="viridis", range="block"),
        inspector=StandIn(document),
        probes=SimpleNamespace(current=0),
        dataset=None,
        training=None,
        settings=None,
    )
    document.close()


@pytest.fixture
def canvas(qtbot, bench):
    view = CanvasView(bench)
    qtbot.addWidget(view)
    view.resize(1112, 486)
    view.show()
    view.setFocus()
    QApplication.processEvents()
    return view


@pytest.fixture
def document(bench):
    return bench.document


class Hand:
    """The user's hand on a canvas: real events, sent to the viewport."""

    def __init__(self, canvas):
        self.canvas = canvas
        self._data = None

    def point(self, name):
        return self.canvas.card_rect(name).center()

    def click(self, name, modifiers=NONE):
        QTest.mouseClick(self.canvas.viewport(), LEFT, modifiers, self.point(name))

    def drag(self, start, end, modifiers=NONE, steps=4, release=True):
        viewport = self.canvas.viewport()
        QTest.mousePress(viewport, LEFT, modifiers, start)
        for step in range(1, steps + 1):
            at = start + (end - start) * step / steps
            self.move(at, modifiers)
            QTest.qWait(20)
        if release:
            QTest.mouseRelease(viewport, LEFT, modifiers, end)

    def move(self, at, modifiers=NONE):
        from PySide6.QtCore import QEvent, QPointF
        from PySide6.QtGui import QMouseEvent

        viewport = self.canvas.viewport()
        everywhere = QPointF(viewport.mapToGlobal(at))
        event = QMouseEvent(QEvent.Type.MouseMove, QPointF(at), everywhere, LEFT, LEFT, modifiers)
        QApplication.sendEvent(viewport, event)

    def key(self, key, modifiers=NONE):
        QTest.keyClick(self.canvas, key, modifiers)

    # a row of the palette

    def enter(self, layer, at, modifiers=NONE):
        self._data = QMimeData()
        self._data.setData(MIME, layer.encode())
        action = Qt.DropAction.CopyAction
        event = QDragEnterEvent(at, action, self._data, LEFT, modifiers)
        QApplication.sendEvent(self.canvas.viewport(), event)
        self.over(at, modifiers)
        return event.isAccepted()

    def over(self, at, modifiers=NONE):
        action = Qt.DropAction.CopyAction
        event = QDragMoveEvent(at, action, self._data, LEFT, modifiers)
        QApplication.sendEvent(self.canvas.viewport(), event)
        QTest.qWait(25)

    def leave(self):
        QApplication.sendEvent(self.canvas.viewport(), QDragLeaveEvent())

    def drop(self, at, modifiers=NONE):
        action = Qt.DropAction.CopyAction
        event = QDropEvent(at, action, self._data, LEFT, modifiers)
        QApplication.sendEvent(self.canvas.viewport(), event)
        return event.isAccepted()

    def drop_layer(self, layer, at, modifiers=NONE):
        self.enter(layer, QPoint(at.x() - 30, at.y()), modifiers)
        self.over(at, modifiers)
        return self.drop(at, modifiers)


@pytest.fixture
def hand(canvas):
    return Hand(canvas)


def residual():
    block = cnn.Block
    return cnn.Design(
        "Residual",
        [
            block("input", cnn.Input(3, 8, 8)),
            block("conv1", cnn.Conv(4, 3, padding=1)),
            block("relu1", cnn.ReLU()),
            block("conv2", cnn.Conv(4, 3, padding=1)),
            block("add1", cnn.Add(), inputs=("conv2", "relu1")),
            block("relu2", cnn.ReLU()),
            block("gap1", cnn.GlobalAveragePool()),
            block("fc1", cnn.Dense(10)),
            block("softmax", cnn.Softmax()),
        ],
    )


def long_design(pairs):
    layers = [cnn.Input(3, 16, 16)]
    for _ in range(pairs):
        layers += [cnn.Conv(4, 3, padding=1), cnn.ReLU()]
    return cnn.Design.sequence(*layers, cnn.Flatten(), cnn.Dense(10), cnn.Softmax(), name="Long")
