"""A line of a plot, redrawn a few times a second: no more than a path and its points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

HAIR = 1.0
"""Width up to which Qt draws a path at once; wider ones are drawn faster piece by piece."""

RING = 1.4


class Trace(QGraphicsItem):
    """A line through points, as wide on the screen whatever the zoom; NaN interrupts it.

    Attributes
    ----------
    x, y : ndarray (N,)
    """

    def __init__(self, z: float = 0) -> None:
        super().__init__()
        self.x: NDArray[np.float64] = np.zeros(0)
        self.y: NDArray[np.float64] = np.zeros(0)
        self._style: tuple[Any, ...] = ()
        self._pen = QPen()
        self._dots: tuple[QPen, ...] = ()
        self._path, self._points = QPainterPath(), QPolygonF()
        self._pieces: list[QLineF] = []
        self._extent = QRectF()
        self.setZValue(z)

    def dress(
        self, colour: QColor, width: float, dot: float = 0.0, fill: QColor | None = None
    ) -> None:
        """Take colours and widths in pixels; dots of that size are rings around another colour."""
        style = colour, width, dot, fill
        if style == self._style:
            return
        self._style = style
        self._pen = _round(colour, width)
        inner = colour if fill is None else fill
        dots = ((colour, dot + RING), (inner, dot - RING)) if dot else ()
        self._dots = tuple(_round(*look) for look in dots)
        self.show_points(self.x, self.y)

    def show_points(self, x: NDArray[Any], y: NDArray[Any]) -> None:
        """Draw another line."""
        self.prepareGeometryChange()
        self.x, self.y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        self._path, self._pieces, self._points = QPainterPath(), [], QPolygonF()
        places = np.stack([self.x, self.y], axis=1)
        known = places[np.isfinite(places).all(axis=1)]
        if self._pen.widthF() <= HAIR:
            self._path = pg.arrayToQPath(self.x, self.y, connect="finite")
        else:
            ends = np.concatenate([places[:-1], places[1:]], axis=1)
            ends = ends[np.isfinite(ends).all(axis=1)]
            self._pieces = [QLineF(*piece) for piece in ends.tolist()]
        if self._dots:
            self._points = QPolygonF([QPointF(*place) for place in known.tolist()])
        self._extent = QRectF()
        if len(known):
            low, high = known.min(axis=0), known.max(axis=0)
            # Pens and dots are wider than nothing.
            over = 0.1 * (high - low) + (1.0, 0.1)
            self._extent = QRectF(QPointF(*(low - over)), QPointF(*(high + over)))

    def boundingRect(self) -> QRectF:
        """Return the place of all points."""
        return self._extent

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw line and dots."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen)
        if self._pen.widthF() <= HAIR:
            painter.drawPath(self._path)
        else:
            painter.drawLines(self._pieces)
        if self._dots:
            # Qt draws a point as a line of a hundredth of a unit, which an epoch must not be.
            points = painter.worldTransform().map(self._points)
            painter.resetTransform()
            for pen in self._dots:
                painter.setPen(pen)
                painter.drawPoints(points)


def _round(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen
