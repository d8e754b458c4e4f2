"""Plots in the style of the studio: end labels, thin rules, a cursor at the current epoch."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QContextMenuEvent, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem, QGraphicsRectItem, QWidget

from cnnstudio.studio.axes import EpochAxis, ValueAxis
from cnnstudio.studio.figure import Figure, FigureMenu
from cnnstudio.studio.theme import theme
from cnnstudio.studio.trace import Trace

MOST_POINTS = 300
PAD = 0.06
"""Free room above and below the values, as a share of their range."""
ROOM = 66
"""Pixels right of the last epoch that are kept for labels."""
GAP = 4
"""Pixels between the end of a curve, which may carry a ring, and its label."""


class StudioPlot(pg.PlotWidget):
    """A plot over epochs.

    Attributes
    ----------
    traces : list of Trace
        Its lines.

    Signals
    -------
    pointed
        Place on the axis of epochs, or None when the pointer leaves.
    """

    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None, percent: bool = False) -> None:
        self.across, self.up = EpochAxis("bottom"), ValueAxis("left")
        self.up.percent = percent
        axes = {"bottom": self.across, "left": self.up}
        super().__init__(parent, viewBox=pg.ViewBox(enableMenu=False), axisItems=axes)
        # pyqtgraph makes these menus in any case, without a parent.
        menu = self.plotItem.ctrlMenu
        menu.setParent(self, menu.windowFlags())
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.log = False
        self.traces: list[Trace] = []
        self._future = QGraphicsRectItem()
        self._future.setPen(QPen(Qt.PenStyle.NoPen))
        self._future.setZValue(-100)
        self.addItem(self._future, ignoreBounds=True)
        self._rules = QGraphicsPathItem()
        self._rules.setZValue(-50)
        self.addItem(self._rules, ignoreBounds=True)
        self.cursor_line = pg.InfiniteLine(angle=90, movable=False)
        self.cursor_line.setZValue(20)
        self.addItem(self.cursor_line, ignoreBounds=True)
        self._labels: list[pg.TextItem] = []
        self._written: dict[pg.TextItem, tuple[str, QColor]] = {}
        self.getViewBox().setBorder(None)
        self.scene().sigMouseMoved.connect(self._moved)
        theme().changed.connect(self.dress)
        self._ends: tuple[tuple[str, float, float, QColor], ...] = ()
        self._values = (0.0, 1.0)
        self.dress()

    @Slot()
    def dress(self) -> None:
        """Take the colours of the theme."""
        self.setBackground(theme().color("panel"))
        for axis in (self.across, self.up):
            axis.setPen(pg.mkPen(theme().color("border-strong")))
            axis.setTextPen(theme().color("text-3"))
            axis.setTickFont(theme().font("axis"))
            axis.setStyle(tickLength=0, tickTextOffset=5, autoExpandTextSpace=False)
            axis.setStyle(hideOverlappingLabels=False)
        self.up.setWidth(34)
        self.across.setHeight(20)
        self.up.setPen(pg.mkPen(theme().color("border-strong", 0)))
        self._future.setBrush(theme().color("alt"))
        pen = pg.mkPen(theme().color("text-3"), width=1.2)
        pen.setStyle(Qt.PenStyle.DashLine)
        self.cursor_line.setPen(pen)
        self.showGrid(x=False, y=False)

    def trace(self, z: float = 0) -> Trace:
        """Add a line that `draw` fills."""
        made = Trace(z)
        self.traces.append(made)
        self.addItem(made, ignoreBounds=True)
        return made

    def drop(self, trace: Trace) -> None:
        """Take a line away."""
        self.traces.remove(trace)
        self.removeItem(trace)

    def draw(self, trace: Trace, x: NDArray[Any], y: NDArray[Any]) -> None:
        """Fill a line, on a logarithmic axis with the logarithms."""
        values = np.asarray(y, np.float64)
        if self.log:
            with np.errstate(all="ignore"):
                values = np.log10(np.where(values > 0, values, np.nan))
        trace.show_points(x, values)

    def set_log(self, on: bool) -> None:
        """Use a logarithmic axis."""
        self.log = on
        self.up.setLogMode(on)

    def show_range(self, last: float, low: float, high: float, now: float) -> None:
        """Show epochs 0 to `last` and a range of values; the cursor stands at `now`."""
        if self.log:
            low, high = log10(max(low, 1e-12)), log10(max(high, 1e-12))
        if not high > low:
            low, high = low - 0.5, high + 0.5
        self.cursor_line.setValue(now)
        self.cursor_line.setVisible(now > 0)
        values = self._settled(low, high)
        last = max(last, 1.0)
        if (last, *values) != (self.across.last, *self._values):
            self.across.last, self._values = last, values
            self._fit_across()
            self.setYRange(*values, padding=0)
            self._rule(*values)
        low, high = values
        self._future.setRect(now, low, last - now, high - low)

    def _settled(self, low: float, high: float) -> tuple[float, float]:
        """The range as it is, unless it has become too small or much too large."""
        pad = PAD * (high - low)
        shown_low, shown_high = self._values
        slack = low - shown_low, shown_high - high
        if min(slack) >= pad / 2 and max(slack) <= 2 * pad:
            return self._values
        return low - pad, high + pad

    def resizeEvent(self, event: object) -> None:
        """Place ticks and labels for the new height."""
        super().resizeEvent(event)
        if hasattr(self, "_values"):
            self._fit_across()
            self._rule(*self._values)
            self.label_ends(self._ends)

    def _fit_across(self) -> None:
        width = self.width() - self.up.width()
        room = min(ROOM / max(width - ROOM, ROOM), 1.0)
        self.setXRange(0, self.across.last * (1 + room), padding=0)

    def _rule(self, low: float, high: float) -> None:
        """Draw thin lines at the ticks."""
        ticks = self.up.tickValues(low, high, max(self.height() - 24, 40))[0][1]
        path = QPainterPath()
        for tick in ticks:
            path.moveTo(0, tick)
            path.lineTo(self.across.last * 2, tick)
        pen = pg.mkPen(theme().color("line"), width=1)
        pen.setCosmetic(True)
        self._rules.setPen(pen)
        self._rules.setPath(path)

    def label_ends(self, ends: Sequence[tuple[str, float, float, QColor]]) -> None:
        """Write names and values behind the ends of curves, so that none covers another.

        Parameters
        ----------
        ends : sequence of (text, x, y, colour)
        """
        self._ends = tuple(ends)
        while len(self._labels) < len(ends):
            made = pg.TextItem(anchor=(0, 0.5))
            made.setFont(theme().font("value-strong"))
            made.setZValue(30)
            self.addItem(made, ignoreBounds=True)
            self._labels.append(made)
        room = max(self.getViewBox().height(), 20.0)
        ends = fitting(ends, room)
        for item in self._labels[len(ends) :]:
            item.setVisible(False)
        (left, right), (low, high) = self.viewRange()
        pixel = (high - low) / max(self.getViewBox().height(), 20.0)
        gap = GAP * (right - left) / max(self.getViewBox().width(), 20.0)
        with np.errstate(all="ignore"):
            placed = [
                (float(np.log10(y)) if self.log and y > 0 else y, text, x, colour)
                for text, x, y, colour in ends
            ]
        order = sorted(range(len(placed)), key=lambda i: -placed[i][0])
        heights = [_height(placed[i][1]) for i in order]
        tops, below = [], -high / pixel
        for place, height in zip(order, heights, strict=True):
            top = max(-placed[place][0] / pixel - height / 2, below)
            tops.append(top)
            below = top + height
        over = below - (-low / pixel)
        if over > 0:
            tops = [max(top - over, -high / pixel) for top in tops]
        for item, place, top, height in zip(self._labels, order, tops, heights, strict=False):
            _, text, x, colour = placed[place]
            if (text, colour) != self._written.get(item):
                self._written[item] = text, colour
                item.setText(text, colour)
            item.setPos(x + gap, -(top + height / 2) * pixel)
            item.setVisible(True)

    # pictures

    def figure(self) -> Figure:
        """The plot as it stands."""
        name = self.objectName() or "plot"
        frame = QRectF(self.rect())
        return Figure(name, self.size(), lambda painter: self.render(painter, frame))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy or save the plot."""
        menu = FigureMenu(self.figure, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    @Slot(object)
    def _moved(self, point: QPointF) -> None:
        box = self.getViewBox()
        inside = box.sceneBoundingRect().contains(point)
        self.pointed.emit(box.mapSceneToView(point).x() if inside else None)

    def leaveEvent(self, event: object) -> None:
        """Forget the pointer."""
        super().leaveEvent(event)
        self.pointed.emit(None)


End = tuple[str, float, float, QColor]
"""Text, place and colour of a label."""


def fitting(ends: Sequence[End], room: float) -> list[End]:
    """The labels that a height has room for: first without names, then only some of them."""
    if sum(_height(text) for text, *_ in ends) > room:
        ends = [(text.rpartition("\n")[2], *rest) for text, *rest in ends]
    most = max(int(room / _height("")), 1)
    if len(ends) <= most:
        return list(ends)
    order = sorted(range(len(ends)), key=lambda i: -ends[i][2])
    kept = sorted({order[round(place)] for place in np.linspace(0, len(ends) - 1, most)})
    return [ends[i] for i in kept]


def _height(text: str) -> float:
    return 13.0 * (text.count("\n") + 1) + 1


def thin(x: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Keep the least and the greatest of neighbouring values where there are very many."""
    count = len(x)
    if count <= MOST_POINTS:
        return x, y
    size = -(-count // (MOST_POINTS // 2))
    whole = count - count % size
    parts = y[:whole].reshape(-1, size)
    first = x[:whole:size]
    with np.errstate(all="ignore"):
        both = np.stack([np.fmin.reduce(parts, axis=1), np.fmax.reduce(parts, axis=1)], axis=1)
    places = np.stack([first, first], axis=1)
    return np.append(places.ravel(), x[whole:]), np.append(both.ravel(), y[whole:])
