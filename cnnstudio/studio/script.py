"""Texts of cells, each laid out once: a table paints hundreds of them at a time."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QStaticText, QTransform

from cnnstudio.studio.theme import theme

KEPT = 4096


class Script:
    """One kind of writing: a role of the typography, semibold or struck out on demand."""

    def __init__(self, role: str, strong: bool = False, struck: bool = False) -> None:
        self.font = theme().font(role)
        if strong:
            self.font.setWeight(QFont.Weight.DemiBold)
        self._struck = struck
        self._metrics = QFontMetricsF(self.font)
        self._height = self._metrics.height()
        self._laid_out = lru_cache(maxsize=KEPT)(self._lay_out)

    def width(self, text: str) -> float:
        """Width of a text."""
        return self._metrics.horizontalAdvance(text)

    def write(
        self,
        painter: QPainter,
        place: QRectF,
        text: str,
        colour: QColor,
        right: bool = False,
        cut: bool = True,
    ) -> None:
        """Write one line in the middle of a place, with … where it is cut."""
        laid_out, width = self._laid_out(text, place.width() + 1 if cut else None)
        painter.setFont(self.font)
        painter.setPen(colour)
        x = place.right() - width if right else place.left()
        y = place.top() + (place.height() - self._height) / 2
        painter.drawStaticText(QPointF(round(x), round(y)), laid_out)
        if self._struck:
            # The font's own line forgets by how much the painter is translated.
            middle = round(y + self._metrics.ascent() - self._metrics.strikeOutPos())
            painter.drawLine(QPointF(round(x), middle), QPointF(round(x) + width, middle))

    def _lay_out(self, text: str, room: float | None) -> tuple[QStaticText, float]:
        if room is not None:
            text = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        made = QStaticText(text)
        made.setTextFormat(Qt.TextFormat.PlainText)
        made.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
        made.prepare(QTransform(), self.font)
        return made, self.width(text)


@lru_cache(maxsize=16)
def script(role: str, strong: bool = False, struck: bool = False) -> Script:
    """The writing of a role."""
    return Script(role, strong, struck)
