"""A field for a number that lets people type anything and says what it thinks of it."""

from __future__ import annotations

from math import floor, isfinite, log10

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from cnnstudio.studio.properties.textfield import leaves_undo
from cnnstudio.studio.theme import inset, mark


class NumberBox(QAbstractSpinBox):
    """A spin box whose text is free: the form validates it while it is typed.

    Parameters
    ----------
    whole : bool
        Steps of one; otherwise steps of one in the first digit.
    minimum, maximum : float or None
        Where stepping ends.

    Signals
    -------
    edited
        The text was changed by typing or stepping.
    committed
        Enter was pressed or the field was left.
    reverted
        Esc was pressed.
    """

    edited = Signal()
    committed = Signal()
    reverted = Signal()

    def __init__(
        self,
        whole: bool = True,
        minimum: float | None = None,
        maximum: float | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._whole, self._minimum, self._maximum = whole, minimum, maximum
        self.setAccelerated(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lineEdit().textEdited.connect(self.edited)
        self.editingFinished.connect(self.committed)
        inset(self)

    def value(self) -> int | float | str:
        """Return the number, or the text where it is none."""
        text = self.text().strip().replace("−", "-")
        try:
            return int(text) if self._whole else float(text)
        except ValueError:
            return text

    def show_text(self, text: str, placeholder: str = "") -> None:
        """Show a text without anybody having edited it."""
        self.lineEdit().setPlaceholderText(placeholder)
        if self.text() != text:
            self.lineEdit().setText(text)

    def setValue(self, value: float) -> None:
        """Enter a value as if it was typed, for those who drive the program."""
        self.lineEdit().setText(f"{value}")
        self.edited.emit()
        self.committed.emit()

    def set_invalid(self, invalid: bool) -> None:
        """Outline the field in the error colour."""
        if bool(self.property("invalid")) != invalid:
            mark(self, invalid=invalid)

    # QAbstractSpinBox

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept every text."""
        return QValidator.State.Acceptable, text, position

    def fixup(self, text: str) -> str:
        """Leave every text."""
        return text

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Return in which directions the arrows work."""
        flags, none = QAbstractSpinBox.StepEnabledFlag, QAbstractSpinBox.StepEnabledFlag.StepNone
        value = self._number()
        if value is None or self.isReadOnly():
            return none
        up = self._maximum is None or value < self._maximum
        down = self._minimum is None or value > self._minimum
        return (flags.StepUpEnabled if up else none) | (flags.StepDownEnabled if down else none)

    def stepBy(self, steps: int) -> None:
        """Move the number, within the bounds."""
        value = self._number()
        if value is None:
            return
        if self._whole:
            value = int(value) + steps
        else:
            value = round(value + steps * _step(value, steps), 12)
        if self._maximum is not None:
            value = min(value, type(value)(self._maximum))
        if self._minimum is not None:
            value = max(value, type(value)(self._minimum))
        self.lineEdit().setText(f"{value}" if self._whole else f"{value:g}")
        self.selectAll()
        self.edited.emit()

    def _number(self) -> int | float | None:
        value = self.value()
        if value == "":
            placeholder = self.lineEdit().placeholderText().partition(" ")[0]
            return int(placeholder) if placeholder.isdecimal() else None
        return None if isinstance(value, str) or not isfinite(value) else value

    def event(self, event: QEvent) -> bool:
        """Leave undo to the window where there is nothing to take back here."""
        if leaves_undo(self.lineEdit(), event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc reverts, or leaves the field; Enter commits and selects all for the next try."""
        if event.key() == Qt.Key.Key_Escape:
            changed = self.lineEdit().isModified()
            self.lineEdit().setModified(False)
            if changed:
                self.reverted.emit()
                self.selectAll()
            event.setAccepted(changed)
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.lineEdit().setModified(False)
            self.selectAll()
            event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select everything when reached by keyboard."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the panel unless the field has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _step(value: float, steps: int) -> float:
    """Return one in the first digit; below a power of ten when going down from it."""
    if value == 0:
        return 0.01
    power = floor(log10(abs(value)) + 1e-9)
    if steps < 0 and abs(value - 10.0**power) < 1e-9 * 10.0**power:
        power -= 1
    return 10.0**power
