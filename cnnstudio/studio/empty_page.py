"""File › New: below the empty pipeline stand three working networks to start from."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.design import Design, analyse, templates
from cnnstudio.studio import numbers
from cnnstudio.studio.template_button import TemplateButton
from cnnstudio.studio.theme import METRICS, draw_shadow, label, theme
from cnnstudio.studio.workbench import Workbench

OFFERED = ("first-cnn", "lenet5", "one-dense")
OURS = "CNN Studio"
_PICTURE = 112
_HEIGHTS = {"data": 44, "convolution": 46, "pooling": 34, "shape": 44, "dense": 38}
_WIDTHS = {"data": 20, "convolution": 26, "pooling": 13, "shape": 7, "dense": 16}


class TemplateCard(TemplateButton):
    """A network in small: its blocks as boxes, title, source, cost."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, Qt.Orientation.Horizontal, parent)
        self.setObjectName(f"start_{name}")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._design = templates.load(name)
        analysis = analyse(self._design)
        about = templates.describe(name)
        self._title = about.title
        # Our own designs have no history to tell.
        self._source = about.description if about.source in ("", OURS) else about.source
        self._parameters = f"{numbers.integer(analysis.parameters)} parameters"
        self._products = f"{numbers.integer(analysis.multiply_adds)} multiply-adds"
        self.setAccessibleName(f"{self._title}: {self._source}, {self._parameters}")
        self.setToolTip(f"{about.description or self._title}\nEnter opens it")

    def sizeHint(self) -> QSize:
        """As in the picture."""
        return QSize(264, 192)

    def minimumSizeHint(self) -> QSize:
        """Narrow windows show less of the picture."""
        return QSize(180, 192)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors, radius = theme(), METRICS.radius_card
        frame = QRectF(self.rect()).adjusted(4.5, 4.5, -4.5, -4.5)
        draw_shadow(painter, frame, radius=radius, dark=colors.dark)
        focused, hovered = self.hasFocus(), self.underMouse()
        painter.setBrush(colors.color("card"))
        if focused:
            painter.setPen(QPen(colors.color("accent", 0.2), 7))
            painter.drawRoundedRect(frame, radius, radius)
        pen = QPen(colors.color("accent" if focused else "border-strong" if hovered else "border"))
        pen.setWidthF(2 if focused else 1)
        painter.setPen(pen)
        painter.drawRoundedRect(frame, radius, radius)
        painter.setPen(colors.color("line"))
        split = frame.top() + _PICTURE
        painter.drawLine(QPointF(frame.left() + 1, split), QPointF(frame.right() - 1, split))
        inside = frame.adjusted(1.5, 1.5, -1.5, -1.5)
        rounded = QPainterPath()
        rounded.addRoundedRect(inside, radius - 1, radius - 1)
        ground = QPainterPath()
        ground.addRect(inside.left(), inside.top(), inside.width(), split - inside.top())
        painter.fillPath(rounded.intersected(ground), colors.color("alt"))
        self._draw_boxes(painter, QRectF(frame.left(), frame.top(), frame.width(), _PICTURE))
        self._draw_text(painter, frame.adjusted(14, _PICTURE + 10, -12, -8))

    def _draw_boxes(self, painter: QPainter, place: QRectF) -> None:
        blocks = [b.layer.family for b in self._design if b.layer.card != "snapped"]
        shown = [family for family in blocks if family in _WIDTHS]
        gap, middle = 5.0, place.center().y()
        width = sum(_WIDTHS[family] for family in shown) + gap * (len(shown) - 1)
        x = place.center().x() - width / 2
        colors = theme()
        painter.setPen(QPen(colors.color("link"), 1))
        painter.drawLine(QPointF(x, middle), QPointF(x + width, middle))
        convolutions = 0
        for family in shown:
            height = _HEIGHTS[family] - 5 * convolutions
            convolutions += family == "convolution"
            box = QRectF(x, middle - height / 2, _WIDTHS[family], height)
            painter.setPen(QPen(colors.family(family), 1.2))
            painter.setBrush(colors.color("card"))
            painter.drawRoundedRect(box, 2, 2)
            painter.setBrush(colors.color(family, 0.2))
            painter.drawRoundedRect(box, 2, 2)
            top = QRectF(box.left(), box.top() - 0.5, box.width(), 3)
            painter.fillRect(top, colors.family(family))
            x += _WIDTHS[family] + gap

    def _draw_text(self, painter: QPainter, place: QRectF) -> None:
        colors = theme()
        line, left = 18.0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        rows = ((self._title, "title", "text"), (self._source, "body", "text-2"))
        for place_, (text, role, token) in enumerate(rows):
            painter.setFont(colors.font(role))
            painter.setPen(colors.color(token))
            row = QRectF(place.left(), place.top() + line * place_, place.width(), line)
            elided = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, int(row.width())
            )
            painter.drawText(row, left, elided)
        painter.setFont(colors.font("small"))
        painter.setPen(colors.color("text-2"))
        row = QRectF(place.left(), place.bottom() - line, place.width(), line)
        both = f"{self._parameters}     {self._products}"
        fits = painter.fontMetrics().horizontalAdvance(both) <= row.width()
        painter.drawText(row, left, both if fits else self._parameters)


