"""The keys of the canvas, where no action of the window takes them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication


class Keys:
    """The keyboard part of `CanvasView`."""

    scene_: Any
    document: Any

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Act where no action of the window took the key."""
        if self._press(event.key(), event.modifiers()):
            event.accept()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.scene_.empty:
            self._open_first(event)
        else:
            event.ignore()

    def _press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        held = modifiers & ~Qt.KeyboardModifier.KeypadModifier
        control = held == Qt.KeyboardModifier.ControlModifier
        alt = held == Qt.KeyboardModifier.AltModifier
        plain = held == Qt.KeyboardModifier.NoModifier
        shift = held == Qt.KeyboardModifier.ShiftModifier
        back, on = (Qt.Key.Key_Left, Qt.Key.Key_Up), (Qt.Key.Key_Right, Qt.Key.Key_Down)
        if key in (*back, *on):
            step = -1 if key in back else 1
            if alt or (control and key in (Qt.Key.Key_Up, Qt.Key.Key_Down)):
                self.move_selection(step)
            elif plain or shift:
                if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and len(self.scene_.layout_.lanes) > 1:
                    self._change_lane(step, shift)
                else:
                    self.walk(step, shift)
            else:
                return False
            return True
        if key == Qt.Key.Key_Escape:
            if not self._cancel() and (self.document.selection or self.scene_.chosen_arc):
                self.scene_.chosen_arc = None
                self.document.select(())
                self.scene_.repaint()
            return True
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End) and (plain or shift):
            names = self.document.design.names
            self.go_to(names[0 if key == Qt.Key.Key_Home else -1], shift)
            return True
        if plain and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_selection()
            return True
        if alt and Qt.Key.Key_1 <= key <= Qt.Key.Key_3:
            self.apply_repair(key - Qt.Key.Key_0)
            return True
        work = {
            (Qt.Key.Key_A, 0): self.quick_add,
            (Qt.Key.Key_C, 0): self.connect_skip,
            (Qt.Key.Key_F2, 0): self.rename,
            (Qt.Key.Key_F8, 0): self.next_problem,
            (Qt.Key.Key_Slash, 0): self.filter_wanted.emit,
            (Qt.Key.Key_A, 1): self.select_all,
            (Qt.Key.Key_C, 1): self.copy,
            (Qt.Key.Key_X, 1): self.cut,
            (Qt.Key.Key_V, 1): self.paste,
            (Qt.Key.Key_D, 1): self.duplicate,
            (Qt.Key.Key_0, 1): self.fit,
            (Qt.Key.Key_1, 1): self.zoom_reset,
            (Qt.Key.Key_Plus, 1): self.zoom_in,
            (Qt.Key.Key_Equal, 1): self.zoom_in,
            (Qt.Key.Key_Minus, 1): self.zoom_out,
        }.get((Qt.Key(key), int(control)))
        if work is None or not (plain or control or (shift and key == Qt.Key.Key_Slash)):
            return False
        work()
        return True

    def _change_lane(self, step: int, extend: bool) -> None:
        """Go to the block above or below."""
        stage = self.scene_
        if not stage.has(stage.current):
            self.walk(step, extend)
            return
        here = stage.part_rect(stage.current).center()
        lane = stage.layout_.lane_of[stage.key_of(stage.current)] + step
        if not 0 <= lane < len(stage.layout_.lanes):
            return
        names = [name for unit in stage.layout_.lanes[lane] for name in unit.names]
        self.go_to(
            min(names, key=lambda name: abs(stage.part_rect(name).center().x() - here.x())), extend
        )

    def _open_first(self, event: QKeyEvent) -> None:
        page = self._page()
        if page is None or not page.isVisible():
            event.ignore()
            return
        page.focus_first()
        QApplication.sendEvent(page.cards[0], event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.scene_.focused = event.reason() not in (
            Qt.FocusReason.MouseFocusReason,
            Qt.FocusReason.PopupFocusReason,
        )
        self.scene_.repaint()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide where the keyboard was."""
        super().focusOutEvent(event)
        self.scene_.focused = False
        self.scene_.repaint()
