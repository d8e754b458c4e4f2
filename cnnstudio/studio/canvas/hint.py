"""The bar at the bottom of the canvas that says what letting go would do, or why not."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from cnnstudio.studio.theme import METRICS, draw_shadow, theme

STAY_MS = 4000
BELOW = 30
"""Distance from the lower edge; the legend of the colours stands there."""


class HintBar(QWidget):
    """Dark, wide, passing by: never takes the pointer or the focus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("hint_bar")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 14, 24, 18)
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.RichText)
        row.addWidget(self._label)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """What it says, without marks."""
        return self.accessibleName()

    def say(self, text: str, keys: tuple[tuple[str, str], ...] = (), passing: bool = False) -> None:
        """Show a sentence, and which keys would change what happens.

        Parameters
        ----------
        text : str
        keys : tuple of (str, str)
            Key and what it does.
        passing : bool
            Go away after a while.
        """
        colors = theme()
        ground = colors.value("card" if colors.dark else "text")
        ink = colors.value("text" if colors.dark else "card")
        faint = colors.value("border-strong")
        parts = [f'<span style="color:{ink}">{escape(text)}</span>']
        for key, does in keys:
            parts.append(
                f'<span style="color:{faint}; font-weight:600">&nbsp;&nbsp;&nbsp;&nbsp;'
                f'{escape(key)}</span>&nbsp;&nbsp;<span style="color:{ink}">{escape(does)}</span>'
            )
        self._ground = ground
        markup = "".join(parts)
        if self._label.text() != markup or self.isHidden():
            self._label.setText(markup)
            self.setAccessibleName(text)
            self.place()
            self.show()
            self.raise_()
        if passing:
            self._timer.start(STAY_MS)
        else:
            self._timer.stop()

    def place(self) -> None:
        """Stand centred near the lower edge."""
        whole = self.parentWidget().rect()
        self._label.setWordWrap(False)
        width = self._label.sizeHint().width() + 48
        if width > whole.width() - 8:
            self._label.setWordWrap(True)
            width = whole.width() - 8
        height = (
            self._label.heightForWidth(width - 48)
            if self._label.wordWrap()
            else (self._label.sizeHint().height())
        )
        self.resize(width, height + 32)
        top = max(0, whole.height() - self.height() - BELOW)
        self.move((whole.width() - self.width()) // 2, top)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(9, 5, -9, -9)
        draw_shadow(painter, frame, "card", METRICS.radius_card, theme().dark)
        painter.setBrush(theme().color("card" if theme().dark else "text"))
        pen = theme().color("border-strong" if theme().dark else "text")
        painter.setPen(QPen(pen, 1))
        painter.drawRoundedRect(frame, METRICS.radius_card, METRICS.radius_card)
