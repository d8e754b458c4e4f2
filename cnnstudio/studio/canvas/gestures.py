"""What the pointer does on the canvas: click, rubber band, drag a card, draw a connection."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRect, Qt

from cnnstudio.design import edits
from cnnstudio.studio.canvas.drop import Drop, drop_blocks
from cnnstudio.studio.canvas.layout import nearest_slot

COPY = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
ADD = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class Gesture:
    """One press of the pointer until it is let go.

    Parameters
    ----------
    canvas : CanvasView
    start : QPoint
        Where it was pressed, in the viewport.
    """

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, canvas: Any, start: QPoint) -> None:
        self.canvas, self.start = canvas, start
        self.stage, self.document = canvas.scene_, canvas.document

    def click(self, modifiers: Qt.KeyboardModifier) -> None:
        """Let go without having moved."""

    def begin(self) -> None:
        """The pointer moved farther than the threshold."""

    def move(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        """Follow the pointer."""

    def finish(self, modifiers: Qt.KeyboardModifier) -> None:
        """Let go."""

    def cancel(self) -> None:
        """Leave everything as it was."""


class RubberBand(Gesture):
    """Select the blocks that a rectangle touches."""

    def __init__(self, canvas: Any, start: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        super().__init__(canvas, start)
        self._before = self.document.selection
        self._kept = set(self._before) if modifiers & ADD else set()

    def click(self, modifiers: Qt.KeyboardModifier) -> None:
        """Select nothing."""
        if not modifiers & ADD:
            self.document.select(())
        self.stage.chosen_arc = None
        self.stage.repaint()

    def move(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        """Select what the rectangle touches now."""
        band = QRect(self.start, at).normalized()
        self.canvas.band = band
        area = self.canvas.mapToScene(band).boundingRect()
        touched = {
            name
            for name in self.document.design.names
            if self.stage.part_rect(name).intersects(area)
        }
        self.document.select(touched | self._kept)
        self.canvas.viewport().update()

    def finish(self, modifiers: Qt.KeyboardModifier) -> None:
        """Keep the selection."""
        self.canvas.band = None
        if self.document.selection:
            self.stage.current = self.document.selection[-1]
            self.canvas.anchor = self.document.selection[0]
        self.canvas.viewport().update()

    def cancel(self) -> None:
        """Bring the old selection back."""
        self.canvas.band = None
        self.document.select(self._before)
        self.canvas.viewport().update()


class CardGesture(Gesture):
    """Click a card to select it, drag it to reorder; Ctrl or Alt copies."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(
        self, canvas: Any, start: QPoint, name: str, modifiers: Qt.KeyboardModifier
    ) -> None:
        super().__init__(canvas, start)
        self._name, self._names = name, (name,)
        self._pressed_selected = name in self.document.selection
        self.stage.chosen_arc = None
        if not self._pressed_selected and not modifiers & ADD:
            canvas.go_to(name)

    def click(self, modifiers: Qt.KeyboardModifier) -> None:
        """Select: alone, up to here with Shift, in addition with Ctrl."""
        canvas, name = self.canvas, self._name
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            canvas.go_to(name, extend=True)
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            chosen = set(self.document.selection) ^ {name}
            self.stage.current = canvas.anchor = name
            self.document.select(chosen)
        else:
            canvas.go_to(name)

    def begin(self) -> None:
        """Take the selection along, or the card with its activations."""
        names = self.document.design.names
        chosen = set(self.document.selection) if self._name in self.document.selection else set()
        for name in {self._name} | chosen:
            unit = self.stage.items_[self.stage.key_of(name)].unit
            chosen.update(unit.names if name == unit.head.name else (name,))
        first = self.document.design.blocks[0]
        if first.layer.arity[1] == 0:
            chosen.discard(first.name)
        self._names = tuple(name for name in names if name in chosen)

    def move(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        """Show where the card would go."""
        where = self.canvas.mapToScene(at)
        if not self._names:
            self.canvas.hint.say("Input is always the first block")
            return
        copy = bool(modifiers & COPY)
        slot = nearest_slot(self.stage.layout_, where.x(), where.y())
        self.stage.moving = frozenset(() if copy else self._names)
        drop = self.stage.drop
        if drop is None or drop.slot != slot or drop.text.startswith("Copy") != copy:
            drop = drop_blocks(self.document.analysis, self._names, slot, copy)
        self.canvas.try_drop(drop, where, self._keys(copy))

    def _keys(self, copy: bool) -> tuple[tuple[str, str], ...]:
        return (("Ctrl", "move" if copy else "copy"), ("Esc", "cancel"))

    def finish(self, modifiers: Qt.KeyboardModifier) -> None:
        """Move or copy."""
        if self._names:
            self.canvas.accept_drop()
        else:
            self.cancel()

    def cancel(self) -> None:
        """Put the card back."""
        self.canvas.end_drop()


class ConnectGesture(Gesture):
    """Draw a skip connection from an output to an Add or Concatenate."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: Any, start: QPoint, key: str) -> None:
        super().__init__(canvas, start)
        self._key = key
        self._source = self.stage.items_[key].unit.tail.name

    def click(self, modifiers: Qt.KeyboardModifier) -> None:
        """Select the card that the port belongs to."""
        self.canvas.go_to(self.stage.items_[self._key].unit.head.name)

    def begin(self) -> None:
        """Dim the cards that cannot take it."""
        design = self.document.design
        self.stage.refused = {
            unit.key: edits.connection_refusal(design, self._source, unit.head.name)
            for unit in self.stage.units
            if unit.key != self._key
        }
        self.stage.refused = {key: why for key, why in self.stage.refused.items() if why}
        self.stage.hovered = ""

    def move(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        """Follow the pointer; say why a card does not take it."""
        where: QPointF = self.canvas.mapToScene(at)
        name = self.stage.block_at(where)
        head = self.stage.items_[self.stage.key_of(name)].unit.head.name if name else ""
        key = self.stage.key_of(name) if name else ""
        refusal = self.stage.refused.get(key, "")
        good = bool(head) and key != self._key and not refusal
        self.stage.connecting = (self._key, where)
        if good and self.stage.connect_target != head:
            self.document.preview(edits.connect(self.document.design, self._source, head))
        elif not good and self.stage.connect_target:
            self.document.preview(None)
        self.stage.connect_target = head if good else ""
        if good:
            text = f"Drop to connect {self._source} to {head}"
        elif refusal:
            text = refusal
        else:
            text = f"Drag to an Add or Concatenate block behind {self._source}"
        self.canvas.hint.say(text, (("Esc", "cancel"),))
        self.stage.repaint()

    def finish(self, modifiers: Qt.KeyboardModifier) -> None:
        """Connect."""
        target = self.stage.connect_target
        key = self.stage.connecting
        self.cancel()
        if target and key is not None:
            self.canvas.connect_blocks(self._source, target)

    def cancel(self) -> None:
        """Leave everything as it was."""
        self.stage.connecting, self.stage.connect_target = None, ""
        self.stage.refused = {}
        self.canvas.hint.hide()
        self.document.preview(None)
        self.stage.repaint()


__all__ = ["CardGesture", "ConnectGesture", "Drop", "Gesture", "RubberBand"]
