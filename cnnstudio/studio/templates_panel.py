"""The Templates tab: working networks to open."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.design import analyse, templates
from cnnstudio.studio import numbers
from cnnstudio.studio.canvas.ink import Ink
from cnnstudio.studio.template_button import TemplateButton
from cnnstudio.studio.theme import METRICS, Line, mark, theme

STRIP = 40
HEIGHT = 122
_TALL = {"data": 26, "convolution": 26, "pooling": 20, "shape": 26, "dense": 22}
_WIDE = {"data": 10, "convolution": 14, "pooling": 8, "shape": 4, "dense": 9}


class TemplateRow(TemplateButton):
    """One network in small."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, Qt.Orientation.Vertical, parent)
        self.setObjectName(f"template_{name}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        design, about = templates.load(name), templates.describe(name)
        analysis = analyse(design)
        self._families = [b.layer.family for b in design if b.layer.card != "snapped"]
        self._title, self._source = about.title, about.source
        self._sums = f"{numbers.integer(analysis.parameters)} parameters"
        products = f"{numbers.integer(analysis.multiply_adds)} multiply-adds"
        self.setAccessibleName(f"{about.title}, {about.description}, {self._sums}")
        self.setToolTip(
            f"{about.title} ({about.source})\n{about.description}\n{self._sums}, {products}\n"
            "Click or press Enter to open it; Undo brings the present design back"
        )

    def sizeHint(self) -> QSize:
        """Return the height of a card."""
        return QSize(160, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors, ink = theme(), Ink(painter, 1.0)
        frame = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        focused = self.hasFocus()
        painter.setBrush(colors.color("card"))
        token = "accent" if focused else "border-strong" if self.underMouse() else "border"
        painter.setPen(QPen(colors.color(token), 2 if focused else 1))
        painter.drawRoundedRect(frame, METRICS.radius_card, METRICS.radius_card)
        self._draw_pipeline(painter, QRectF(frame.left(), frame.top() + 6, frame.width(), STRIP))
        painter.setPen(colors.color("line"))
        y = frame.top() + STRIP + 12
        painter.drawLine(round(frame.left() + 1), round(y), round(frame.right() - 1), round(y))
        line = QRectF(frame.left() + 10, y + 6, frame.width() - 20, 18)
        ink.text(line, self._title, "strong")
        line.translate(0, 18)
        ink.text(line, self._source, "caption", "text-2")
        line.translate(0, 18)
        ink.text(line, self._sums, "small", "text-2")

    def _draw_pipeline(self, painter: QPainter, place: QRectF) -> None:
        colors, gap = theme(), 3.0
        shown = [(f, _WIDE.get(f, 8), _TALL.get(f, 22)) for f in self._families]
        while shown and sum(w + gap for _, w, _ in shown) > place.width() - 16:
            shown.pop(len(shown) // 2)
        x = place.center().x() - sum(w + gap for _, w, _ in shown) / 2
        for family, wide, tall in shown:
            box = QRectF(x, place.center().y() - tall / 2, wide, tall)
            painter.setPen(QPen(colors.family(family), 1))
            painter.setBrush(colors.header_tint(family))
            painter.drawRoundedRect(box, 2, 2)
            painter.fillRect(QRectF(box.left(), box.top(), wide, 2.5), colors.family(family))
            x += wide + gap


class TemplatesPanel(QScrollArea):
    """All templates below each other."""

    def __init__(self, workbench: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("templates")
        self.setAccessibleName("Templates")
        self._document = workbench.document
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget()
        mark(inner, surface="panel")
        column = QVBoxLayout(inner)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        column.addWidget(Line("Working networks to start from", "caption"))
        self.rows: list[TemplateRow] = []
        for name in templates.names():
            row = TemplateRow(name)
            row.chosen.connect(self._open)
            self.rows.append(row)
            column.addWidget(row)
        column.addStretch()
        self.setWidget(inner)
        theme().changed.connect(inner.update)

    @Slot(str)
    def _open(self, name: str) -> None:
        design = templates.load(name)
        self._document.edit(f"Open the template {design.name}", design, select=())
