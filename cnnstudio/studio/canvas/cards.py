"""A card: one block with the activations snapped to it; its outline, and when it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.studio.canvas.faces import (
    draw_seam,
    paint_contents,
    paint_header,
    paint_lonely,
    part_place,
)
from cnnstudio.studio.canvas.guard import guarded, saved
from cnnstudio.studio.canvas.ink import Ink
from cnnstudio.studio.canvas.units import HEADER, HEIGHT, Part, Unit
from cnnstudio.studio.theme import METRICS, draw_shadow, theme
from cnnstudio.studio.turns import turns

if TYPE_CHECKING:
    from cnnstudio.studio.canvas.scene import CanvasScene

RADIUS = float(METRICS.radius_card)
PORT = 4.5
MARGIN = 14.0
"""Room around the card for halo, shadow, ports and badge."""
RIM, FOOT = 2.0, 7.0
"""Width within the outline at the sides and at the bottom that maps and texts never reach."""
EMPTY_WIDTH, EMPTY_HEIGHT = 150.0, 92.0


class CardItem(QGraphicsItem):
    """One card of the scene; `faces` paint what it says, gestures are the view's business."""

    def __init__(self, unit: Unit, stage: CanvasScene) -> None:
        super().__init__()
        self.unit, self._stage = unit, stage
        self._frame, self._bounds = QRectF(), QRectF()
        self._measure(unit)
        self._state: tuple[Any, ...] = ()
        self._looks: tuple[Any, ...] = ()
        self.setZValue(10)
        # Tells `paint` which part is wanted.
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def show_unit(self, unit: Unit) -> None:
        """Show the same card with other contents."""
        self._measure(unit)
        if unit != self.unit:
            self.unit = unit
            self.update()

    def _measure(self, unit: Unit) -> None:
        frame = QRectF(0, 0, unit.width, HEIGHT)
        if self._stage.empty:
            frame = QRectF(0, 0, EMPTY_WIDTH, EMPTY_HEIGHT)
        if frame != self._frame:
            self.prepareGeometryChange()
            self._frame = frame
            self._bounds = frame.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def refresh(self) -> None:
        """Draw afresh if the state of the card is another one; soon if only its maps are."""
        stage, names, key = self._stage, self.unit.names, self.unit.key
        state = (
            stage.selection.intersection(names),
            stage.hovered in names,
            stage.focused and stage.current in names and stage.current,
            stage.shows_port(key),
            stage.takes(key),
            key in stage.refused,
            stage.moving.intersection(names),
            stage.is_outdated(self.unit),
            stage.empty,
            stage.data_title,
            *(stage.is_stale(name) for name in names),
        )
        looks = tuple(stage.maps.look(name) for name in names)
        if state != self._state:
            self._state, self._looks = state, looks
            self.update()
        elif looks != self._looks:
            self._looks = looks
            turns().soon(self._draw_looks)

    def _draw_looks(self) -> None:
        """Draw afresh what follows from the network: maps, gauges, verdicts."""
        self.update(self._inside())

    def _inside(self) -> QRectF:
        return self.frame().adjusted(RIM, HEADER + 2, -RIM, -FOOT)

    def frame(self) -> QRectF:
        """Outline of the card in its own coordinates."""
        return self._frame

    def boundingRect(self) -> QRectF:
        """Outline with halo, shadow, ports and badge."""
        return self._bounds

    def part_rect(self, name: str) -> QRectF:
        """The part of one block, in the scene's coordinates."""
        part = self.unit.part(name)
        if self._stage.empty:
            return self.frame().translated(self.pos())
        return QRectF(part.x, 0, part.width, HEIGHT).translated(self.pos())

    # painting

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the card."""
        with guarded(painter, f"the card of {self.unit.head.name}"):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            # A pixel more is wanted than was marked.
            inside = self._inside().adjusted(-2, -2, 2, 2)
            if inside.contains(option.exposedRect) and not self._faded():
                self._paint_inside(painter)
            else:
                self._paint_whole(painter)

    def _faded(self) -> bool:
        stage, unit = self._stage, self.unit
        return unit.key in stage.refused or not stage.moving.isdisjoint(unit.names)

    def _paint_whole(self, painter: QPainter) -> None:
        stage, unit = self._stage, self.unit
        if self._faded():
            painter.setOpacity(0.4)
        colors, frame = theme(), self.frame()
        draw_shadow(painter, frame, "card", int(RADIUS), colors.dark)
        outline = QPainterPath()
        outline.addRoundedRect(frame, RADIUS, RADIUS)
        painter.fillPath(outline, self._ground())
        ink = Ink(painter, stage.zoom)
        with saved(painter):
            painter.setClipPath(outline)
            if stage.empty:
                paint_lonely(ink, unit.head, frame)
            for part in () if stage.empty else unit.parts:
                paint_header(ink, unit, part, stage)
                paint_contents(ink, unit, part, stage)
        self._draw_outline(painter, frame)
        self._draw_badges(ink)
        if stage.shows_port(unit.key):
            self._draw_ports(painter)

    def _paint_inside(self, painter: QPainter) -> None:
        """Paint what lies within the rim and below the header."""
        stage, unit, frame = self._stage, self.unit, self.frame()
        painter.fillRect(frame, self._ground())
        ink = Ink(painter, stage.zoom)
        if stage.empty:
            paint_lonely(ink, unit.head, frame)
            return
        for part in unit.parts:
            if part is not unit.head:
                draw_seam(painter, part)
            paint_contents(ink, unit, part, stage)
        self._draw_outline(painter, frame)

    def _ground(self) -> QColor:
        return theme().color("alt" if self.unit.waiting else "card")

    def _draw_outline(self, painter: QPainter, frame: QRectF) -> None:
        stage, unit, colors = self._stage, self.unit, theme()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        hovered = stage.hovered in unit.names
        token = "border-strong" if hovered or stage.takes(unit.key) else "border"
        painter.setPen(QPen(colors.color(token), 1))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        broken = unit.broken
        if broken is not None:
            self._ring(painter, self._extent(broken), colors.color("error"))
        chosen = [part for part in unit.parts if part.name in stage.selection]
        if chosen and not (broken and chosen == [broken]):
            for rect in self._chosen(chosen):
                self._ring(painter, rect, colors.color("accent"))
        elif chosen:
            pen = QPen(colors.color("accent"), 1.5)
            pen.setDashPattern([2, 2])
            painter.setPen(pen)
            painter.drawRoundedRect(frame.adjusted(3, 3, -3, -3), RADIUS - 3, RADIUS - 3)
        if stage.takes(unit.key):
            painter.setPen(QPen(colors.color("accent"), 2))
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
        if stage.focused and stage.current in unit.names and stage.current not in stage.selection:
            rect = self._extent(unit.part(stage.current)).adjusted(-4, -4, 4, 4)
            painter.setPen(QPen(colors.color("accent"), 2))
            painter.drawRoundedRect(rect, RADIUS + 3, RADIUS + 3)

    def _chosen(self, chosen: list[Part]) -> list[QRectF]:
        if self.unit.head in chosen:
            return [self.frame()]
        return [self._extent(part) for part in chosen]

    def _extent(self, part: Part) -> QRectF:
        return self.frame() if part is self.unit.head else part_place(part)

    def _ring(self, painter: QPainter, rect: QRectF, color: QColor) -> None:
        halo = QColor(color)
        halo.setAlphaF(0.2)
        painter.setPen(QPen(halo, 7))
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        painter.setPen(QPen(color, 2))
        painter.drawRoundedRect(rect, RADIUS, RADIUS)

    def _draw_badges(self, ink: Ink) -> None:
        unit, colors, painter = self.unit, theme(), ink.painter
        if unit.broken is not None:
            x = unit.broken.x + 1
            painter.setPen(QPen(colors.color("card"), 1.5))
            painter.setBrush(colors.color("error"))
            painter.drawEllipse(QPointF(x, 1), 9, 9)
            ink.icon(x - 6, -5, 12, "error", "on-accent")
            return
        for part in unit.parts:
            if any(found.severity == "warning" for found in part.row.diagnostics):
                x = part.x + part.width - 10
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colors.color("card"))
                painter.drawEllipse(QPointF(x, 2), 9, 9)
                ink.icon(x - 7, -5.5, 14, "warning", "warning")

    def _draw_ports(self, painter: QPainter) -> None:
        colors, frame = theme(), self.frame()
        painter.setPen(QPen(colors.color("accent"), 1.5))
        painter.setBrush(colors.color("card"))
        painter.drawEllipse(QPointF(frame.right(), frame.center().y()), PORT, PORT)
