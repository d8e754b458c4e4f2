"""A line of text with the keys of the other fields: Enter and leaving commit, Esc reverts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit


def leaves_undo(line: QLineEdit, event: QEvent) -> bool:
    """Whether undo or redo is the window's because the field itself has nothing to take back."""
    if event.type() != QEvent.Type.ShortcutOverride:
        return False
    assert isinstance(event, QKeyEvent)
    keys = QKeySequence.StandardKey
    undo = event.matches(keys.Undo) and not line.isUndoAvailable()
    return undo or (event.matches(keys.Redo) and not line.isRedoAvailable())


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

    def event(self, event: QEvent) -> bool:
        """Leave undo to the window where there is nothing to take back here."""
        if leaves_undo(self, event):
            event.ignore()
            return False
        return super().event(event)

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
