"""What lies behind and before the cards: the dots and the rubber band."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, floor

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from cnnstudio.studio.theme import METRICS, theme


def draw_dots(painter: QPainter, rect: QRectF, zoom: float) -> None:
    """Fill the ground and draw a dot every 20 pixels, fewer when zoomed out."""
    colors = theme()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(rect, colors.color("canvas"))
    step = METRICS.grid_step * (2 if zoom < 0.7 else 1)
    pen = QPen(colors.color("grid"), 1.4 / zoom)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    across = floor(rect.left() / step), ceil(rect.right() / step) + 1
    down = floor(rect.top() / step), ceil(rect.bottom() / step) + 1
    painter.drawPoints(_dots(step, *across, *down))


@lru_cache(maxsize=8)
def _dots(step: int, left: int, right: int, top: int, bottom: int) -> QPolygonF:
    return QPolygonF(
        [QPointF(x * step, y * step) for y in range(top, bottom) for x in range(left, right)]
    )


def draw_band(painter: QPainter, band: QRect) -> None:
    """Draw the rubber band."""
    colors = theme()
    painter.setPen(QPen(colors.color("accent"), 1))
    painter.setBrush(colors.color("accent", 0.08))
    painter.drawRect(QRectF(band).adjusted(0.5, 0.5, -0.5, -0.5))
