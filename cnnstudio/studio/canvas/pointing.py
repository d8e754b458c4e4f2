"""The pointer on the canvas: presses become gestures, the wheel pans and zooms, tool tips."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip

from cnnstudio.studio import numbers
from cnnstudio.studio.canvas.gestures import CardGesture, ConnectGesture, RubberBand
from cnnstudio.studio.canvas.zooming import STEP
from cnnstudio.studio.theme import METRICS


class Pointing:
    """The pointer part of `CanvasView`."""

    scene_: Any
    document: Any

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() != Qt.MouseButton.LeftButton:
            event.accept()
            return
        at, where = event.position().toPoint(), self.mapToScene(event.position().toPoint())
        stage, modifiers = self.scene_, event.modifiers()
        name = stage.block_at(where)
        port = stage.port_at(where)
        arc = None if name or port else stage.wires.hit(where)
        if port and (not name or stage.shows_port(port)):
            self._gesture = ConnectGesture(self, at, port)
        elif name:
            self._gesture = CardGesture(self, at, name, modifiers)
        elif arc is not None:
            stage.chosen_arc = (arc.source, arc.target)
            self.document.select(())
            stage.repaint()
        else:
            self._gesture = RubberBand(self, at, modifiers)
        self._begun = False
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow: hover, or go on with the gesture."""
        at = event.position().toPoint()
        if self._gesture is None or not event.buttons() & Qt.MouseButton.LeftButton:
            self._hover(at)
            return
        if not self._begun:
            if (at - self._gesture.start).manhattanLength() < METRICS.drag_threshold:
                return
            self._begun = True
            self._gesture.begin()
            self.viewport().setCursor(self._gesture.cursor)
            self._push_wait = 0
            self._pushing.start()
        self._pending = (at, event.modifiers())
        self._soon()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the gesture."""
        gesture, self._gesture = self._gesture, None
        if gesture is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._frame.stop()
        self._pushing.stop()
        self.viewport().unsetCursor()
        if self._begun:
            self._pending = None
            gesture.move(event.position().toPoint(), event.modifiers())
            gesture.finish(event.modifiers())
        else:
            gesture.click(event.modifiers())
        self._hover(event.position().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Search a block to add there; on a card rename it."""
        where = self.mapToScene(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self.scene_.block_at(where):
            self.mousePressEvent(event)
        else:
            self.quick_add(event.position())

    def _cancel(self) -> bool:
        if self._gesture is not None and self._begun:
            gesture, self._gesture = self._gesture, None
            self._pending = None
            self._frame.stop()
            self._pushing.stop()
            self.viewport().unsetCursor()
            gesture.cancel()
            return True
        if self._dragging:
            self.end_drop()
            return True
        return False

    def _hover(self, at: QPoint) -> None:
        where, stage = self.mapToScene(at), self.scene_
        name, port = stage.block_at(where), stage.port_at(where)
        arc = None if name else stage.wires.hit(where)
        pair = (arc.source, arc.target) if arc else None
        if (name, port, pair) != (stage.hovered, stage.port, stage.hovered_arc):
            arcs_differ = pair != stage.hovered_arc
            stage.hovered, stage.port, stage.hovered_arc = name, port, pair
            stage.repaint() if arcs_differ else stage.refresh_cards()
        shape = (
            Qt.CursorShape.CrossCursor
            if port and stage.shows_port(port)
            else (Qt.CursorShape.ArrowCursor)
        )
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered."""
        self.scene_.hovered, self.scene_.port, self.scene_.hovered_arc = "", "", None
        self.scene_.repaint()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pan; with Ctrl zoom at the pointer."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            turns = event.angleDelta().y() / 120
            self.zoom_to(self.zoom * STEP**turns, event.position())
            event.accept()
            return
        move = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
        across, down = move.x(), move.y()
        sideways = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if down and not across and (sideways or not self.verticalScrollBar().maximum()):
            across, down = down, 0
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - across)
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() - down)
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        """Pinch to zoom; tool tips."""
        if isinstance(event, QNativeGestureEvent) and (
            event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self.zoom_to(self.zoom * (1 + event.value()), event.position())
            return True
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.tip_at(event.pos())
            if text:
                QToolTip.showText(event.globalPos(), text, self.viewport())
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def tip_at(self, at: QPoint) -> str:
        """What the tool tip says at a point of the viewport."""
        where, stage, analysis = self.mapToScene(at), self.scene_, self.document.analysis
        name = stage.block_at(where)
        if name:
            row = analysis.row(name)
            lines = [f"{name}: {row.layer.title}"]
            if row.layer.summary():
                lines[0] += f", {row.layer.summary()}"
            lines.append(
                f"{numbers.shape(row.input_shape)} → {numbers.shape(row.output_shape)}"
                if row.input_shape
                else numbers.shape(row.output_shape)
            )
            lines.append(numbers.count(row.parameters, "parameter"))
            if row.layer.equation:
                lines.append(row.layer.equation)
            lines += [found.sentence for found in row.diagnostics]
            if stage.is_stale(name):
                lines.append("edited since the run: its maps are those of initial weights")
            if row.waiting_for:
                lines.append(f"waits for {row.waiting_for}")
            return "\n".join(lines)
        arc = stage.wires.hit(where)
        if arc is not None:
            source = self.document.design.block_by_id(arc.source)
            target = self.document.design.block_by_id(arc.target)
            shape = numbers.shape(analysis.row(source.name).output_shape)
            return f"{source.name} → {target.name}: {shape}\nDelete takes the connection away"
        for before, after in stage.layout_.joined:
            first, second = stage.rect_of(before), stage.rect_of(after)
            area = QRectF(
                first.right(), first.top(), max(second.left() - first.right(), 1), first.height()
            )
            if area.contains(where):
                name = stage.items_[before].unit.tail.name
                return numbers.shape(analysis.row(name).output_shape)
        return ""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the block under the pointer."""
        at = event.pos()
        name = self.scene_.block_at(self.mapToScene(at))
        if name and name not in self.document.selection:
            self.go_to(name)
        menu = QMenu(self)
        menu.addAction("Add block…", lambda: self.quick_add(QPointF(at)))
        if self.document.selection:
            menu.addAction("Connect…", self.connect_skip)
            menu.addSeparator()
            menu.addAction("Rename", self.rename)
            menu.addAction("Duplicate", self.duplicate)
            menu.addAction("Cut", self.cut)
            menu.addAction("Copy", self.copy)
        menu.addAction("Paste", self.paste)
        if self.document.selection:
            menu.addSeparator()
            menu.addAction("Delete", self.delete_selection)
        menu.popup(event.globalPos())
        menu.aboutToHide.connect(menu.deleteLater)
        event.accept()
