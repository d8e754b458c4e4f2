"""The bubble under the red card: what is wrong, the arithmetic, and what would help."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.design import Diagnostic, Repair, Row
from cnnstudio.studio import numbers
from cnnstudio.studio.canvas.ink import RIGHT, Ink
from cnnstudio.studio.theme import METRICS, draw_shadow, label, theme

TIP = 9
MARGIN = 8
CARD = QSize(240, 112)


class RepairCard(QWidget):
    """One repair; the pointer or the focus previews it, a click or Enter applies it."""

    pointed = Signal(object)
    chosen = Signal(object)

    def __init__(
        self, repair: Repair, number: int, best: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.repair, self._number, self._remark = repair, number, repair.remark or best
        self.setObjectName(f"repair_{number}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._marked = False
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        shape = numbers.shape(repair.output_shape)
        self.setAccessibleName(
            f"Repair {number}: {repair.text}, output {shape}, "
            f"{numbers.integer(repair.total_parameters)} parameters in all"
        )
        self.setToolTip(f"{repair.text} (Alt+{number})")

    def sizeHint(self) -> QSize:
        """As in the picture."""
        return CARD

    def minimumSizeHint(self) -> QSize:
        """Return what still shows the numbers."""
        return QSize(150, CARD.height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Preview; a bubble that merely appears under a resting pointer does not."""
        if not self._marked:
            self._marked = True
            self.pointed.emit(self.repair)
            self.update()
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """End the preview."""
        if self._marked:
            self._marked = False
            self.pointed.emit(None)
            self.update()
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Preview."""
        self.pointed.emit(self.repair)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End the preview."""
        self.pointed.emit(None)
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the click; letting go acts."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Apply."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.chosen.emit(self.repair)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Apply with Enter or Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.repair)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors, ink = theme(), Ink(painter, 1.0)
        marked = self._marked or self.hasFocus()
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setBrush(colors.color("accent-bg" if marked else "card"))
        color = colors.color("accent" if marked else "border-strong")
        painter.setPen(QPen(color, 2 if marked else 1))
        painter.drawRoundedRect(frame, 6, 6)
        inner = frame.adjusted(10, 0, -10, 0)
        line = QRectF(inner.left(), 8, inner.width(), 20)
        key = f"Alt+{self._number}"
        wide = ink.width(key, "value") + 8
        cap = QRectF(inner.right() - wide, 10.5, wide, 15)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colors.color("border-strong"), 1))
        painter.drawRoundedRect(cap, 3, 3)
        ink.text(cap.adjusted(4, 0, 0, 0), key, "value", "text-2")
        ink.text(line.adjusted(0, 0, -wide - 8, 0), self.repair.text, "strong")
        line.translate(0, 20)
        shape = numbers.shape(self.repair.output_shape) if self.repair.output_shape else "removed"
        used = ink.text(line, f"→ {shape}", "strong")
        ink.text(line.adjusted(used + 10, 0, 0, 0), self._remark, "caption", "text-2", RIGHT)
        for name, value in (
            (self.repair.name, self.repair.parameters),
            ("all parameters", self.repair.total_parameters),
            ("multiply-adds", self.repair.total_multiply_adds),
        ):
            line.translate(0, 23 if name == self.repair.name else 16)
            used = ink.text(line.adjusted(0, 0, -60, 0), name, "caption", "text-2")
            ink.text(line, numbers.integer(value), "head", "text", RIGHT)


