"""The legend of the canvas: what the colours of the maps mean, at the left bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, QRect, QRectF, QSizeF, Qt, Slot
from PySide6.QtGui import QPainter

from cnnstudio.studio.canvas.ink import Ink
from cnnstudio.studio.canvas.places import BELOW
from cnnstudio.studio.theme import DIVERGING, picture, theme
from cnnstudio.studio.turns import turns

if TYPE_CHECKING:
    from cnnstudio.studio.canvas.view import CanvasView

RANGES = {
    "map": "each map's own maximum",
    "block": "each block's own maximum",
    "all": "maximum of all blocks",
}

STRIP = 28
"""Height of the strip under the legend."""

HEIGHT = 40
"""Height of the place of the legend."""


class Legend(QObject):
    """Paints the legend over a canvas, and again when maps become signed or cease to be."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._signed = False

    def paint(self, painter: QPainter, seen: QRect) -> None:
        """Draw the legend if it is seen, in pixels of the viewport, and the bubble leaves room."""
        canvas, place = self._canvas, self._place()
        wanted = not canvas.scene_.empty and canvas.bench.inspector is not None
        if not wanted or not seen.intersects(place):
            return
        text = QRect(0, place.top(), 300, place.height())
        if canvas.bubble.isHidden() or not canvas.bubble.geometry().intersects(text):
            lowest = canvas.scene_.area.bottom() - BELOW
            over = canvas.mapFromScene(0, lowest).y() > place.top()
            self._signed = self._has_signed()
            _draw(painter, canvas.viewport().rect(), canvas.bench.view, self._signed, over)

    @Slot()
    def refresh(self) -> None:
        """The maps are others: look soon whether the legend is."""
        turns().soon(self._renew)

    def _renew(self) -> None:
        if self._has_signed() != self._signed:
            self._canvas.viewport().update(self._place())

    def _place(self) -> QRect:
        whole = self._canvas.viewport().rect()
        return QRect(0, whole.bottom() - HEIGHT, whole.width(), HEIGHT + 1)

    def _has_signed(self) -> bool:
        maps = self._canvas.scene_.maps
        return any(
            maps.signed(maps.shown(unit).name)
            for unit in self._canvas.scene_.units[1:]
            if unit.head.kind in ("full", "narrow")
        )


def _draw(painter: QPainter, whole: QRect, view: Any, signed: bool, over: bool) -> None:
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
