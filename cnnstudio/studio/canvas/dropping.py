"""Drag and drop on the canvas: what is shown while something is dragged, and letting go."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent

from cnnstudio.studio.canvas.drop import MIME, Drop, drop_layer, layer_of
from cnnstudio.studio.canvas.layout import nearest_slot

FRAME = 1 / 60
EDGE = 26
"""Distance from the edge at which dragging scrolls."""

PATIENCE = 8
"""Ticks to stay at the edge before it scrolls."""


class Dropping:
    """The drag and drop part of `CanvasView`."""

    scene_: Any
    document: Any
    hint: Any

    def try_drop(self, drop: Drop, where: QPointF, keys: tuple[tuple[str, str], ...]) -> None:
        """Show what letting go would do."""
        stage = self.scene_
        fresh = stage.drop is None or drop is not stage.drop
        if not self._dragging:
            self._dragging = True
            self._hang_bubble()
        object.__setattr__(drop, "pointer", where)
        if fresh:
            stage.show_drop(drop)
            self.document.preview(drop.design)
        stage.overlay.update()
        text = drop.reason or self._promise(drop)
        if drop.reason and drop.design is not None:
            keys = (("Drop", "anyway, repairs follow"), *keys)
        self.hint.say(text, keys)

    def _promise(self, drop: Drop) -> str:
        if drop.design == self.document.design:
            return "Drop here to leave it where it is"
        names = self.document.design.names
        place = names.index(drop.slot.after)
        verb = "move" if drop.moved else "copy" if drop.text.startswith("Copy") else "insert"
        if drop.slot.before is not None:
            return f"Drop to {verb} into the skip from {drop.slot.after} to {drop.slot.before}"
        if place + 1 < len(names):
            return f"Drop to {verb} between {drop.slot.after} and {names[place + 1]}"
        return f"Drop to {verb} behind {drop.slot.after}"

    def accept_drop(self) -> bool:
        """Make the edit that is shown."""
        drop = self.scene_.drop
        self.end_drop()
        if drop is None or drop.design is None:
            if drop is not None:
                self.notice(drop.reason)
            return False
        self.document.edit(drop.text, drop.design, select=drop.new)
        if drop.new:
            self.scene_.current = self.anchor = drop.new[0]
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def end_drop(self) -> None:
        """Show the design as it is."""
        self._dragging = False
        self._dragged = None
        self._frame.stop()
        self._pushing.stop()
        self.hint.hide()
        self.scene_.moving = frozenset()
        self.scene_.light(None)
        self.scene_.show_drop(None)
        self.document.preview(None)
        self._hang_bubble()

    def _push(self) -> None:
        """Scroll while something is dragged near an edge."""
        at = self.viewport().mapFromGlobal(self.cursor().pos())
        if self._pending is not None:
            at = self._pending[0]
        elif self._dragged is not None:
            at = self._dragged[1]
        self._push_wait += 1
        if self._push_wait < PATIENCE:
            return
        for bar, place, extent in (
            (self.horizontalScrollBar(), at.x(), self.viewport().width()),
            (self.verticalScrollBar(), at.y(), self.viewport().height()),
        ):
            if place < EDGE:
                bar.setValue(bar.value() - 14)
            elif place > extent - EDGE:
                bar.setValue(bar.value() + 14)

    # drag and drop from the palette

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take layers; leave files to the window."""
        layer = self._layer_in(event)
        if layer is None:
            event.ignore()
            return
        self.scene_.light(layer)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._push_wait = 0
        self._pushing.start()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show where the layer would go, once per frame."""
        layer = self._layer_in(event)
        if layer is None:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._dragged = (layer, event.position().toPoint(), event.modifiers())
        self._soon()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Close the slot."""
        self.end_drop()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Insert the layer."""
        layer = self._layer_in(event)
        if layer is None:
            event.ignore()
            return
        self._dragged = (layer, event.position().toPoint(), event.modifiers())
        self._show_dragged()
        event.setDropAction(Qt.DropAction.CopyAction)
        if self.accept_drop():
            event.accept()
        else:
            event.ignore()

    def _layer_in(self, event: QDropEvent) -> Any:
        data = event.mimeData()
        if data is None or not data.hasFormat(MIME):
            return None
        return layer_of(bytes(data.data(MIME).data()).decode())

    def _soon(self) -> None:
        if time.monotonic() - self._last_move >= FRAME:
            self._next_frame()
        elif not self._frame.isActive():
            self._frame.start()

    def _next_frame(self) -> None:
        self._last_move = time.monotonic()
        if self._dragged is not None:
            self._show_dragged()
        elif self._gesture is not None and self._pending is not None:
            self._gesture.move(*self._pending)

    def _show_dragged(self) -> None:
        assert self._dragged is not None
        layer, at, modifiers = self._dragged
        where = self.mapToScene(at)
        stage = self.scene_
        same = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        slot = nearest_slot(stage.layout_, where.x(), where.y())
        arc = stage.wires.hit(where)
        if arc is not None:
            design = self.document.design
            source, target = (design.block_by_id(id).name for id in (arc.source, arc.target))
            slot = type(slot)(source, where.x(), where.y(), slot.lane, before=target)
        drop = stage.drop
        if drop is None or (drop.slot.after, drop.slot.before, drop.same) != (
            slot.after,
            slot.before,
            same,
        ):
            drop = drop_layer(self.document.analysis, layer, slot, same)
        keys = (("Esc", "cancel"),)
        if "padding" in type(layer).settings() and "dilation" in type(layer).settings():
            keys = (("Shift", "keep the input size"), *keys)
        self.try_drop(drop, where, keys)
