"""The canvas: made of its parts here; `pointing`, `keys` and `zooming` steer, `editing` edits."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QPainter,
    QPixmapCache,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from cnnstudio.studio.canvas import spoken
from cnnstudio.studio.canvas.backdrop import draw_band, draw_dots
from cnnstudio.studio.canvas.complaint import Complaint
from cnnstudio.studio.canvas.dropping import Dropping
from cnnstudio.studio.canvas.editing import Editing
from cnnstudio.studio.canvas.gestures import Gesture
from cnnstudio.studio.canvas.guard import guarded
from cnnstudio.studio.canvas.hint import HintBar
from cnnstudio.studio.canvas.keys import Keys
from cnnstudio.studio.canvas.layout import GAP
from cnnstudio.studio.canvas.legend import Legend
from cnnstudio.studio.canvas.pointing import Pointing
from cnnstudio.studio.canvas.scene import CanvasScene
from cnnstudio.studio.canvas.zooming import Zooming
from cnnstudio.studio.theme import theme

CACHE = 128 * 1024
"""Kilobytes of cards that are kept drawn."""


class CanvasView(Dropping, Pointing, Keys, Editing, Zooming, QGraphicsView):
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

    # place

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