class Bubble(QWidget):
    """Hangs under the card of the first error, whatever the zoom."""

    pointed = Signal(object)
    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("bubble")
        self._tip = 0.0
        self.cards: list[RepairCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(MARGIN + 14, MARGIN + TIP + 8, MARGIN + 14, MARGIN + 12)
        self._column.setSpacing(10)
        head = QHBoxLayout()
        head.setSpacing(8)
        self._icon = QLabel()
        self.sentence = label("", "title")
        self.sentence.setWordWrap(True)
        self.sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.formula = label("", "body", "error")
        head.addWidget(self._icon)
        head.addWidget(self.sentence, 1)
        head.addWidget(self.formula)
        self._column.addLayout(head)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._column.addLayout(self._row)
        self.nothing = label("", "body", "text-2")
        self.nothing.setWordWrap(True)
        self._column.addWidget(self.nothing)
        self._shown: object = None
        theme().changed.connect(self._tint)
        self._tint()
        self.hide()

    def _tint(self) -> None:
        self._icon.setPixmap(theme().pixmap("error", 16, "error", self.devicePixelRatioF()))
        self.update()

    def show_error(self, found: Diagnostic, row: Row) -> None:
        """Show an error and its repairs."""
        if self._shown is found:
            return
        self._shown = found
        for card in self.cards:
            self._row.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = []
        self.sentence.setText(found.sentence)
        sums = [one for one in row.arithmetic if "Output" in one.quantity or "∑" in one.quantity]
        self.formula.setText(str(sums[0]) if sums else "")
        self.formula.setVisible(bool(sums))
        repairs = found.repairs[:3]
        fewest = min((one.total_parameters for one in repairs), default=0)
        alone = sum(one.total_parameters == fewest for one in repairs) == 1 and len(repairs) > 1
        for number, repair in enumerate(repairs, 1):
            best = "Fewest parameters" if alone and repair.total_parameters == fewest else ""
            card = RepairCard(repair, number, best)
            card.pointed.connect(self.pointed)
            card.chosen.connect(self.chosen)
            self.cards.append(card)
            self._row.addWidget(card)
        self.nothing.setVisible(not repairs)
        self.nothing.setText(hint(row))
        self.setAccessibleName(f"Error in {found.name}: {found.sentence}")
        self.adjustSize()

    def wanted_width(self, most: int) -> int:
        """Width for a number of repairs, at most as wide as there is room."""
        count = max(1, len(self.cards))
        wide = self.sentence.fontMetrics().horizontalAdvance(self.sentence.text())
        wide += self.formula.sizeHint().width() * (not self.formula.isHidden()) + 60
        return min(most, max(count * (CARD.width() + 8) + 2 * (MARGIN + 14), wide + 44, 380))

    def measure(self, whole: QRectF) -> None:
        """Take the size that the contents need."""
        width = self.wanted_width(int(whole.width()) - 8)
        self.setFixedWidth(width)
        height = self._column.heightForWidth(width) if self._column.hasHeightForWidth() else 0
        self.resize(width, max(height, self._column.minimumSize().height()))

    def hang(self, middle: float, top: float, whole: QRectF) -> None:
        """Place the bubble under a point of the parent."""
        self.measure(whole)
        width = self.width()
        left = min(max(middle - width / 2, 4), whole.width() - width - 4)
        self._tip = middle - left
        self.move(round(left), round(top))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, outline and tip."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors, radius = theme(), METRICS.radius_bubble
        frame = QRectF(self.rect()).adjusted(MARGIN, TIP + 1, -MARGIN, -MARGIN)
        draw_shadow(painter, frame, "card", radius, colors.dark)
        path = QPainterPath()
        path.addRoundedRect(frame, radius, radius)
        tip = QPainterPath()
        x = min(max(self._tip, frame.left() + 18), frame.right() - 18)
        tip.moveTo(QPointF(x - 10, frame.top() + 1))
        tip.lineTo(QPointF(x, frame.top() - TIP))
        tip.lineTo(QPointF(x + 10, frame.top() + 1))
        painter.setBrush(colors.color("card"))
        painter.setPen(QPen(colors.color("error"), 1.6))
        painter.drawPath(path.united(tip))


def hint(row: Row) -> str:
    """What to do about an error that no repair is known for."""
    if row.layer.arity[0] > 1:
        return "Drag from the output of an earlier block onto it, or press C and choose one."
    return "Change its settings, move it to another place, or remove it."
