"""The canvas: zoom, pan, the pointer and the keys; `editing` edits, the scene paints."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QPainter,
    QPixmapCache,
    QResizeEvent,
    QTransform,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QStyle, QWidget

from cnnstudio.studio import numbers
from cnnstudio.studio.canvas.backdrop import draw_band, draw_dots, draw_legend
from cnnstudio.studio.canvas.bubble import Bubble
from cnnstudio.studio.canvas.dropping import Dropping
from cnnstudio.studio.canvas.editing import Editing
from cnnstudio.studio.canvas.gestures import Gesture
from cnnstudio.studio.canvas.guard import guarded
from cnnstudio.studio.canvas.hint import HintBar
from cnnstudio.studio.canvas.keys import Keys
from cnnstudio.studio.canvas.layout import GAP, MARGIN
from cnnstudio.studio.canvas.places import BELOW
from cnnstudio.studio.canvas.pointing import STEP, Pointing
from cnnstudio.studio.canvas.scene import CanvasScene
from cnnstudio.studio.theme import theme
from cnnstudio.studio.turns import turns

LEAST_FIT = 0.6
LEAST, MOST = 0.3, 3.0
LEGEND_HEIGHT = 40
CACHE = 128 * 1024
"""Kilobytes of cards that are kept drawn."""


class CanvasView(Dropping, Pointing, Keys, Editing, QGraphicsView):
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
        self._signed = False
        self._last_move = 0.0
        self._dragged: tuple[Any, QPoint, Qt.KeyboardModifier] | None = None
        self.setScene(self.scene_)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setRenderHints(QPainter.RenderHint.Antialiasing)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(True)
        if QPixmapCache.cacheLimit() < CACHE:
            QPixmapCache.setCacheLimit(CACHE)
        self.setMinimumSize(320, 180)
        self.bubble, self.hint = Bubble(self.viewport()), HintBar(self.viewport())
        self.bubble.pointed.connect(self._try_repair)
        self.bubble.chosen.connect(self._repair)
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(16)
        self._frame.timeout.connect(self._next_frame)
        self._page_top = -1
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._arranged)
        self._pushing = QTimer(self)
        self._pushing.setInterval(30)
        self._pushing.timeout.connect(self._push)
        self._push_wait = 0
        self._pending: tuple[QPoint, Qt.KeyboardModifier] | None = None
        self.scene_.laid_out.connect(self._arranged)
        self.document.selection_changed.connect(self._describe)
        self.document.changed.connect(self._describe)
        theme().changed.connect(self._dress)
        if workbench.inspector is not None:
            workbench.inspector.look_ready.connect(self._looked)
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
        if abs(zoom - 1) < 0.015:
            zoom = 1.0  # steps in and out come back to exactly 100 %
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
            self.scene_.widest = max((wide - self._bar()) / LEAST_FIT - 2 * MARGIN - 1, 200.0)
            self.scene_.empty_height = self._empty_height(high)
            self.scene_.view_height = high
            self._make_room()
            if self._fits:
                self._fit_into(wide, high)
        finally:
            self._arranging = False
        self._hang_bubble()
        page = self._page() if self.scene_.empty else None
        if page is not None and page.y() != self._page_top:
            # The page below is placed by the same signals, perhaps after this.
            self._page_top = page.y()
            self._later.start()

    def _page(self) -> QWidget | None:
        """What stands below an empty pipeline, if the window put something there."""
        return self.viewport().findChild(QWidget, "empty_page")

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
                    zoom = min(1.0, (wide - self._bar()) / area.width())
            zoom = max(int(zoom * 500) / 500, LEAST_FIT if not stage.empty else 0.4)
            self._set_zoom(zoom)
            if not stage.room_below:
                break
            self._make_room()

    def _bar(self) -> int:
        """Width that Qt counts for a scroll bar, which a style sheet may make narrower."""
        extent = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self)
        return max(extent, self.verticalScrollBar().sizeHint().width()) + 1

    def _make_room(self) -> None:
        """Keep the height of the bubble free under the red card."""
        error = next(iter(self.document.analysis.errors), None)
        self.scene_.room_below = {}
        if error is not None and not self.scene_.empty and self.scene_.has(error.name):
            key = self.scene_.key_of(error.name)
            self.bubble.measure(QRectF(self.viewport().rect()))
            self.scene_.room_below = {key: (self.bubble.height() + 2) / self.zoom}
        self.scene_.rearrange()

    def _empty_height(self, high: float) -> float:
        page = self._page()
        return float(page.y()) if page is not None and page.y() > 0 else high

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self._arranged()
        if not self.hint.isHidden():
            self.hint.place()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Take the bubble along."""
        # Else the pixels of the viewport were moved, and what lies over the scene with them.
        mode = self.viewportUpdateMode()
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        super().scrollContentsBy(dx, dy)
        self.setViewportUpdateMode(mode)
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
        with guarded(painter, "the legend of the canvas"):
            seen = self.mapFromScene(rect).boundingRect()
            painter.resetTransform()
            if self.band is not None:
                draw_band(painter, self.band)
            place = self._legend_place()
            wanted = not self.scene_.empty and self.bench.inspector is not None
            if not wanted or not seen.intersects(place):
                return
            text = QRect(0, place.top(), 300, place.height())
            if self.bubble.isHidden() or not self.bubble.geometry().intersects(text):
                lowest = self.scene_.area.bottom() - BELOW
                over = self.mapFromScene(0, lowest).y() > place.top()
                whole = self.viewport().rect()
                self._signed = self._has_signed()
                draw_legend(painter, whole, self.bench.view, self._signed, over)

    def _legend_place(self) -> QRect:
        whole = self.viewport().rect()
        return QRect(0, whole.bottom() - LEGEND_HEIGHT, whole.width(), LEGEND_HEIGHT + 1)

    @Slot()
    def _dress(self) -> None:
        """Take the colours of the theme."""
        self.resetCachedContent()
        self.viewport().update()

    @Slot()
    def _looked(self) -> None:
        turns().soon(self._renew_legend)

    def _renew_legend(self) -> None:
        if self._has_signed() != self._signed:
            self.viewport().update(self._legend_place())

    def _has_signed(self) -> bool:
        maps = self.scene_.maps
        return any(
            maps.signed(maps.shown(unit).name)
            for unit in self.scene_.units[1:]
            if unit.head.kind in ("full", "narrow")
        )


__all__ = ["CanvasView"]
