"""The canvas: zoom, pan, the pointer and the keys; `editing` edits, the scene paints."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsView, QMenu, QToolTip, QWidget

from cnnstudio.studio import numbers
from cnnstudio.studio.canvas.backdrop import draw_band, draw_dots, draw_legend
from cnnstudio.studio.canvas.bubble import Bubble
from cnnstudio.studio.canvas.drop import MIME, Drop, drop_layer, layer_of
from cnnstudio.studio.canvas.editing import Editing
from cnnstudio.studio.canvas.gestures import CardGesture, ConnectGesture, Gesture, RubberBand
from cnnstudio.studio.canvas.hint import HintBar
from cnnstudio.studio.canvas.layout import GAP, MARGIN, nearest_slot
from cnnstudio.studio.canvas.scene import CanvasScene
from cnnstudio.studio.theme import METRICS, theme

LEAST_FIT = 0.6
LEAST, MOST = 0.3, 3.0
STEP = 1.2
FRAME = 1 / 60
EDGE = 26
"""Distance from the edge at which dragging scrolls."""


class CanvasView(Editing, QGraphicsView):
    """Shows the document's design and edits it.

    Signals
    -------
    zoom_changed
        The zoom, 1.0 is 100 %.
    filter_wanted
        ``/`` was pressed: the palette's filter should get the focus.
    """

    zoom_changed = Signal(float)
    filter_wanted = Signal()

    def __init__(self, workbench: Any, parent: QWidget | None = None) -> None:
        QGraphicsView.__init__(self, parent)
        self.setObjectName("canvas")
        self.bench, self.document = workbench, workbench.document
        self.scene_ = CanvasScene(workbench, self)
        self.band: QRect | None = None
        self.anchor = ""
        self._gesture: Gesture | None = None
        self._dragging = False
        self._fits = True
        self._arranging = False
        self._last_move = 0.0
        self._dragged: tuple[Any, QPoint, Qt.KeyboardModifier] | None = None
        self.setScene(self.scene_)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setRenderHints(QPainter.RenderHint.Antialiasing)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setMinimumSize(320, 180)
        self.bubble, self.hint = Bubble(self.viewport()), HintBar(self.viewport())
        self.bubble.pointed.connect(self._try_repair)
        self.bubble.chosen.connect(self._repair)
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(16)
        self._frame.timeout.connect(self._next_frame)
        self._pushing = QTimer(self)
        self._pushing.setInterval(30)
        self._pushing.timeout.connect(self._push)
        self._push_wait = 0
        self._pending: tuple[QPoint, Qt.KeyboardModifier] | None = None
        self.scene_.laid_out.connect(self._arranged)
        self.document.selection_changed.connect(self._describe)
        self.document.changed.connect(self._describe)
        theme().changed.connect(self.viewport().update)
        self._describe()
        self._arranged()

    # zoom and place

    @property
    def zoom(self) -> float:
        """1.0 is 100 %."""
        return self.scene_.zoom

    @Slot()
    def fit(self) -> None:
        """Show the whole design: down to 60 %, then in several lanes."""
        self._fits = True
        self._arranged()

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom, keeping a point of the viewport (or the middle) in its place."""
        self._fits = False
        self._set_zoom(min(max(zoom, LEAST), MOST), at)

    @Slot()
    def zoom_in(self) -> None:
        """Zoom one step in."""
        self.zoom_to(self.zoom * STEP)

    @Slot()
    def zoom_out(self) -> None:
        """Zoom one step out."""
        self.zoom_to(self.zoom / STEP)

    @Slot()
    def zoom_reset(self) -> None:
        """Zoom to 100 %."""
        self.zoom_to(1.0)

    def _set_zoom(self, zoom: float, at: QPointF | None = None) -> None:
        if abs(zoom - 1) < 0.015:
            zoom = 1.0
        changed = zoom != self.zoom
        point = QPointF(self.viewport().rect().center()) if at is None else at
        held = self.mapToScene(point.toPoint())
        self.scene_.zoom = zoom
        self.setTransform(QTransform.fromScale(zoom, zoom))
        if changed and self.scene_.room_below and not self._arranging:
            self._arranging = True
            self._make_room()
            self._arranging = False
        moved = self.mapFromScene(held) - point.toPoint()
        if not self._arranging:
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + moved.x())
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + moved.y())
        self._hang_bubble()
        self.viewport().update()
        if changed:
            self.zoom_changed.emit(zoom)

    def _arranged(self) -> None:
        """Fit again after a change of design or size, unless the user zoomed."""
        if self._arranging:
            return
        self._arranging = True
        try:
            self._show_error()
            size = self.maximumViewportSize()
            wide, high = float(size.width()), float(size.height())
            self.scene_.widest = max(wide / LEAST_FIT - 2 * MARGIN, 200.0)
            self.scene_.empty_height = self._empty_height(high)
            self._make_room()
            if self._fits:
                self._fit_into(wide, high)
        finally:
            self._arranging = False
        self._hang_bubble()

    def _fit_into(self, wide: float, high: float) -> None:
        stage = self.scene_
        zoom = 1.0
        for _ in range(2):
            area = stage.sceneRect()
            zoom = min(1.0, wide / area.width())
            if area.height() * zoom > high + 1:
                lower = high / area.height()
                if lower >= LEAST_FIT:
                    zoom = lower
                elif not stage.empty:
                    bar = self.verticalScrollBar().sizeHint().width()
                    zoom = min(1.0, (wide - bar) / area.width())
            zoom = max(int(zoom * 500) / 500, LEAST_FIT if not stage.empty else 0.4)
            self._set_zoom(zoom)
            if not stage.room_below:
                break
            self._make_room()

    def _make_room(self) -> None:
        """Keep the height of the bubble free under the red card."""
        error = next(iter(self.document.analysis.errors), None)
        self.scene_.room_below = {}
        if error is not None and not self.scene_.empty and self.scene_.has(error.name):
            key = self.scene_.key_of(error.name)
            self.bubble.measure(QRectF(self.viewport().rect()))
            self.scene_.room_below = {key: (self.bubble.height() + 2) / self.zoom}
        self.scene_.arrange()

    def _empty_height(self, high: float) -> float:
        page = self.viewport().findChild(QWidget, "empty_page")
        return float(page.y()) if page is not None and page.y() > 0 else high

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self._arranged()
        if not self.hint.isHidden():
            self.hint.place()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Take the bubble along."""
        super().scrollContentsBy(dx, dy)
        self._hang_bubble()

    def reveal(self, name: str) -> None:
        """Scroll until a block is seen."""
        if self.scene_.has(name):
            rect = self.scene_.part_rect(name).adjusted(-20, -20, 20, 20)
            self.ensureVisible(rect, 8, 8)

    # where things are

    def card_rect(self, name: str) -> QRect:
        """The place of a block, in pixels of the viewport."""
        return self.mapFromScene(self.scene_.part_rect(name)).boundingRect()

    def link_rect(self, source: str, target: str) -> QRect:
        """A place between two blocks where a dropped block is spliced in, in the viewport."""
        stage = self.scene_
        pair = stage.id_of(source), stage.id_of(target)
        for arc in stage.layout_.arcs:
            if (arc.source, arc.target) == pair:
                start, end = stage.arc_ends(arc)
                y = stage.layout_.arc_height(stage.lane_of_block(arc.source), arc.level)
                middle = (start.x() + end.x()) / 2
                return self._around(QPointF(middle, y), 10, 6)
        slot = next(
            slot for slot in stage.layout_.slots if slot.after == source and slot.before is None
        )
        return self._around(QPointF(slot.x, slot.y), 6 if slot.seam else GAP - 2, 40)

    def _around(self, middle: QPointF, width: float, height: float) -> QRect:
        rect = QRectF(0, 0, width, height)
        rect.moveCenter(middle)
        return self.mapFromScene(rect).boundingRect()

    # errors

    def _show_error(self) -> None:
        error = next(iter(self.document.analysis.errors), None)
        if error is None or not self.scene_.has(error.name):
            self.bubble.hide()
            return
        self.bubble.show_error(error, self.document.analysis.row(error.name))

    def _hang_bubble(self) -> None:
        error = next(iter(self.document.analysis.errors), None)
        wanted = error is not None and self.scene_.has(error.name) and not self._dragging
        if not wanted or self.scene_.empty:
            self.bubble.hide()
            return
        rect = self.card_rect(error.name)
        whole = QRectF(self.viewport().rect())
        if not whole.intersects(QRectF(rect)):
            self.bubble.hide()
            return
        self.bubble.hang(rect.center().x(), rect.bottom() + 6, whole)
        self.bubble.show()

    @Slot(object)
    def _try_repair(self, repair: Any) -> None:
        self.document.preview(None if repair is None else repair.design)

    @Slot(object)
    def _repair(self, repair: Any) -> None:
        self.document.preview(None)
        self.document.apply(repair)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def notice(self, text: str) -> None:
        """Say something in passing."""
        self.hint.say(text, passing=True)

    # dragging, whatever is dragged

    def try_drop(
        self, drop: Drop, where: QPointF, keys: tuple[tuple[str, str], ...]
    ) -> None:
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
        if self._push_wait < 8:
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

    @Slot()
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
            slot.after, slot.before, same
        ):
            drop = drop_layer(self.document.analysis, layer, slot, same)
        keys = (("Esc", "cancel"),)
        if "padding" in type(layer).settings() and "dilation" in type(layer).settings():
            keys = (("Shift", "keep the input size"), *keys)
        self.try_drop(drop, where, keys)

    # the pointer

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
            stage.hovered, stage.port, stage.hovered_arc = name, port, pair
            stage.repaint()
        shape = Qt.CursorShape.CrossCursor if port and stage.shows_port(port) else (
            Qt.CursorShape.ArrowCursor
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
                if row.input_shape else numbers.shape(row.output_shape)
            )
            lines.append(numbers.count(row.parameters, "parameter"))
            if row.layer.equation:
                lines.append(row.layer.equation)
            lines += [found.sentence for found in row.diagnostics]
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
            area = QRectF(first.right(), first.top(), max(second.left() - first.right(), 1),
                          first.height())
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

    # the keys

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
        page = self.viewport().findChild(QWidget, "empty_page")
        if page is None or not page.isVisible():
            event.ignore()
            return
        page.focus_first()
        QApplication.sendEvent(page.cards[0], event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.scene_.focused = event.reason() not in (
            Qt.FocusReason.MouseFocusReason, Qt.FocusReason.PopupFocusReason
        )
        self.scene_.repaint()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide where the keyboard was."""
        super().focusOutEvent(event)
        self.scene_.focused = False
        self.scene_.repaint()

    @Slot()
    def _describe(self) -> None:
        """Tell screen readers what is selected."""
        design, analysis = self.document.design, self.document.analysis
        chosen = self.document.selection
        self.setAccessibleName(f"Canvas: {design.name}, {numbers.count(len(design), 'block')}")
        if not chosen:
            text = "No block is selected"
        elif len(chosen) > 1:
            text = f"{len(chosen)} blocks are selected: {', '.join(chosen)}"
        else:
            row = analysis.row(chosen[0])
            place = design.index(chosen[0]) + 1
            parts = [
                f"{row.name}, {row.layer.title}, block {place} of {len(design)}",
                row.layer.summary(),
                f"output {numbers.shape(row.output_shape)}" if row.output_shape else "",
                numbers.count(row.parameters, "parameter"),
                *(found.sentence for found in row.diagnostics),
                f"waits for {row.waiting_for}" if row.waiting_for else "",
            ]
            text = ", ".join(part for part in parts if part)
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
            QAccessible.updateAccessibility(
                QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            )
        if chosen and self.scene_.current not in chosen:
            self.scene_.current = chosen[-1]
            if self.anchor not in chosen:
                self.anchor = chosen[0]
            self.reveal(chosen[-1])

    # painting around the cards

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the dots."""
        draw_dots(painter, rect, self.zoom)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the rubber band and the legend of the colours."""
        painter.save()
        painter.resetTransform()
        if self.band is not None:
            draw_band(painter, self.band)
        if not self.scene_.empty and self.bench.inspector is not None:
            whole = self.viewport().rect()
            place = QRect(0, whole.bottom() - 40, 300, 40)
            if self.bubble.isHidden() or not self.bubble.geometry().intersects(place):
                draw_legend(painter, whole, self.bench.view, self._signed())
        painter.restore()

    def _signed(self) -> bool:
        maps = self.scene_.maps
        return any(
            maps.signed(maps.shown(unit).name) for unit in self.scene_.units[1:]
            if unit.head.kind in ("full", "narrow")
        )


__all__ = ["CanvasView"]
