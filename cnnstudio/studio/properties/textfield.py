"""A line of text with the keys of the other fields: Enter and leaving commit, Esc reverts."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit


class TextField(QLineEdit):
    """A line edit that tells when it is left, edited or not.

    Signals
    -------
    committed
        Enter was pressed or the field was left.
    reverted
        Esc was pressed.
    """

    committed = Signal()
    reverted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter commits, Esc reverts."""
        if event.key() == Qt.Key.Key_Escape:
            self.reverted.emit()
            event.accept()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.committed.emit()
            event.accept()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving commits, except to a menu of the field itself."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.committed.emit()
