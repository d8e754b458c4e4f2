"""A confusion matrix as a picture of cells to point at, to walk and to choose."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from cnnstudio.studio import numbers
from cnnstudio.studio.figure import Figure, FigureMenu
from cnnstudio.studio.script import script
from cnnstudio.studio.theme import theme

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
        if self.matrix is None:
            painter.setPen(theme().color("text-3"))
            painter.setFont(theme().font("body"))
            text = "Counts of the validation images after an epoch"
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
            return
        self._draw(painter)
        for cell, token in ((self._hovered, "border-strong"), (self.current, "accent")):
            if cell is not None:
                painter.setPen(QPen(theme().color(token), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(self.cell_rect(*cell), 3, 3)

    def figure(self) -> Figure | None:
        """The matrix as a picture; None while there is none."""
        return None if self.matrix is None else Figure("confusion", self.size(), self._draw)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy or save the matrix."""
        menu = FigureMenu(self.figure, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def _draw(self, painter: QPainter) -> None:
        """Draw all but what the pointer and the keys are at."""
        matrix = self.matrix
        assert matrix is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = Qt.AlignmentFlag.AlignCenter
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
        ground, ink = theme().color("alt"), theme().color("text")
        metrics = QFontMetrics(axis)
        for row in range(count):
            first = self.cell_rect(row, 0)
            painter.setFont(axis)
            painter.setPen(theme().color("text-2"))
            name = metrics.elidedText(self.name(row), Qt.TextElideMode.ElideRight, 70)
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            if height >= 9:
                place = QRectF(LEFT - 6, first.top(), self._name_width(), height)
                painter.drawText(place, align, name)
                share = numbers.percent(matrix[row, row] / totals[row], 1)
                end = self.cell_rect(row, count - 1).right()
                painter.drawText(QRectF(end + 4, first.top(), 54, height), align, share)
            for column in range(count):
                cell = first.translated(column * width, 0)
                inner = cell.adjusted(0.5, 0.5, -0.5, -0.5)
                painter.fillRect(inner, ground)
                value = int(matrix[row, column])
                if not value:
                    continue
                colour = QColor(right if row == column else wrong)
                # A few mistakes must be seen beside hundreds of hits.
                colour.setAlphaF(0.12 + 0.55 * sqrt(value / totals[row]))
                painter.fillRect(inner, colour)
                if not small:
                    writing = script("value-strong" if row == column else "value")
                    count_text = numbers.integer(value)
                    room = cell.adjusted((width - writing.width(count_text)) / 2, 0, 0, 0)
                    writing.write(painter, room, count_text, ink, cut=False)
        painter.setFont(axis)
        painter.setPen(theme().color("text-2"))
        for column in range(count):
            cell = self.cell_rect(0, column)
            name = metrics.elidedText(self.name(column), Qt.TextElideMode.ElideRight, int(width))
            painter.drawText(QRectF(cell.left(), 16, width, 15), centre, name)

    def name(self, place: int) -> str:
        """Name of a class; its number where the data have no names."""
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
            return f"{numbers.count(count, 'image')} of “{self.name(true)}” recognised"
        what = numbers.count(count, "image")
        return f"{what} of “{self.name(true)}” taken for “{self.name(predicted)}”"

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
