"""The legend of a mosaic: the colours with the values at their ends."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.studio import numbers
from cnnstudio.studio.theme import DIVERGING, picture, theme

BAR = 72


class ColourBar(QWidget):
    """A slim bar: least value, colours, greatest value, what they are shared by."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._signed, self._top, self._colours, self._note = False, None, "viridis", ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Range of the colours")
        theme().changed.connect(self.update)

    def show_range(self, signed: bool, top: float | None, colours: str, note: str) -> None:
        """Show a range from 0 or −top to top; None where each map has its own."""
        self._signed, self._top, self._colours, self._note = signed, top, colours, note
        low, high = self._ends()
        self.setToolTip(f"{low} to {high}, {note}")
        self.updateGeometry()
        self.update()

    def _ends(self) -> tuple[str, str]:
        if self._top is None:
            return ("−max" if self._signed else "0"), "max"
        top = numbers.significant(self._top, 2)
        return (f"−{top}" if self._signed else "0"), f"+{top}" if self._signed else top

    def sizeHint(self) -> QSize:
        """As wide as its text."""
        metrics = QFontMetrics(theme().font("caption"))
        low, high = self._ends()
        text = sum(metrics.horizontalAdvance(part) for part in (low, high, self._note))
        return QSize(text + BAR + 28, metrics.height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text-3"))
        metrics = painter.fontMetrics()
        low, high = self._ends()
        x = 0.0

        def write(text: str) -> None:
            nonlocal x
            width = metrics.horizontalAdvance(text)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(x, 0, width + 2, self.height()), middle, text)
            x += width + 6

        write(low)
        ramp = np.linspace(-1 if self._signed else 0, 1, 128)[None, :]
        name = DIVERGING if self._signed else self._colours
        image = picture(ramp, name, ramp[0, 0], 1, theme().name)
        painter.drawImage(QRectF(x, self.height() / 2 - 4, BAR, 8), image)
        x += BAR + 6
        write(high)
        x += 4
        write(self._note)
