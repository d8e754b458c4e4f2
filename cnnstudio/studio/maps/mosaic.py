"""A mosaic: maps in a grid, numbered; where each of them is and how they are painted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from cnnstudio.inspection import Grid, arrange
from cnnstudio.studio import numbers
from cnnstudio.studio.maps.contents import Maps
from cnnstudio.studio.maps.pictures import Stack
from cnnstudio.studio.theme import theme
from cnnstudio.studio.theme.tokens import luminance

GAP = 8
CAPTION = 14
CAPTION_FROM = 26
"""Maps at least that wide have their number below them."""
CELL = (31, 17)
"""Values whose cells are at least that large are printed."""
DARK_CELL = 0.22


def lay_out(maps: Maps, width: int, height: int, largest: float) -> Grid:
    """Find the grid that shows maps in an area as large as they fit, in pixels.

    Parameters
    ----------
    maps : Maps
    width, height : int
        The area; what does not fit goes below it.
    largest : float
        Side that a map may have.
    """
    count, rows, columns = maps.values.shape
    options: dict[str, Any] = {"gap": GAP, "smallest": 16.0, "largest": largest}
    caption = CAPTION
    if rows * columns == 1:
        # A single value is a cell, not a picture.
        options |= {"gap": 1.0, "smallest": 10.0, "largest": min(22.0, largest)}
        caption = 0
    elif count == 1:
        options["largest"] = 2000.0
        caption = 0
    elif maps.per_filter > 1:
        group = maps.per_filter
        options |= {"gap": 3.0, "smallest": 12.0, "group": group, "apart": 9.0}
        caption = 0
    grid = arrange(count, rows, columns, width, height, caption=caption, **options)
    if caption and grid.width < CAPTION_FROM:
        options["gap"] = 3.0
        grid = arrange(count, rows, columns, width, height, **options)
    return grid


@dataclass(frozen=True)
class Mosaic:
    """Maps in a grid.

    Attributes
    ----------
    maps : Maps
    grid : Grid
    stack : Stack
        The maps as one coloured image.
    """

    maps: Maps
    grid: Grid
    stack: Stack

    def rect(self, index: int, origin: QPointF) -> QRectF:
        """Where a map is."""
        left, top = self.grid.place(index)
        return QRectF(origin.x() + left, origin.y() + top, self.grid.width, self.grid.height)

    def paint(
        self, painter: QPainter, origin: QPointF, seen: QRectF, current: int, whole: bool
    ) -> None:
        """Draw the maps that are seen.

        Parameters
        ----------
        painter : QPainter
        origin : QPointF
            Left upper corner of the grid.
        seen : QRectF
        current : int
            The map whose number is written in the accent's colour, −1 for none.
        whole : bool
            Draw for a file: an SVG takes whole images only.
        """
        maps, grid, drawn = self.maps, self.grid, self.stack
        shrunk = grid.width < maps.values.shape[2]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrunk)
        painter.setFont(theme().font("axis"))
        normal, strong = theme().color("text-3"), theme().color("accent")
        faint = theme().color("border")
        outlined = whole or grid.width >= 8
        for index in range(grid.count):
            rect = self.rect(index, origin)
            if rect.top() > seen.bottom():
                break
            if rect.bottom() + grid.caption < seen.top():
                continue
            if whole:
                painter.drawImage(rect, drawn.image.copy(drawn.source(index).toRect()))
            else:
                painter.drawImage(rect, drawn.image, drawn.source(index))
            if maps.signed and outlined and grid.gap > 1:
                painter.setPen(faint)
                painter.drawRect(rect.adjusted(-0.5, -0.5, 0, 0))
            dead = maps.is_dead(index)
            if dead:
                _cross(painter, rect)
            if grid.caption:
                text = maps.caption(index)
                if dead:
                    text += " dead" if grid.width >= 48 else " †"
                tone = theme().color("warning") if dead else normal
                painter.setPen(strong if index == current else tone)
                below = QRectF(rect.left() - 6, rect.bottom() + 1, rect.width() + 12, CAPTION)
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)
            if grid.width >= CELL[0] * drawn.width and grid.height >= CELL[1] * drawn.rows:
                self._print(painter, rect, index)

    def mark(
        self, painter: QPainter, origin: QPointF, index: int, colour: QColor, width: float
    ) -> None:
        """Draw a frame around a map."""
        if not 0 <= index < self.grid.count:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, width))
        out = 2.5 if self.grid.gap > 2 else 0.5
        painter.drawRoundedRect(self.rect(index, origin).adjusted(-out, -out, out, out), 3, 3)
        painter.restore()

    def _print(self, painter: QPainter, rect: QRectF, index: int) -> None:
        """Print the values into their cells."""
        values, source = self.maps.values[index], self.stack.source(index)
        painter.setFont(theme().font("value"))
        rows, columns = values.shape
        width, height = rect.width() / columns, rect.height() / rows
        for row in range(rows):
            for column in range(columns):
                cell = QRectF(
                    rect.left() + column * width, rect.top() + row * height, width, height
                )
                ground = self.stack.image.pixelColor(
                    int(source.left()) + column, int(source.top()) + row
                )
                painter.setPen(_ink(ground))
                text = numbers.real(float(values[row, column]), 2)
                painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)


def _cross(painter: QPainter, rect: QRectF) -> None:
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


def _ink(ground: QColor) -> QColor:
    """White on dark cells, black on light ones."""
    dark = luminance(ground.name()) < DARK_CELL
    return QColor(255, 255, 255) if dark else QColor(20, 23, 28)
