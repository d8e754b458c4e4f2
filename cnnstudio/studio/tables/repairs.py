"""The repairs of a problem: a button each, with the numbers they lead to and a preview on hover."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QEnterEvent, QFocusEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from cnnstudio.design import Repair
from cnnstudio.studio import numbers
from cnnstudio.studio.document import Document
from cnnstudio.studio.theme import label, mark, theme

_INDENT = 40
_RIGHT = 12


class RepairButton(QPushButton):
    """A repair; pointing at it or focusing it previews the resulting design everywhere."""

    def __init__(self, document: Document, repair: Repair, number: int, parent: QWidget) -> None:
        super().__init__(repair.text, parent)
        self._document, self._repair = document, repair
        self.setObjectName(f"repair_{number}")
        self.setAccessibleName(repair.text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # it goes when it is clicked
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._apply)

    @Slot()
    def _apply(self) -> None:
        self._document.apply(self._repair)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Preview."""
        self._document.preview(self._repair.design)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Back to the design as it is."""
        self._document.preview(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Preview for those who come with the keyboard."""
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._document.preview(self._repair.design)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Back to the design as it is."""
        self._document.preview(None)
        super().focusOutEvent(event)


class RepairsView(QWidget):
    """Up to three repairs: button, shape, parameters of the block and of the design."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._shown: tuple[Repair, ...] = ()
        self._inside: QWidget | None = None
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(_INDENT, 6, _RIGHT, 6)
        self.hide()

    def show_repairs(self, repairs: tuple[Repair, ...], first: bool) -> None:
        """Show the repairs of a problem; those of the first error have short cuts."""
        if repairs == self._shown:
            return
        self._shown = repairs
        if self._inside is not None:
            focus = QApplication.focusWidget()
            if focus is not None and self._inside.isAncestorOf(focus):
                self.parentWidget().setFocus()
            self._layout.removeWidget(self._inside)
            self._inside.setParent(None)  # nobody finds its buttons any more
            self._inside.deleteLater()
            self._inside = None
        self.setVisible(bool(repairs))
        if repairs:
            self._inside = self._rows(repairs, first)
            self._layout.addWidget(self._inside)
            self._inside.show()  # what is hidden needs no room
            self._fit()
            self._layout.activate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out the totals, then the block's parameters, where there is no room for them."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._inside is None:
            return
        grid = self._inside.layout()
        assert isinstance(grid, QGridLayout)
        columns = [
            [grid.itemAtPosition(row, column).widget() for row in range(len(self._shown))]
            for column in range(4)
        ]
        needed = [max(part.sizeHint().width() for part in parts) for parts in columns]
        room = self.width() - _INDENT - _RIGHT
        for column in (2, 3):
            width = sum(needed[: column + 1]) + column * grid.horizontalSpacing()
            for part in columns[column]:
                part.setVisible(width <= room)

    def _rows(self, repairs: tuple[Repair, ...], first: bool) -> QWidget:
        inside = QWidget(self)
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(3, 1)
        for row, repair in enumerate(repairs):
            button = RepairButton(self._document, repair, row + 1, inside)
            tip = repair.remark or "Try it: the tables and the canvas show what would change"
            button.setToolTip(f"{tip} (Alt+{row + 1})" if first else tip)
            button.setStyleSheet("text-align: left")
            grid.addWidget(button, row, 0)
            theme().set_icon(button, "repair", "on-accent" if row == 0 else "text")
            mark(button, primary=row == 0)
            for column, text in enumerate(_facts(repair), start=1):
                grid.addWidget(text, row, column)
        return inside


def _facts(repair: Repair) -> list[QLabel]:
    gone = repair.output_shape is None
    shape = label("removed" if gone else f"→ {numbers.shape(repair.output_shape)}", "strong")
    here = "" if gone else f"{numbers.integer(repair.parameters)} in {repair.name}"
    total = f"{numbers.integer(repair.total_parameters)} in total"
    facts = [shape, label(here, "body", "text-2"), label(total, "body", "text-2")]
    facts[2].setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    for fact in facts:
        fact.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return facts


def remark(icon: str) -> tuple[QWidget, QLabel]:
    """Return an icon with a line of text that can be copied."""
    strip = QWidget()
    row = QHBoxLayout(strip)
    row.setContentsMargins(12, 10, 12, 10)
    row.setSpacing(12)
    sign = QToolButton(strip)
    sign.setEnabled(True)
    sign.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    sign.setStyleSheet("padding: 0")
    theme().set_icon(sign, icon, "ok" if icon == "ok" else "text-2")
    text = label("", "body")
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    text.setWordWrap(True)
    row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(text, 1)
    return strip, text
