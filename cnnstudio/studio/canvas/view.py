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

from cnnstudio.studio.canvas import spoken
from cnnstudio.studio.canvas.backdrop import draw_band, draw_dots
from cnnstudio.studio.canvas.complaint import Complaint
from cnnstudio.studio.canvas.dropping import Dropping
from cnnstudio.studio.canvas.editing import Editing
from cnnstudio.studio.canvas.gestures import Gesture
from cnnstudio.studio.canvas.guard import guarded
from cnnstudio.studio.canvas.hint import HintBar
from cnnstudio.studio.canvas.keys import Keys
from cnnstudio.studio.canvas.layout import GAP, MARGIN
from cnnstudio.studio.canvas.legend import Legend
from cnnstudio.studio.canvas.pointing import STEP, Pointing
from cnnstudio.studio.canvas.scene import CanvasScene
from cnnstudio.studio.theme import theme

LEAST_FIT = 0.6
LEAST, MOST = 0.3, 3.0
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
        self._complaint, self._legend = Complaint(self), Legend(self)
        self.bubble, self.hint = self._complaint.bubble, HintBar(self.viewport())
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
            workbench.inspector.look_ready.connect(self._legend.refresh)
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
            self._complaint.renew()
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
        self.scene_.room_below = self._complaint.room()
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

    def _hang_bubble(self) -> None:
        self._complaint.hang(self._dragging)

    def notice(self, text: str) -> None:
        """Say something in passing."""
        self.hint.say(text, passing=True)

    @Slot()
    def _describe(self) -> None:
        """Tell screen readers what is selected."""
        design, chosen = self.document.design, self.document.selection
        self.setAccessibleName(spoken.title(design))
        text = spoken.selected(design, self.document.analysis, chosen)
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
            self._legend.paint(painter, seen)

    @Slot()
    def _dress(self) -> None:
        """Take the colours of the theme."""
        self.resetCachedContent()
        self.viewport().update()


__all__ = ["CanvasView"]
