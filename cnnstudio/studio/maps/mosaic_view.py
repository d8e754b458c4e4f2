"""All maps of a block at a glance: one image, numbered, to point at, to walk and to enlarge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from cnnstudio.inspection import Grid, arrange, locate
from cnnstudio.studio import numbers
from cnnstudio.studio.figure import Figure
from cnnstudio.studio.maps.pictures import Stack, stack
from cnnstudio.studio.theme import theme

Array = NDArray[np.floating[Any]]

MARGIN = 10
GAP = 8
CAPTION = 14
CAPTION_FROM = 26
"""Maps at least that wide have their number below them."""
CELL = (31, 17)
"""Values whose cells are at least that large are printed."""
DARK_CELL = 0.22


@dataclass(frozen=True)
class Maps:
    """What a mosaic shows.

    Attributes
    ----------
    values : ndarray (count, rows, columns)
    signed : bool
    top : float or ndarray (count,)
        Largest magnitude of the colours, of all or of each map.
    dead : ndarray (count,) or None
        Maps that are zero for all probes.
    noun : str
        What a map is called: map, unit, filter.
    per_filter : int
        Maps that belong together, for weights.
    matrix : bool
        The only map is a matrix: rows are units, columns their inputs.
    """

    values: Array
    signed: bool
    top: Any
    dead: NDArray[np.bool_] | None = None
    noun: str = "map"
    per_filter: int = 1
    matrix: bool = False

    def caption(self, index: int) -> str:
        """Number of a map as people count: ``7``, or ``7·2`` for channel 2 of filter 7."""
        if self.per_filter == 1:
            return str(index + 1)
        return f"{index // self.per_filter + 1}·{index % self.per_filter + 1}"

    def title(self, index: int) -> str:
        """Name of a map: ``map 7``, ``filter 7, channel 2``."""
        if self.per_filter == 1:
            return f"{self.noun} {index + 1}"
        filter_, channel = divmod(index, self.per_filter)
        return f"{self.noun} {filter_ + 1}, channel {channel + 1}"

    def where(self, index: int, row: int, column: int) -> str:
        """Name of one value's place: ``Map 7   row 3, column 4``."""
        _, rows, columns = self.values.shape
        if self.matrix:
            return f"Unit {row + 1}   input {column + 1}"
        title = self.title(index)
        title = title[0].upper() + title[1:]
        if rows == 1:
            return title if columns == 1 else f"{title}   position {column}"
        return f"{title}   row {row}, column {column}"

    def is_dead(self, index: int) -> bool:
        """Whether a map is zero for all probes."""
        return self.dead is not None and bool(self.dead[index])


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
        assert self._grid is not None
        left, top = self._grid.place(index)
        origin = self._origin()
        return QRectF(origin.x() + left, origin.y() + top, self._grid.width, self._grid.height)

    def figure(self, name: str) -> Figure | None:
        """The whole mosaic, also what is scrolled away; None where there are no maps."""
        if self._grid is None:
            return None
        width, height = self._grid.size
        size = QSize(round(width) + 2 * MARGIN, round(height) + 2 * MARGIN)
        return Figure(name, size, self._draw)

    def _draw(self, painter: QPainter) -> None:
        self._paint(painter, QPointF(MARGIN, MARGIN), QRectF(0, 0, 1e6, 1e6), marks=False)

    # layout

    def _arrange(self) -> None:
        if self.maps is None or not self.maps.values.size:
            self._grid = None
            self.verticalScrollBar().setRange(0, 0)
            self.viewport().update()
            return
        count, rows, columns = self.maps.values.shape
        area = self.viewport().size() - QSize(2 * MARGIN, 2 * MARGIN)
        width, height = max(area.width(), 1), max(area.height(), 1)
        options: dict[str, Any] = {"gap": GAP, "smallest": 16.0, "largest": self.largest}
        caption = CAPTION
        if rows * columns == 1:
            # A single value is a cell, not a picture.
            options |= {"gap": 1.0, "smallest": 10.0, "largest": min(22.0, self.largest)}
            caption = 0
        elif count == 1:
            options["largest"] = 2000.0
            caption = 0
        elif self.maps.per_filter > 1:
            group = self.maps.per_filter
            options |= {"gap": 3.0, "smallest": 12.0, "group": group, "apart": 9.0}
            caption = 0
        grid = arrange(count, rows, columns, width, height, caption=caption, **options)
        if caption and grid.width < CAPTION_FROM:
            options["gap"] = 3.0
            grid = arrange(count, rows, columns, width, height, **options)
        self._grid = grid
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
        if self._grid is None or self._stack is None:
            painter.setPen(theme().color("text-3"))
            painter.setFont(theme().font("body"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(16, 0, -16, 0), flags, self.message)
            return
        self._paint(painter, self._origin(), QRectF(event.rect()), marks=True)

    def _paint(self, painter: QPainter, origin: QPointF, seen: QRectF, marks: bool) -> None:
        maps, grid, drawn = self.maps, self._grid, self._stack
        if maps is None or grid is None or drawn is None:
            return
        shrunk = grid.width < maps.values.shape[2]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrunk)
        painter.setFont(theme().font("axis"))
        normal, strong = theme().color("text-3"), theme().color("accent")
        faint = theme().color("border")
        outlined = not marks or grid.width >= 8
        for index in range(grid.count):
            left, top = grid.place(index)
            rect = QRectF(origin.x() + left, origin.y() + top, grid.width, grid.height)
            if rect.top() > seen.bottom():
                break
            if rect.bottom() + grid.caption < seen.top():
                continue
            if marks:
                painter.drawImage(rect, drawn.image, drawn.source(index))
            else:
                # An SVG takes whole images only.
                painter.drawImage(rect, drawn.image.copy(drawn.source(index).toRect()))
            if maps.signed and outlined and grid.gap > 1:
                painter.setPen(faint)
                painter.drawRect(rect.adjusted(-0.5, -0.5, 0, 0))
            dead = maps.is_dead(index)
            if dead:
                self._cross(painter, rect)
            if grid.caption:
                text = maps.caption(index)
                if dead:
                    text += " dead" if grid.width >= 48 else " †"
                current = marks and index == self.current
                painter.setPen(strong if current else theme().color("warning") if dead else normal)
                below = QRectF(rect.left() - 6, rect.bottom() + 1, rect.width() + 12, CAPTION)
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)
            if grid.width >= CELL[0] * drawn.width and grid.height >= CELL[1] * drawn.rows:
                self._print(painter, rect, index)
        if marks:
            self._mark(painter, self._hovered, theme().color("border-strong"), 1.5)
            self._mark(painter, self.current, theme().color("accent"), 2.0)

    def _cross(self, painter: QPainter, rect: QRectF) -> None:
        """Strike a dead map through."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = rect.adjusted(2, 2, -2, -2)
        for colour, width in ((QColor(16, 19, 26, 191), 3.4), (QColor(255, 255, 255), 1.6)):
            if rect.width() < 20:
                width *= 0.6
            painter.setPen(QPen(colour, width))
            painter.drawLine(inner.bottomLeft(), inner.topRight())
        painter.restore()

    def _print(self, painter: QPainter, rect: QRectF, index: int) -> None:
        """Print the values into their cells."""
        assert self.maps is not None and self._stack is not None
        values, source = self.maps.values[index], self._stack.source(index)
        painter.setFont(theme().font("value"))
        rows, columns = values.shape
        width, height = rect.width() / columns, rect.height() / rows
        for row in range(rows):
            for column in range(columns):
                cell = QRectF(
                    rect.left() + column * width, rect.top() + row * height, width, height
                )
                ground = self._stack.image.pixelColor(
                    int(source.left()) + column, int(source.top()) + row
                )
                painter.setPen(_ink(ground))
                text = numbers.real(float(values[row, column]), 2)
                painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)

    def _mark(self, painter: QPainter, index: int, colour: QColor, width: float) -> None:
        if index < 0 or self._grid is None or index >= self._grid.count:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, width))
        out = 2.5 if self._grid.gap > 2 else 0.5
        painter.drawRoundedRect(self.map_rect(index).adjusted(-out, -out, out, out), 3, 3)
        painter.restore()

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


def _ink(ground: QColor) -> QColor:
    """White on dark cells, black on light ones."""
    parts = [value / 255 for value in (ground.red(), ground.green(), ground.blue())]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return QColor(255, 255, 255) if light < DARK_CELL else QColor(20, 23, 28)
