"""A card: one block with the activations snapped to it, painted from the analysis and the maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.layers import FAMILIES, Input
from cnnstudio.studio import numbers
from cnnstudio.studio.canvas.bodies import draw_body, draw_strip
from cnnstudio.studio.canvas.guard import guarded, saved
from cnnstudio.studio.canvas.ink import (
    CENTRE,
    NAMES_FROM,
    PARAMETERS_FROM,
    RIGHT,
    SETTINGS_FROM,
    Ink,
)
from cnnstudio.studio.canvas.units import FOOTER, HEADER, HEIGHT, Part, Unit, compact
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
    """One card of the scene; it knows how to look, gestures are the view's business."""

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
                _paint_lonely(ink, unit.head, frame)
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
            _paint_lonely(ink, unit.head, frame)
            return
        for part in unit.parts:
            if part is not unit.head:
                _seam(painter, part)
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


def paint_header(ink: Ink, unit: Unit, part: Part, stage: CanvasScene) -> None:
    """Draw the header of a part, and its seam to the part before."""
    colors, painter = theme(), ink.painter
    rect = part_place(part)
    waiting = part.row.status == "waiting"
    family = part.layer.family
    painter.fillRect(
        QRectF(rect.left(), 0, rect.width(), HEADER),
        colors.color("alt") if waiting else colors.header_tint(family),
    )
    painter.fillRect(
        QRectF(rect.left(), 0, rect.width(), METRICS.strip),
        colors.color("border-strong") if waiting else colors.family(family),
    )
    if part is not unit.head:
        _seam(painter, part)
    if part.kind == "snapped":
        _snapped_header(ink, part, rect, waiting)
    else:
        _header(ink, part, rect, waiting, stage.is_stale(part.name))


def paint_contents(ink: Ink, unit: Unit, part: Part, stage: CanvasScene) -> None:
    """Draw settings, body and footer of a part."""
    rect = part_place(part)
    if part.kind == "snapped":
        draw_strip(ink, part, rect, stage)
        return
    _settings(ink, part, rect, stage)
    draw_body(ink, unit, part, body_rect(ink, part, rect), stage)
    _footer(ink, part, rect, stage)


def part_place(part: Part) -> QRectF:
    """Where a part is on its card."""
    return QRectF(part.x, 0, part.width, HEIGHT)


def _seam(painter: QPainter, part: Part) -> None:
    painter.setPen(QPen(theme().color("line"), 1))
    painter.drawLine(QPointF(part.x, 0), QPointF(part.x, HEIGHT))


def _paint_lonely(ink: Ink, part: Part, frame: QRectF) -> None:
    """Draw the input as long as it is alone: icon, name, shape."""
    colors = theme()
    ink.painter.fillRect(
        QRectF(0, 0, frame.width(), METRICS.strip), colors.family(part.layer.family)
    )
    ink.icon(frame.center().x() - 8, 18, 16, part.layer.icon, "text-2")
    ink.text(QRectF(0, 36, frame.width(), 20), part.name, "strong", "text", CENTRE)
    shape = numbers.shape(part.row.output_shape)
    ink.text(QRectF(0, 55, frame.width(), 20), shape, "body", "text-2", CENTRE)


def body_rect(ink: Ink, part: Part, rect: QRectF) -> QRectF:
    """The place between settings and footer."""
    top = HEADER + (22 if part.kind not in ("slim",) and ink.zoom >= SETTINGS_FROM else 4)
    return QRectF(rect.left(), top, rect.width(), HEIGHT - FOOTER - top - 3)


def _header(ink: Ink, part: Part, rect: QRectF, waiting: bool, stale: bool) -> None:
    colors = theme()
    tint = colors.color("text-3") if waiting else colors.header_icon(part.layer.family)
    middle = (METRICS.strip + HEADER) / 2
    size = float(METRICS.icon_header)
    if part.kind == "slim" or ink.zoom < NAMES_FROM:
        size = size if ink.zoom >= NAMES_FROM else 18.0
        ink.icon(rect.center().x() - size / 2, middle - size / 2, size, part.layer.icon, tint)
        return
    pad = 8.0 if rect.width() > 60 else 6.0
    room = rect.width() - 2 * pad
    name_width = ink.width(part.name, "block-name")
    x = rect.left() + pad
    if name_width + size + 5 <= room + 3 or name_width > room + 3:
        ink.icon(x, middle - size / 2, size, part.layer.icon, tint)
        x += size + 5
    place = QRectF(x, METRICS.strip, rect.right() - pad + 3 - x, HEADER - METRICS.strip)
    used = ink.text(place, part.name, "block-name", "text-2" if waiting else "text")
    title = "edited" if stale else FAMILIES[part.layer.family]
    spare = place.width() - used - 8
    if stale and (part.kind != "full" or ink.zoom < SETTINGS_FROM):
        if spare > 0:
            ink.painter.setPen(QPen(colors.color("warning"), 1.4))
            ink.painter.setBrush(Qt.BrushStyle.NoBrush)
            ink.painter.drawEllipse(QPointF(place.right() - 5, place.center().y()), 3, 3)
        return
    if (
        part.kind == "full"
        and not waiting
        and ink.zoom >= SETTINGS_FROM
        and (ink.width(title, "axis") <= spare)
    ):
        tone = "warning" if stale else "text-2"
        ink.text(place.adjusted(0, 0, -2, 0), title, "axis", tone, RIGHT)


