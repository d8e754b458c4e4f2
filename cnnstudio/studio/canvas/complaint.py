"""The first error of a design: the bubble that hangs under its card, and the repairs it offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRectF, Qt, Slot

from cnnstudio.studio.canvas.bubble import Bubble

if TYPE_CHECKING:
    from cnnstudio.studio.canvas.view import CanvasView


class Complaint(QObject):
    """Keeps the bubble of a canvas with the error and under its card.

    Attributes
    ----------
    bubble : Bubble
    """

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas, self._document = canvas, canvas.document
        self.bubble = Bubble(canvas.viewport())
        self.bubble.pointed.connect(self._try)
        self.bubble.chosen.connect(self._repair)

    def _error(self) -> Any:
        """The first error, if its block is on the canvas."""
        error = next(iter(self._document.analysis.errors), None)
        return error if error is not None and self._canvas.scene_.has(error.name) else None

    def renew(self) -> None:
        """Say what the error is now."""
        error = self._error()
        if error is None:
            self.bubble.hide()
            return
        self.bubble.show_error(error, self._document.analysis.row(error.name))

    def room(self) -> dict[str, float]:
        """Height that the bubble takes below a card, by its key, in the scene's coordinates."""
        error, stage = self._error(), self._canvas.scene_
        if error is None or stage.empty:
            return {}
        self.bubble.measure(QRectF(self._canvas.viewport().rect()))
        return {stage.key_of(error.name): (self.bubble.height() + 2) / stage.zoom}

    def hang(self, dragging: bool) -> None:
        """Hang the bubble under the card, where the card is seen and nothing is dragged."""
        error = self._error()
        if error is None or dragging or self._canvas.scene_.empty:
            self.bubble.hide()
            return
        rect = self._canvas.card_rect(error.name)
        whole = QRectF(self._canvas.viewport().rect())
        if not whole.intersects(QRectF(rect)):
            self.bubble.hide()
            return
        self.bubble.hang(rect.center().x(), rect.bottom() + 6, whole)
        self.bubble.show()

    @Slot(object)
    def _try(self, repair: Any) -> None:
        self._document.preview(None if repair is None else repair.design)

    @Slot(object)
    def _repair(self, repair: Any) -> None:
        self._document.preview(None)
        self._document.apply(repair)
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
