"""What the pictures of a template have in common: a click or Enter opens it, the arrows walk."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget


class TemplateButton(QWidget):
    """Base of the pictures; a subclass paints.

    Parameters
    ----------
    name : str
        Of the template.
    orientation : Qt.Orientation
        Which arrow keys walk to the neighbours.

    Signals
    -------
    chosen
        The template's name.
    """

    chosen = Signal(str)

    def __init__(
        self, name: str, orientation: Qt.Orientation, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.name = name
        across = orientation == Qt.Orientation.Horizontal
        self._previous = Qt.Key.Key_Left if across else Qt.Key.Key_Up
        self._next = Qt.Key.Key_Right if across else Qt.Key.Key_Down
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the click; letting go acts."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open it."""
        inside = self.rect().contains(event.position().toPoint())
        if inside and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open it with Enter; walk with the arrows."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.name)
        elif event.key() == self._previous:
            self.focusPreviousChild()
        elif event.key() == self._next:
            self.focusNextChild()
        else:
            super().keyPressEvent(event)