class EmptyPage(QWidget):
    """Lies over the lower half of the canvas while there is nothing but an Input block."""

    all_templates = Signal()
    toggled = Signal(bool)

    def __init__(self, workbench: Workbench, canvas: QAbstractScrollArea) -> None:
        super().__init__(canvas.viewport())
        self.setObjectName("empty_page")
        self._document, self._canvas = workbench.document, canvas
        self.cards: list[TemplateCard] = []
        heading = label("or start from a working network", "title", "text-2")
        heading.setFont(theme().font("body"))
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout()
        row.setSpacing(8)
        for name in OFFERED:
            card = TemplateCard(name)
            card.chosen.connect(self._open)
            self.cards.append(card)
            row.addWidget(card)
        links = QHBoxLayout()
        links.setSpacing(20)
        links.addStretch()
        for text, slot in (
            ("All templates", self.all_templates),
            ("Open a design…", workbench.actions["action_open"].trigger),
        ):
            button = QPushButton(text)
            button.setObjectName(f"start_{text.split()[0].lower()}")
            button.setAccessibleName(text)
            button.setProperty("link", True)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(slot)
            links.addWidget(button)
        links.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(heading)
        column.addLayout(row)
        column.addLayout(links)
        self.hide()
        canvas.viewport().installEventFilter(self)
        self._document.changed.connect(self.refresh)
        theme().changed.connect(self.update)
        self.refresh()

    @property
    def wanted(self) -> bool:
        """Whether the canvas is empty."""
        return len(self._document.design) == 1

    @Slot()
    def refresh(self) -> None:
        """Come and go with the emptiness."""
        if self.wanted:
            self._place()
        if self.isHidden() == self.wanted:
            self.setVisible(self.wanted)
            self.toggled.emit(self.wanted)

    def focus_first(self) -> None:
        """Outline the first network, so that Enter opens it."""
        self.cards[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _place(self) -> None:
        whole = self._canvas.viewport().rect()
        size = self.sizeHint()
        width = min(size.width(), whole.width() - 32)
        top = max(whole.height() // 2 + 20, 150)
        top = min(top, max(whole.height() - size.height() - 8, 0))
        self.setGeometry((whole.width() - width) // 2, top, width, size.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the canvas."""
        if event.type() == QEvent.Type.Resize and self.wanted:
            self._place()
        return super().eventFilter(watched, event)

    @Slot(str)
    def _open(self, name: str) -> None:
        design: Design = templates.load(name)
        self._document.edit(f"Start from {design.name}", design, select=())
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
