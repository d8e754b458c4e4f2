"""All maps of a block at a glance: one image, numbered, to point at, to walk and to enlarge."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from cnnstudio.inspection import Grid, locate
from cnnstudio.studio.figure import Figure
from cnnstudio.studio.maps.contents import Maps
from cnnstudio.studio.maps.mosaic import Mosaic, lay_out
from cnnstudio.studio.maps.pictures import Stack, stack
from cnnstudio.studio.theme import theme

MARGIN = 10


@dataclass(frozen=True)
class Pointed:
    """What the pointer is at: map, row and column from 0, and the value."""

    index: int
    row: int
    column: int
    value: float


class MosaicView(QAbstractScrollArea):
    """Shows maps; scrolls where they do not fit.

    Signals
    -------
    pointed
        A `Pointed`, or None when the pointer leaves the maps.
    current_changed
        Number of the map that was chosen with a click or the arrow keys, −1 for none.
    """

    pointed = Signal(object)
    current_changed = Signal(int)

    def __init__(self, largest: float = 150.0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.maps: Maps | None = None
        self.current = -1
        self.message = ""
        self.largest = largest
        self._colours = "viridis"
        self._stack: Stack | None = None
        self._grid: Grid | None = None
        self._hovered = -1
        theme().changed.connect(self._recolour)

    # what is shown

    def show_maps(self, maps: Maps | None, colours: str = "viridis", message: str = "") -> None:
        """Show maps, or a message where there are none."""
        same = maps is not None and self.maps is not None
        same = same and maps.values.shape == self.maps.values.shape
        self.maps, self.message, self._colours = maps, message, colours
        if not same:
            self.verticalScrollBar().setValue(0)
            self._hovered = -1
            if maps is None or self.current >= len(maps.values):
                self.choose(-1)
        self._recolour()
        self._arrange()

    def choose(self, index: int) -> None:
        """Make a map the current one, −1 for none."""
        count = 0 if self.maps is None else len(self.maps.values)
        index = index if 0 <= index < count else -1
        if index != self.current:
            self.current = index
            self._reveal()
            self.viewport().update()
            self.current_changed.emit(index)

    def map_rect(self, index: int) -> QRectF:
        """Where a map is, in pixels of the viewport."""
        mosaic = self._mosaic
        assert mosaic is not None
        return mosaic.rect(index, self._origin())

    def figure(self, name: str) -> Figure | None:
        """The whole mosaic, also what is scrolled away; None where there are no maps."""
        mosaic = self._mosaic
        if mosaic is None:
            return None
        width, height = mosaic.grid.size
        size = QSize(round(width) + 2 * MARGIN, round(height) + 2 * MARGIN)
        return Figure(name, size, self._draw)

    def _draw(self, painter: QPainter) -> None:
        if self._mosaic is not None:
            origin, seen = QPointF(MARGIN, MARGIN), QRectF(0, 0, 1e6, 1e6)
            self._mosaic.paint(painter, origin, seen, current=-1, whole=True)

    @property
    def _mosaic(self) -> Mosaic | None:
        if self.maps is None or self._grid is None or self._stack is None:
            return None
        return Mosaic(self.maps, self._grid, self._stack)

    # layout

    def _arrange(self) -> None:
        if self.maps is None or not self.maps.values.size:
            self._grid = None
            self.verticalScrollBar().setRange(0, 0)
            self.viewport().update()
            return
        area = self.viewport().size() - QSize(2 * MARGIN, 2 * MARGIN)
        width, height = max(area.width(), 1), max(area.height(), 1)
        self._grid = grid = lay_out(self.maps, width, height, self.largest)
        bar, over = self.verticalScrollBar(), round(grid.size[1] - height)
        bar.setRange(0, max(0, over))
        bar.setPageStep(height)
        bar.setSingleStep(round(grid.height + grid.gap))
        self.viewport().update()

    def _origin(self) -> QPointF:
        return QPointF(MARGIN, MARGIN - self.verticalScrollBar().value())

    def _reveal(self) -> None:
        if self.current < 0 or self._grid is None:
            return
        rect, bar = self.map_rect(self.current), self.verticalScrollBar()
        if rect.top() < MARGIN:
            bar.setValue(bar.value() + round(rect.top()) - MARGIN)
        elif rect.bottom() + self._grid.caption > self.viewport().height() - MARGIN:
            over = rect.bottom() + self._grid.caption + MARGIN - self.viewport().height()
            bar.setValue(bar.value() + round(over))

    def _recolour(self) -> None:
        maps = self.maps
        self._stack = None
        if maps is not None and maps.values.size:
            self._stack = stack(maps.values, maps.signed, maps.top, self._colours)
        self.viewport().update()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is in sight."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme().color("panel"))
        mosaic, origin = self._mosaic, self._origin()
        if mosaic is None:
            painter.setPen(theme().color("text-3"))
            painter.setFont(theme().font("body"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(16, 0, -16, 0), flags, self.message)
            return
        mosaic.paint(painter, origin, QRectF(event.rect()), self.current, whole=False)
        mosaic.mark(painter, origin, self._hovered, theme().color("border-strong"), 1.5)
        mosaic.mark(painter, origin, self.current, theme().color("accent"), 2.0)

    # events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the maps out anew."""
        super().resizeEvent(event)
        self._arrange()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is under the pointer."""
        found = self._at(event.position())
        hovered = found.index if found else -1
        if hovered != self._hovered:
            self._hovered = hovered
            self.viewport().update()
        self.pointed.emit(found)

    def viewportEvent(self, event: QEvent) -> bool:
        """Forget the pointer when it leaves."""
        if event.type() == QEvent.Type.Leave:
            self._hovered = -1
            self.pointed.emit(None)
            self.viewport().update()
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the map under the pointer; the current one again lets it go."""
        if event.button() == Qt.MouseButton.LeftButton:
            found = self._at(event.position())
            index = found.index if found else -1
            self.choose(-1 if index == self.current else index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrow keys; Escape lets the map go."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if self._grid is not None:
            columns, count = self._grid.columns, self._grid.count
            steps |= {Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}
            if event.key() in steps:
                step = steps[event.key()]
                target = 0 if self.current < 0 else self.current + step
                if 0 <= target < count:
                    self.choose(target)
                return
            if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
                self.choose(0 if event.key() == Qt.Key.Key_Home else count - 1)
                return
        if event.key() == Qt.Key.Key_Escape and self.current >= 0:
            self.choose(-1)
            return
        super().keyPressEvent(event)

    def _at(self, point: QPointF) -> Pointed | None:
        if self.maps is None or self._grid is None:
            return None
        _, rows, columns = self.maps.values.shape
        place = point - self._origin()
        found = locate(self._grid, rows, columns, place.x(), place.y())
        return Pointed(*found, float(self.maps.values[found])) if found else None
