"""Everything over the cards: the open slot, the ghost of what is dragged, pills, new links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.studio import numbers
from cnnstudio.studio.canvas.guard import guarded, saved
from cnnstudio.studio.canvas.ink import (
    CENTRE,
    PARAMETERS_FROM,
    SETTINGS_FROM,
    Ink,
    arrow_head,
    line_pen,
)
from cnnstudio.studio.canvas.outcome import changes, pill_lines, shorter
from cnnstudio.studio.canvas.units import HEADER, HEIGHT
from cnnstudio.studio.theme import METRICS, draw_shadow, theme

if TYPE_CHECKING:
    from cnnstudio.studio.canvas.drop import Drop
    from cnnstudio.studio.canvas.scene import CanvasScene

PILL = 36.0
PILL_GAP = 14.0
GHOST_AT = QPointF(12, -26)


class OverlayItem(QGraphicsItem):
    """Painted over all cards; empty most of the time."""

    def __init__(self, stage: CanvasScene) -> None:
        super().__init__()
        self._stage = stage
        self.setZValue(100)
        # Tells `paint` which part is seen.
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def boundingRect(self) -> QRectF:
        """Return the scene and what may stand out of it."""
        return self._stage.area.adjusted(-300, -100, 300, 200)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw what goes on."""
        with guarded(painter, "what lies over the cards"):
            self._paint(painter, option.exposedRect)

    def _paint(self, painter: QPainter, seen: QRectF) -> None:
        stage = self._stage
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = Ink(painter, stage.zoom)
        if stage.empty and stage.document.analysis.rows[0].status == "ok":
            self._draw_target(ink)
        if stage.document.preview_analysis is not None:
            self._draw_pills(ink, seen)
        if stage.drop is not None:
            self._draw_drop(ink, stage.drop)
        if stage.connecting is not None:
            self._draw_connection(painter)

    # an empty design

    def _draw_target(self, ink: Ink) -> None:
        stage, painter, colors = self._stage, ink.painter, theme()
        place, dropping = stage.target_rect(), stage.drop is not None
        card = stage.rect_of(stage.units[0].key)
        y = card.center().y()
        painter.setPen(line_pen(colors.color("link"), 2, dashed=True))
        painter.drawLine(QPointF(card.right() + 14, y), QPointF(place.left() - 24, y))
        arrow_head(painter, QPointF(place.left() - 16, y), 8, colors.color("link"))
        color = colors.color("accent" if dropping else "border-strong")
        painter.setPen(line_pen(color, 2, dashed=True))
        painter.setBrush(colors.color("accent", 0.07) if dropping else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place, METRICS.radius_bubble, METRICS.radius_bubble)
        if dropping:
            return
        title, rest = "Drop the first block here", "and type its name"
        widest = ink.width(title, "title")
        left = place.center().x() - (widest + 32) / 2
        ink.icon(left, y - 8, 16, "plus", "accent")
        x = left + 32
        ink.text(QRectF(x, y - 22, widest + 4, 22), title, "title")
        ink.text(QRectF(x, y, 60, 20), "or press", "body", "text-2")
        key = QRectF(x + ink.width("or press", "body") + 6, y + 2.5, 16, 15)
        painter.setPen(QPen(colors.color("border-strong"), 1))
        painter.setBrush(colors.color("panel"))
        painter.drawRoundedRect(key, 3, 3)
        ink.text(key, "A", "value", "text-2", CENTRE)
        ink.text(QRectF(key.right() + 6, y, 160, 20), rest, "body", "text-2")

    # dragging

    def _draw_drop(self, ink: Ink, drop: Drop) -> None:
        stage, painter, colors = self._stage, ink.painter, theme()
        color = colors.color("error" if drop.reason else "accent")
        place = stage.slot_rect()
        fill = colors.color("error" if drop.reason else "accent", 0.07)
        if drop.opens:
            painter.setPen(line_pen(color, 2, dashed=True))
            painter.setBrush(fill)
            painter.drawRoundedRect(place, METRICS.radius_bubble, METRICS.radius_bubble)
            if not stage.empty:
                self._draw_directions(ink, drop, place)
        elif drop.slot.seam:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(place.adjusted(1, -6, -1, 6), 2, 2)
        self._draw_ghost(ink, drop, place)

    def _draw_directions(self, ink: Ink, drop: Drop, place: QRectF) -> None:
        """Small arrows over the neighbours that made room."""
        painter, colors = ink.painter, theme()
        painter.setPen(line_pen(colors.color("accent"), 1.6))
        y = place.top() - 18
        for side, x in ((-1, place.left() - 62), (1, place.right() + 62)):
            painter.drawLine(QPointF(x - 7, y), QPointF(x + 7, y))
            tip = QPointF(x + 7 * side, y)
            painter.drawLine(tip, tip + QPointF(-5 * side, -4.5))
            painter.drawLine(tip, tip + QPointF(-5 * side, 4.5))

    def ghost_rect(self, drop: Drop, place: QRectF) -> QRectF:
        """Where the ghost of a dragged block is."""
        width = drop.width
        height = HEIGHT if not self._stage.empty else 150.0
        if drop.opens and not self._stage.empty:
            return QRectF(place.topLeft() + GHOST_AT, place.size())
        at = drop.pointer + QPointF(14, -height * 0.35)
        return QRectF(at.x(), at.y(), width, height)

    def _draw_ghost(self, ink: Ink, drop: Drop, place: QRectF) -> None:
        painter, colors = ink.painter, theme()
        rect = self.ghost_rect(drop, place)
        part = drop.unit.head
        family = part.layer.family
        draw_shadow(painter, rect, "dragged", METRICS.radius_card, colors.dark)
        path = QPainterPath()
        path.addRoundedRect(rect, METRICS.radius_card, METRICS.radius_card)
        painter.fillPath(path, colors.color("card"))
        with saved(painter):
            painter.setClipPath(path)
            header = QRectF(rect.left(), rect.top(), rect.width(), HEADER)
            painter.fillRect(header, colors.header_tint(family))
            painter.fillRect(
                QRectF(rect.left(), rect.top(), rect.width(), METRICS.strip), colors.family(family)
            )
        ink.icon(rect.left() + 8, rect.top() + 8, 14, part.layer.icon, colors.header_icon(family))
        name = drop.new[0] if drop.new else part.layer.title
        if len(drop.new) > len(drop.unit.parts):
            name = numbers.count(len(drop.new), "block")
        ink.text(header.adjusted(28, 3, -6, 0), name, "block-name")
        self._draw_ghost_text(ink, drop, rect)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colors.color("error" if drop.reason else "accent"), 2))
        painter.drawRoundedRect(rect, METRICS.radius_card, METRICS.radius_card)

    def _draw_ghost_text(self, ink: Ink, drop: Drop, rect: QRectF) -> None:
        painter, colors, row = ink.painter, theme(), drop.row
        line = QRectF(rect.left() + 8, rect.top() + HEADER + 1, rect.width() - 14, 20)
        summary = row.layer.summary() if row is not None else drop.unit.head.layer.summary()
        if ink.zoom >= SETTINGS_FROM:
            ink.text(line, summary, "settings", "text-2")
        middle = rect.center().y() - 8
        if row is not None and row.input_shape is not None:
            before = QRectF(rect.left() + 4, middle - 42, rect.width() - 8, 18)
            ink.text(before, numbers.shape(row.input_shape), "body", "text-2", CENTRE)
            ink.icon(
                rect.center().x() - 6,
                middle - 22,
                12,
                "chevron-down",
                "error" if drop.reason else "accent",
            )
        text = numbers.shape(row.output_shape) if row is not None and row.output_shape else ""
        if row is None or row.status != "ok":
            text = "does not fit"
        after = QRectF(rect.left() + 4, middle - 9, rect.width() - 8, 22)
        ink.text(after, text, "title", "error" if text == "does not fit" else "text", CENTRE)
        if row is not None and row.arithmetic and ink.zoom >= SETTINGS_FROM:
            place = QRectF(rect.left() + 3, middle + 15, rect.width() - 6, 18)
            sum_ = str(row.arithmetic[0])
            if ink.width(sum_, "axis") <= place.width():
                ink.text(place, sum_, "axis", "text-3", CENTRE)
        top = rect.bottom() - 39
        painter.setPen(QPen(colors.color("line"), 1))
        painter.drawLine(QPointF(rect.left() + 1, top), QPointF(rect.right() - 1, top))
        if row is None or row.status != "ok":
            return
        two = ink.zoom >= PARAMETERS_FROM
        upper = QRectF(rect.left() + 8, top + (2 if two else 9), rect.width() - 12, 20)
        lower = QRectF(rect.left() + 8, top + 18, rect.width() - 12, 18)
        ink.text(upper, numbers.shape(row.output_shape), "shape")
        if two:
            sign = "" if drop.moved else "+"
            ink.text(
                lower, f"{sign}{numbers.count(row.parameters, 'parameter')}", "small", "text-3"
            )

    # pills

    def _draw_pills(self, ink: Ink, seen: QRectF) -> None:
        stage, colors = self._stage, theme()
        if stage.empty:
            return
        changed = changes(stage.document.analysis, stage.document.preview_analysis)
        drop = stage.drop
        pills: dict[int, list[tuple[QRectF, str, str]]] = {}
        for unit in stage.units:
            if not seen.intersects(stage.rect_of(unit.key).adjusted(-40, 0, 40, 80)):
                continue
            lines = pill_lines(unit, changed)
            if lines:
                lane = stage.layout_.lane_of[unit.key]
                pills.setdefault(lane, []).append((stage.rect_of(unit.key), *lines))
        if (
            drop is not None
            and drop.opens
            and not drop.moved
            and drop.row is not None
            and (drop.row.status == "ok")
        ):
            count = f"{numbers.integer(drop.row.parameters)} new parameters"
            shape = numbers.shape(drop.row.output_shape)
            pills.setdefault(drop.slot.lane, []).append((stage.slot_rect(), shape, count))
        for lane, entries in pills.items():
            entries.sort(key=lambda entry: entry[0].left())
            if ink.zoom >= PARAMETERS_FROM and drop is not None:
                self._draw_caption(ink, lane, entries[0][0])
            edge = -1e9
            for place, (card, shape, rest) in enumerate(entries):
                following = entries[place + 1][0].left() if place + 1 < len(entries) else 1e9
                wanted = max(ink.width(shape, "strong"), ink.width(rest, "settings")) + 12
                left = card.center().x() - max(card.width(), wanted) / 2
                right = card.center().x() + max(card.width(), wanted) / 2
                # Below the cards hangs the bubble while a repair is tried out.
                top = card.bottom() + PILL_GAP if drop is not None else card.bottom() - PILL - 2
                rect = QRectF(card.left(), top, card.width(), PILL)
                rect.setLeft(max(min(left, card.left()), edge + 4))
                rect.setRight(max(card.right(), min(right, following - 4)))
                edge = rect.right()
                ink.painter.setPen(QPen(colors.color("accent"), 1.2))
                ink.painter.setBrush(colors.color("accent-bg"))
                ink.painter.drawRoundedRect(rect, 7, 7)
                inner = rect.adjusted(3, 0, -3, 0)
                if ink.zoom < PARAMETERS_FROM or not rest:
                    ink.text(inner, shape, "strong", "accent", CENTRE)
                    continue
                ink.text(inner.adjusted(0, 2, 0, -17), shape, "strong", "accent", CENTRE)
                rest = next(
                    (t for t in shorter(rest) if ink.width(t, "settings") <= inner.width()), ""
                )
                ink.text(inner.adjusted(0, 17, 0, -2), rest, "settings", "text-2", CENTRE)

    def _draw_caption(self, ink: Ink, lane: int, first: QRectF) -> None:
        """Write what the pills are about in front of the first one."""
        stage = self._stage
        left = stage.rect_of(stage.layout_.lanes[lane][0].key).left()
        for view in stage.views():
            left = max(left, view.mapToScene(0, 0).x() + 14)
        text = "After the drop"
        width = ink.width(text, "strong")
        y = first.bottom() + PILL_GAP + PILL / 2
        if left + width + 20 > first.left() - 30:
            return
        ink.text(QRectF(left, y - 10, width + 2, 20), text, "strong", "accent")
        pen = QPen(theme().color("accent", 0.6), 1.4)
        pen.setDashPattern([1, 3])
        ink.painter.setPen(pen)
        ink.painter.drawLine(QPointF(left + width + 10, y), QPointF(first.left() - 34, y))

    # connections

    def _draw_connection(self, painter: QPainter) -> None:
        stage, colors = self._stage, theme()
        key, end = stage.connecting
        frame = stage.rect_of(key)
        start = QPointF(frame.right(), frame.center().y())
        if stage.connect_target:
            target = stage.part_rect(stage.connect_target)
            end = QPointF(target.center().x(), target.top())
        high = min(start.y(), end.y()) - 60
        path = QPainterPath(start)
        path.cubicTo(QPointF(start.x() + 50, high), QPointF(end.x() - 20, high), end)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        good = bool(stage.connect_target) and not stage.refused.get(
            stage.key_of(stage.connect_target)
        )
        painter.setPen(line_pen(colors.color("accent"), 2.5, dashed=not good))
        painter.drawPath(path)
        painter.setPen(QPen(colors.color("accent"), 1.5))
        painter.setBrush(colors.color("card"))
        painter.drawEllipse(end, 4.5, 4.5)
