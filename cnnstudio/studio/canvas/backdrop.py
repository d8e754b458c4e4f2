"""What lies behind and before the cards: the dots, the rubber band, the legend of the colours."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, floor
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from cnnstudio.studio.canvas.ink import Ink
from cnnstudio.studio.theme import DIVERGING, METRICS, picture, theme

RANGES = {
    "map": "each map's own maximum",
    "block": "each block's own maximum",
    "all": "maximum of all blocks",
}


STRIP = 28
"""Height of the strip under the legend."""


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


def draw_legend(painter: QPainter, whole: QRect, view: Any, signed: bool, over: bool) -> None:
    """Draw what the colours of the maps mean, at the left bottom; in a strip where over cards."""
    if whole.width() < 420:
        return
    colors, ink = theme(), Ink(painter, 1.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    text = RANGES.get(getattr(view, "range", "block"), RANGES["block"])
    y, x = whole.bottom() - 22.0, 14.0
    entries = [(getattr(view, "colours", "viridis"), "0", text)]
    if signed:
        entries.append((DIVERGING, "−", "+ signed, 0 in the middle"))
    width = sum(ink.width(low + rest, "caption") + 118 + 22 for _, low, rest in entries)
    if over:
        strip = QRectF(whole).adjusted(0, whole.height() - STRIP, 0, 0)
        y = strip.center().y()
        painter.fillRect(strip, colors.color("canvas"))
        painter.fillRect(QRectF(strip.topLeft(), QSizeF(strip.width(), 1)), colors.color("line"))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color("canvas", 0.86))
        painter.drawRoundedRect(QRectF(x - 8, y - 13, width, 26), 6, 6)
    for name, low, rest in entries:
        x += ink.text(QRectF(x, y - 10, 20, 20), low, "caption", "text-3") + 7
        scale = picture(np.linspace(0, 1, 256)[None, :], name, 0, 1, colors.name)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(x, y - 4, 96, 8), scale)
        x += 96 + 7
        x += ink.text(QRectF(x, y - 10, 260, 20), rest, "caption", "text-3") + 22
