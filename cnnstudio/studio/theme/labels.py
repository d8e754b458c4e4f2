"""Labels in the type roles of the studio."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from cnnstudio.studio.theme import typography
from cnnstudio.studio.theme.service import theme

Label = TypeVar("Label", bound=QLabel)


class Line(QLabel):
    """One line that ends in … where it has no room; a tool tip then has all of it."""

    def __init__(self, text: str, role: str = "body", tone: str = "") -> None:
        super().__init__(text)
        _dress(self, role, tone)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write what fits."""
        text, place = self.text(), self.contentsRect()
        fitting = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        self.setToolTip(text if fitting != text else "")
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(place, align, fitting)


def label(text: str, role: str = "body", tone: str = "") -> QLabel:
    """A label in a type role, coloured as the role says unless `tone` says otherwise."""
    return _dress(QLabel(text), role, tone)


def _dress(made: Label, role: str, tone: str) -> Label:
    made.setFont(theme().font(role))
    made.setProperty("tone", tone or typography.ROLES[role].colour)
    return made
