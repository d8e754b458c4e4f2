"""Text and lines on the canvas: fonts that never get smaller than 10 px on the screen."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from cnnstudio.studio.canvas.guard import saved
from cnnstudio.studio.theme import ROLES, theme

SMALLEST = 10.0
"""Height of the smallest text on the screen, in logical pixels."""

LEFT = Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignRight
CENTRE = Qt.AlignmentFlag.AlignHCenter

SETTINGS_FROM, PARAMETERS_FROM, NAMES_FROM = 0.895, 0.745, 0.495
"""Zoom from which a card shows its settings, its parameters, its name."""


@lru_cache(maxsize=512)
def _font(role: str, factor: float) -> tuple[QFont, QFontMetricsF]:
    font = theme().font(role)
    font.setPointSizeF(font.pointSizeF() * factor)
    return font, QFontMetricsF(font)


def scaled_font(role: str, zoom: float) -> tuple[QFont, QFontMetricsF]:
    """A font for painting at a zoom, enlarged where it would fall below `SMALLEST`."""
    size = ROLES[role].size
    factor = max(1.0, SMALLEST / (size * zoom))
    return _font(role, round(factor, 2))


class Ink:
    """Writes on a painter at a zoom."""

    def __init__(self, painter: QPainter, zoom: float) -> None:
        self.painter, self.zoom = painter, zoom
        self.colors = theme()

    def width(self, text: str, role: str) -> float:
        """Width of a text."""
        return scaled_font(role, self.zoom)[1].horizontalAdvance(text)

    def text(
        self,
        place: QRectF,
        text: str,
        role: str = "settings",
        color: str | QColor = "",
        align: Qt.AlignmentFlag = LEFT,
        elide: bool = True,
    ) -> float:
        """Write one line, vertically centred in a place; returns its width."""
        font, metrics = scaled_font(role, self.zoom)
        width = metrics.horizontalAdvance(text)
        if elide and width > place.width() + 0.5:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
            width = metrics.horizontalAdvance(text)
        token = color or ROLES[role].colour
        self.painter.setFont(font)
        self.painter.setPen(token if isinstance(token, QColor) else self.colors.color(token))
        x = place.left()
        if align & RIGHT:
            x = place.right() - width
        elif align & CENTRE:
            x = place.center().x() - width / 2
        y = place.center().y() + (metrics.ascent() - metrics.descent()) / 2
        self.painter.drawText(QPointF(x, y), text)
        return width

    def vertical(
        self, x: float, top: float, length: float, text: str, role: str, color: str
    ) -> float:
        """Write upwards, centred on x, from `top` downwards; returns the used length."""
        font, metrics = scaled_font(role, self.zoom)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, length)
        width = metrics.horizontalAdvance(text)
        with saved(self.painter):
            self.painter.translate(x, top + width)
            self.painter.rotate(-90)
            self.painter.setFont(font)
            self.painter.setPen(self.colors.color(color))
            self.painter.drawText(QPointF(0, (metrics.ascent() - metrics.descent()) / 2), text)
        return width

    def icon(self, x: float, y: float, size: float, name: str, color: str | QColor) -> None:
        """Draw an icon with its left top corner at a point."""
        ratio = self.painter.device().devicePixelRatio() * max(self.zoom, 0.5)
        pixmap = self.colors.pixmap(name, size, color, round(ratio * 4) / 4)
        self.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.painter.drawPixmap(QRectF(x, y, size, size), pixmap, QRectF(pixmap.rect()))


def rounded(rect: QRectF, left: float, right: float) -> QPainterPath:
    """A rectangle whose left and right corners are rounded differently."""
    path = QPainterPath()
    path.moveTo(rect.left() + left, rect.top())
    path.lineTo(rect.right() - right, rect.top())
    if right:
        path.arcTo(rect.right() - 2 * right, rect.top(), 2 * right, 2 * right, 90, -90)
    path.lineTo(rect.right(), rect.bottom() - right)
    if right:
        path.arcTo(
            rect.right() - 2 * right, rect.bottom() - 2 * right, 2 * right, 2 * right, 0, -90
        )
    path.lineTo(rect.left() + left, rect.bottom())
    if left:
        path.arcTo(rect.left(), rect.bottom() - 2 * left, 2 * left, 2 * left, 270, -90)
    path.lineTo(rect.left(), rect.top() + left)
    if left:
        path.arcTo(rect.left(), rect.top(), 2 * left, 2 * left, 180, -90)
    path.closeSubpath()
    return path


def head_of(tip: QPointF, size: float, down: bool = False) -> QPolygonF:
    """The triangle of an arrow head that points right, or down."""
    x, y = tip.x(), tip.y()
    half = size * 0.62
    if down:
        points = [QPointF(x, y), QPointF(x - half, y - size), QPointF(x + half, y - size)]
    else:
        points = [QPointF(x, y), QPointF(x - size, y - half), QPointF(x - size, y + half)]
    return QPolygonF([*points, points[0]])


def arrow_head(
    painter: QPainter, tip: QPointF, size: float, color: QColor, down: bool = False
) -> None:
    """Draw a small filled arrow head."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(head_of(tip, size, down))


def line_pen(color: QColor, width: float = 1.5, dashed: bool = False) -> QPen:
    """A round pen."""
    pen = QPen(color, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if dashed:
        pen.setDashPattern([3, 2.4])
    return pen
