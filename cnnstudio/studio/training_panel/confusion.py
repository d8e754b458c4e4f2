"""The confusion matrix: which classes the network takes for which, and the images behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSplitter, QToolButton, QVBoxLayout, QWidget

from cnnstudio.engine import EpochEnd
from cnnstudio.studio import numbers
from cnnstudio.studio.gallery import ImageList
from cnnstudio.studio.sight import Sight
from cnnstudio.studio.theme import label, theme

if TYPE_CHECKING:
    from cnnstudio.studio.workbench import Workbench

HEAD, LEFT = 32, 30
LEAST_CELL = 13
"""Height of a cell with a number; where there is less room the matrix scrolls."""


class MatrixView(QWidget):
    """Counts by true class (rows) and predicted class (columns).

    Signals
    -------
    chosen
        (true, predicted) or None.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix: NDArray[np.int64] | None = None
        self.names: tuple[str, ...] = ()
        self.current: tuple[int, int] | None = None
        self._hovered: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Confusion matrix")
        self.setMinimumSize(220, HEAD)
        theme().changed.connect(self.update)

    def show_matrix(self, matrix: NDArray[np.int64] | None, names: tuple[str, ...]) -> None:
        """Show counts, or that there are none yet."""
        if matrix is None or self.matrix is None or matrix.shape != self.matrix.shape:
            self.choose(None)
        self.matrix, self.names = matrix, names
        self.setMinimumHeight(HEAD + 4 + LEAST_CELL * (0 if matrix is None else len(matrix)))
        self.update()

    def choose(self, cell: tuple[int, int] | None) -> None:
        """Choose a cell."""
        if cell != self.current:
            self.current = cell
            self.update()
            self.chosen.emit(cell)

    def sizeHint(self) -> QSize:
        """Ten comfortable rows."""
        return QSize(420, 240)

    def _side(self) -> tuple[float, float]:
        count = max(len(self.matrix) if self.matrix is not None else 1, 1)
        width = (self.width() - LEFT - self._name_width() - 62) / count
        height = (self.height() - HEAD - 4) / count
        return min(max(width, 4.0), 64.0), min(max(height, 4.0), 34.0)

    def _name_width(self) -> int:
        metrics = QFontMetrics(theme().font("axis"))
        widest = max((metrics.horizontalAdvance(name) for name in self.names), default=0)
        return min(widest, 70) + 8

    def cell_rect(self, true: int, predicted: int) -> QRectF:
        """Where a cell is."""
        width, height = self._side()
        left = LEFT + self._name_width()
        return QRectF(left + predicted * width, HEAD + true * height, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw cells, names and the share of each class that is right."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        matrix = self.matrix
        centre = Qt.AlignmentFlag.AlignCenter
        if matrix is None:
            painter.setPen(theme().color("text-3"))
            painter.setFont(theme().font("body"))
            painter.drawText(self.rect(), centre, "Counts of the validation images after an epoch")
            return
        count = len(matrix)
        width, height = self._side()
        axis, small = theme().font("axis"), height < 12 or width < 16
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text-2"))
        left = self.cell_rect(0, 0).left()
        painter.drawText(QRectF(left, 0, count * width, 16), centre, "predicted")
        painter.save()
        painter.translate(11, HEAD + count * height / 2)
        painter.rotate(-90)
        painter.drawText(QRectF(-60, -8, 120, 16), centre, "true")
        painter.restore()
        totals = np.maximum(matrix.sum(axis=1), 1)
        right, wrong = theme().color("ok"), theme().color("error")
        metrics = QFontMetrics(axis)
        for row in range(count):
            first = self.cell_rect(row, 0)
            painter.setFont(axis)
            painter.setPen(theme().color("text-2"))
            name = metrics.elidedText(self._name(row), Qt.TextElideMode.ElideRight, 70)
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            if height >= 9:
                place = QRectF(LEFT - 6, first.top(), self._name_width(), height)
                painter.drawText(place, align, name)
                share = numbers.percent(matrix[row, row] / totals[row], 1)
                end = self.cell_rect(row, count - 1).right()
                painter.drawText(QRectF(end + 4, first.top(), 54, height), align, share)
            for column in range(count):
                cell = self.cell_rect(row, column)
                value = int(matrix[row, column])
                share = value / totals[row]
                colour = QColor(right if row == column else wrong)
                # A few mistakes must be seen beside hundreds of hits.
                colour.setAlphaF(0.0 if not value else 0.12 + 0.55 * float(np.sqrt(share)))
                inner = cell.adjusted(0.5, 0.5, -0.5, -0.5)
                painter.fillRect(inner, theme().color("alt"))
                painter.fillRect(inner, colour)
                if not small and value:
                    painter.setFont(theme().font("value-strong" if row == column else "value"))
                    painter.setPen(theme().color("text"))
                    painter.drawText(cell, centre, numbers.integer(value))
        painter.setFont(axis)
        painter.setPen(theme().color("text-2"))
        for column in range(count):
            cell = self.cell_rect(0, column)
            name = metrics.elidedText(self._name(column), Qt.TextElideMode.ElideRight, int(width))
            painter.drawText(QRectF(cell.left(), 16, width, 15), centre, name)
        for cell_, token in ((self._hovered, "border-strong"), (self.current, "accent")):
            if cell_ is not None:
                painter.setPen(QPen(theme().color(token), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(self.cell_rect(*cell_), 3, 3)

    def _name(self, place: int) -> str:
        return self.names[place] if place < len(self.names) else str(place)

    def _at(self, point: QPointF) -> tuple[int, int] | None:
        if self.matrix is None:
            return None
        origin, (width, height) = self.cell_rect(0, 0), self._side()
        column, row = (point.x() - origin.left()) // width, (point.y() - origin.top()) // height
        inside = 0 <= row < len(self.matrix) and 0 <= column < len(self.matrix)
        return (int(row), int(column)) if inside else None

    def describe(self, cell: tuple[int, int]) -> str:
        """A cell in words."""
        assert self.matrix is not None
        true, predicted = cell
        count = int(self.matrix[cell])
        if true == predicted:
            return f"{numbers.count(count, 'image')} of “{self._name(true)}” recognised"
        what = numbers.count(count, "image")
        return f"{what} of “{self._name(true)}” taken for “{self._name(predicted)}”"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what a cell counts."""
        found = self._at(event.position())
        if found != self._hovered:
            self._hovered = found
            self.setToolTip("" if found is None else self.describe(found))
            self.update()

    def leaveEvent(self, event: object) -> None:
        """Forget the pointer."""
        super().leaveEvent(event)
        self._hovered = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under the pointer."""
        self.choose(self._at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk over the cells."""
        moves = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        move = moves.get(Qt.Key(event.key()))
        if move is None or self.matrix is None:
            super().keyPressEvent(event)
            return
        row, column = self.current or (0, 0)
        last = len(self.matrix) - 1
        target = (min(max(row + move[0], 0), last), min(max(column + move[1], 0), last))
        self.choose(target if self.current else (0, 0))


class ConfusionPanel(QWidget):
    """The matrix of the newest epoch; a click on a cell lists its images, to be pinned.

    Attributes
    ----------
    view : MatrixView
    list : ImageList
    """

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.view = MatrixView(self)
        self.view.setObjectName("view_confusion")
        self.list = ImageList(workbench.probes, self)
        self.list.setAccessibleName("Images of the chosen cell")
        self.title = label("", "caption", "text-2")
        self.about = label("", "caption", "text-2")
        copy = QToolButton(self)
        copy.setAutoRaise(True)
        copy.setToolTip("Copy the matrix as text")
        copy.setAccessibleName("Copy the matrix as text")
        theme().set_icon(copy, "copy")
        copy.clicked.connect(self.copy)
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 8, 0)
        head.addWidget(self.about)
        head.addStretch(1)
        head.addWidget(copy)
        side = QWidget(self)
        column = QVBoxLayout(side)
        column.setContentsMargins(8, 6, 4, 4)
        column.setSpacing(4)
        column.addWidget(self.title)
        column.addWidget(self.list, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setChildrenCollapsible(False)
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self.view)
        splitter.addWidget(self._scroll)
        splitter.addWidget(side)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(splitter, 1)
        self._sight = Sight(self)
        self._sight.entered.connect(self.refresh)
        workbench.inspector.watch(self._sight)
        self.view.chosen.connect(self._chosen)
        workbench.training.epoch_ended.connect(self._epoch_ended)
        workbench.training.run_changed.connect(self.refresh)
        workbench.inspector.verdicts_ready.connect(self._list_again)
        self.refresh()

    @Slot(object)
    def _epoch_ended(self, _: EpochEnd) -> None:
        if self._sight.seen:
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the matrix of the run's newest epoch."""
        run = self._workbench.training.run
        end = run.epochs[-1] if run is not None and run.epochs else None
        seen = None if end is None else end.validation
        if seen is None or seen.confusion is None:
            self.view.show_matrix(None, ())
            why = "" if end is None else "The data have no validation labels to compare with"
            self.about.setText(why)
        else:
            self.view.show_matrix(seen.confusion, run.dataset.class_names)
            right, total = int(np.trace(seen.confusion)), int(seen.confusion.sum())
            self.about.setText(
                f"{numbers.integer(right)} of {numbers.count(total, 'validation image')} right, "
                f"{numbers.percent(right / max(total, 1), 2)} · epoch {end.epoch}"
            )
        self._list(self.view.current)

    @Slot(object)
    def _list_again(self, _: object) -> None:
        self._list(self.view.current)

    @Slot(object)
    def _chosen(self, cell: tuple[int, int] | None) -> None:
        if cell is not None:
            at = self.view.cell_rect(*cell).center()
            self._scroll.ensureVisible(round(at.x()), round(at.y()), 40, HEAD)
        self._list(cell)

    @Slot(object)
    def _list(self, cell: tuple[int, int] | None) -> None:
        probes, found = self._workbench.probes, self._workbench.inspector.verdicts
        nothing = np.zeros(0, np.int64)
        if cell is None or self.view.matrix is None:
            self.title.setText("Click a cell to see its images")
            self.list.images.show_places(nothing, None)
            return
        self.title.setText(self.view.describe(cell))
        dataset = probes.dataset
        run = self._workbench.training.run
        if found is None or dataset is None or run is None or run.dataset is not dataset:
            self.list.images.show_places(nothing, None)
            return
        # The matrix counts validation images, which stand first in the pool.
        size = len(dataset.validation)
        true, predicted = cell
        hit = (found.labels[:size] == true) & (found.predicted[:size] == predicted)
        self.list.images.show_places(np.flatnonzero(hit), found.predicted)

    def as_text(self) -> str:
        """The matrix as a table with tabs."""
        if self.view.matrix is None:
            return ""
        names = [self.view._name(i) for i in range(len(self.view.matrix))]
        lines = ["\t".join(["true\\predicted", *names])]
        for name, row in zip(names, self.view.matrix, strict=True):
            lines.append("\t".join([name, *(str(int(value)) for value in row)]))
        return "\n".join(lines)

    @Slot()
    def copy(self) -> None:
        """Put the matrix on the clipboard."""
        QGuiApplication.clipboard().setText(self.as_text())