def _snapped_header(ink: Ink, part: Part, rect: QRectF, waiting: bool) -> None:
    colors = theme()
    size = float(METRICS.icon_header)
    tint = colors.color("text-3") if waiting else colors.header_icon(part.layer.family)
    middle = (METRICS.strip + HEADER) / 2
    ink.icon(rect.center().x() - size / 2, middle - size / 2, size, part.layer.icon, tint)


def _settings(ink: Ink, part: Part, rect: QRectF, stage: CanvasScene) -> None:
    if part.kind == "slim" or ink.zoom < SETTINGS_FROM:
        return
    text = part.layer.summary()
    if isinstance(part.layer, Input):
        text = stage.data_title or text
    elif part.kind == "bars":
        text = "probability %"
    pad = 8.0 if rect.width() > 60 else 6.0
    place = QRectF(rect.left() + pad, HEADER + 1, rect.width() - 2 * pad + 4, 20)
    if part.kind == "bars" and ink.width(text, "settings") > place.width():
        text = "prob. %"
    if part.kind == "dense" and ink.width(text, "settings") > place.width():
        place = place.adjusted(-2, 0, 2, 0)
        if ink.width(text, "settings") > place.width():
            text = text.split()[0]
    waiting = part.row.status == "waiting"
    ink.text(place, text, "settings", "text-3" if waiting else "text-2")


def _footer(ink: Ink, part: Part, rect: QRectF, stage: CanvasScene) -> None:
    colors, painter, row = theme(), ink.painter, part.row
    top = HEIGHT - FOOTER
    painter.setPen(QPen(colors.color("line"), 1))
    painter.drawLine(QPointF(rect.left(), top), QPointF(rect.right(), top))
    pad = 8.0 if rect.width() > 60 else (6.0 if part.kind != "slim" else 2.0)
    if ink.zoom < PARAMETERS_FROM:
        pad = 1.0 if ink.zoom < NAMES_FROM else min(pad, 5.0)
    align = CENTRE if ink.zoom < NAMES_FROM else align_of(part)
    two = ink.zoom >= PARAMETERS_FROM
    upper = QRectF(rect.left() + pad, top, rect.width() - pad - min(pad, 2), 22 if two else FOOTER)
    if two:
        upper.translate(0, 2)
    right = 4.0 if rect.width() > 60 else 2.0
    lower = QRectF(rect.left() + pad, top + 18, rect.width() - pad - right, 18)
    if row.status == "error":
        fits = ink.width("does not fit", "shape") <= upper.width()
        ink.text(upper, "does not fit" if fits else numbers.NOTHING, "shape", "error", align)
        if two and row.parameters:
            text = fitting(ink, _parameters(part), lower.width())
            ink.text(lower, text, "small", "text-3", align)
        return
    if row.status == "waiting":
        ink.text(upper, numbers.NOTHING, "shape", "text-3", align)
        return
    ink.text(upper, numbers.shape(row.output_shape), "shape", "text", align)
    if two:
        texts = stage.verdicts(part) or _parameters(part)
        ink.text(lower, fitting(ink, texts, lower.width()), "small", "text-3", align)


def align_of(part: Part) -> Qt.AlignmentFlag:
    """Slim cards centre what they say."""
    return CENTRE if part.kind == "slim" else Qt.AlignmentFlag.AlignLeft


def fitting(ink: Ink, texts: tuple[str, ...], width: float) -> str:
    """The first text that there is room for, or the last."""
    return next((text for text in texts if ink.width(text, "small") <= width), texts[-1])


def _parameters(part: Part) -> tuple[str, ...]:
    if isinstance(part.layer, Input):
        size = 1
        for extent in part.row.output_shape or ():
            size *= extent
        return (f"{numbers.integer(size)} values",)
    count = part.row.parameters
    return numbers.count(count, "parameter"), numbers.integer(count), compact(count)
