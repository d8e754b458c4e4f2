"""Whether somebody can see a widget; a tab behind another one counts as visible to Qt."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget


class Sight(QObject):
    """Watches a widget.

    Qt moves the docks behind a tab out of the window instead of hiding them, so `isVisible` does
    not tell; but whoever comes into sight is painted.

    Signals
    -------
    entered
        The widget has come into sight.
    """

    entered = Signal()

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget, self._seen = widget, False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.entered)
        widget.installEventFilter(self)

    @property
    def seen(self) -> bool:
        """Whether any part of the widget is in sight."""
        seen = self._widget.isVisible() and not self._widget.visibleRegion().isEmpty()
        self._seen = self._seen and seen
        return seen

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice the first painting after being out of sight."""
        if event.type() in (QEvent.Type.Paint, QEvent.Type.Show):
            if not self._seen and self.seen:
                self._seen = True
                self._timer.start(0)
        elif event.type() in (QEvent.Type.Hide, QEvent.Type.Move):
            self._seen = self._seen and self.seen
        return False
