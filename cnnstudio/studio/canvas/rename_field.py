"""The field that takes the place of a block's name on the canvas."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from cnnstudio.design import edits
from cnnstudio.errors import CnnStudioError
from cnnstudio.studio.theme import mark


class RenameField(QLineEdit):
    """Takes the place of a name until Enter or until it loses the focus; Esc leaves the name."""

    def __init__(self, name: str, canvas: Any) -> None:
        super().__init__(name, canvas.viewport())
        self.setObjectName("rename_field")
        self.setAccessibleName(f"New name of {name}")
        self._name, self._canvas = name, canvas
        self.returnPressed.connect(self._commit)
        self.selectAll()

    def _commit(self) -> None:
        if self._canvas is None:
            return
        document = self._canvas.document
        try:
            made = edits.rename(document.design, self._name, self.text().strip())
        except CnnStudioError as error:
            mark(self, invalid=True)
            self.setToolTip(str(error))
            self._canvas.notice(str(error))
            return
        self._leave()
        document.edit(f"Rename {self._name}", made, select=(self.text().strip(),))

    def _leave(self) -> None:
        canvas, self._canvas = self._canvas, None
        if canvas is not None:
            self.hide()
            canvas.setFocus(Qt.FocusReason.OtherFocusReason)
            self.deleteLater()

    def keyPressEvent(self, event: Any) -> None:
        """Leave with Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: Any) -> None:
        """Leave."""
        super().focusOutEvent(event)
        self._leave()
