"""Zoom on the canvas: the whole design is fitted into the view until the user zooms."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QTimer
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QStyle, QWidget

from cnnstudio.studio.canvas.layout import MARGIN

LEAST_FIT = 0.6
LEAST, MOST = 0.3, 3.0
STEP = 1.2
"""Factor of one step of zoom."""


class Zooming:
    """The zooming part of `CanvasView`."""

    scene_: Any
    _complaint: Any
    _later: QTimer
    _fits = True
    _arranging = False
    _page_top = -1

    @property
    def zoom(self) -> float:
        """1.0 is 100 %."""
        return self.scene_.zoom

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

    def zoom_in(self) -> None:
        """Zoom one step in."""
        self.zoom_to(self.zoom * STEP)

    def zoom_out(self) -> None:
        """Zoom one step out."""
        self.zoom_to(self.zoom / STEP)

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
