"""A table that looks like the studio's tables and copies itself as text."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from cnnstudio.studio.theme import theme


class TextTable(QTableView):
    """Rows only: selected, hovered and copied as a whole.

    Signals
    -------
    copy_requested
        Ctrl+C was pressed in the table; it goes before the same short cut of the window.
    """

    copy_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered = -1
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.setMouseTracking(True)
        self.entered.connect(self._hover)
        theme().changed.connect(self.viewport().update)

    @Slot(QModelIndex)
    def _hover(self, index: QModelIndex) -> None:
        self._set_hovered(index.row())

    def _set_hovered(self, row: int) -> None:
        if row == self.hovered:
            return
        for changed in (self.hovered, row):
            if changed >= 0:
                at = QPoint(0, self.rowViewportPosition(changed))
                self.viewport().update(0, at.y(), self.viewport().width(), self.rowHeight(changed))
        self.hovered = row

    def viewportEvent(self, event: QEvent) -> bool:
        """Forget the row under the pointer when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self._set_hovered(-1)
        return super().viewportEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Ctrl+C and Ctrl+A while the table has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if any(event.matches(key) for key in _OWN_KEYS):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy; all other keys are the table's."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
            event.accept()
        elif event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            event.ignore()
        else:
            super().keyPressEvent(event)


_OWN_KEYS = (QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.SelectAll)
