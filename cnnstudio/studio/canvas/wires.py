"""Everything under the cards: links, skip arcs, stubs between lanes, brackets with their sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.studio.canvas.guard import guarded
from cnnstudio.studio.canvas.ink import CENTRE, NAMES_FROM, Ink, arrow_head, head_of, line_pen
from cnnstudio.studio.canvas.layout import BETWEEN, GAP, Arc
from cnnstudio.studio.canvas.units import HEIGHT
from cnnstudio.studio.theme import theme

if TYPE_CHECKING:
    from cnnstudio.studio.canvas.scene import CanvasScene

BEND = 7.0
STUB = 8.0


class WiresItem(QGraphicsItem):
    """Links and arcs of the whole design, painted from where the cards are now."""

    def __init__(self, stage: CanvasScene) -> None:
        super().__init__()
        self._stage = stage
        self.setZValue(0)
        # Tells `paint` which part is seen.
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def boundingRect(self) -> QRectF:
        """Return the scene."""
        return self._stage.area

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw brackets, links and arcs that are in sight."""
        with guarded(painter, "the wires"):
            self._paint(painter, option.exposedRect)

    def _paint(self, painter: QPainter, seen: QRectF) -> None:
        stage = self._stage
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if stage.empty:
            return
        ink = Ink(painter, stage.zoom)
        layout = stage.layout_
        # Brackets and arcs are outside the height of the cards.
        beyond = not any(top <= seen.top() and seen.bottom() <= top + HEIGHT for top in layout.tops)
        quiet = stage.drop is None and not stage.lit
        lanes = {
            number
            for number, top in enumerate(layout.tops)
            if seen.top() <= top + HEIGHT + BETWEEN and top <= seen.bottom()
        }
        if beyond and stage.drop is None:
            self._draw_brackets(ink, seen)
        plain, heads = [], QPainterPath()
        for before, after in layout.joined:
            if lanes.isdisjoint((layout.lane_of[before], layout.lane_of[after])):
                continue
            first, second = stage.rect_of(before), stage.rect_of(after)
            if not seen.intersects(first.united(second)):
                continue
            if quiet and self._is_plain(before, after):
                start, end, y = first.right(), second.left(), first.center().y()
                if end - start >= 4:
                    plain.append(QLineF(start + 1, y, max(end - 6, start + 1), y))
                    heads.addPolygon(head_of(QPointF(end - 0.5, y), min(7.0, end - start - 1)))
            else:
                self._draw_link(painter, before, after)
        painter.setPen(line_pen(theme().color("link")))
        painter.drawLines(plain)
        painter.fillPath(heads, theme().color("link"))
        for arc in layout.arcs if beyond else ():
            self._draw_arc(ink, arc)

    # links

    def _is_plain(self, before: str, after: str) -> bool:
        """Whether a link is a straight arrow in the usual colour."""
        lanes, unit = self._stage.layout_.lane_of, self._stage.items_[after].unit
        return lanes[before] == lanes[after] and not unit.waiting and unit.head.row.status == "ok"

    def _draw_link(self, painter: QPainter, before: str, after: str) -> None:
        stage = self._stage
        first, second = stage.rect_of(before), stage.rect_of(after)
        lanes = stage.layout_.lane_of
        drop = stage.drop
        open_ = drop is not None and drop.slot.after == stage.items_[before].unit.tail.name
        open_ = open_ and not drop.slot.seam and drop.slot.before is None
        waiting = stage.items_[after].unit.waiting
        color = theme().color("link", 0.45 if waiting else 1.0)
        if stage.items_[after].unit.head.row.status == "error":
            color = theme().color("error")
        if open_ or (stage.lit and stage.is_legal(stage.items_[before].unit.tail.name)):
            color = theme().color("error" if open_ and drop.reason else "accent")
        width = 4.0 if open_ else 3.0 if color == theme().color("accent") else 1.5
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if lanes[before] == lanes[after]:
            y = first.center().y()
            start, end = first.right(), second.left()
            if open_:
                hole = stage.slot_rect()
                self._arrow(painter, start, hole.left(), y, color, width)
                self._arrow(painter, hole.right(), end, y, color, width)
            else:
                self._arrow(painter, start, end, y, color, width)
            return
        route = QPainterPath(QPointF(first.right(), first.center().y()))
        right = max(first.right() + GAP * 0.6, 0)
        down = first.bottom() + BETWEEN / 2
        left = second.left() - GAP * 0.8
        points = [
            QPointF(right, first.center().y()),
            QPointF(right, down),
            QPointF(left, down),
            QPointF(left, second.center().y()),
            QPointF(second.left() - 1, second.center().y()),
        ]
        _rounded(route, points)
        painter.setPen(line_pen(color, width))
        painter.drawPath(route)
        arrow_head(painter, QPointF(second.left(), second.center().y()), 7, color)

    def _arrow(
        self, painter: QPainter, start: float, end: float, y: float, color: object, width: float
    ) -> None:
        head = 7.0 if width < 3 else 8.0
        if end - start < 4:
            return
        painter.setPen(line_pen(color, width))
        painter.drawLine(QPointF(start + 1, y), QPointF(max(end - head + 1, start + 1), y))
        arrow_head(painter, QPointF(end - 0.5, y), min(head, end - start - 1), color)

    # arcs

    def arc_path(self, arc: Arc) -> QPainterPath:
        """The way of an arc within one lane; empty for stubs."""
        stage = self._stage
        if arc.stub:
            return QPainterPath()
        start, end = stage.arc_ends(arc)
        y = stage.layout_.arc_height(stage.lane_of_block(arc.source), arc.level)
        path = QPainterPath(start)
        _rounded(path, [QPointF(start.x(), y), QPointF(end.x(), y), end])
        return path

    def hit(self, point: QPointF, reach: float = 6.0) -> Arc | None:
        """The arc at a point."""
        stroker = QPainterPathStroker()
        stroker.setWidth(2 * reach)
        for arc in self._stage.layout_.arcs:
            path = self.arc_path(arc)
            if not path.isEmpty() and stroker.createStroke(path).contains(point):
                return arc
        return None

    def _draw_arc(self, ink: Ink, arc: Arc) -> None:
        stage, painter, colors = self._stage, ink.painter, theme()
        chosen = stage.chosen_arc == (arc.source, arc.target)
        hovered = stage.hovered_arc == (arc.source, arc.target)
        color = colors.color("accent" if chosen else "text-3" if hovered else "link")
        drop = stage.drop
        if (
            drop is not None
            and drop.slot.before is not None
            and (stage.id_of(drop.slot.after), stage.id_of(drop.slot.before))
            == (arc.source, arc.target)
        ):
            color, chosen = colors.color("accent"), True
        width = 2.5 if chosen else 1.5
        start, end = stage.arc_ends(arc)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if not arc.stub:
            painter.setPen(line_pen(color, width))
            painter.drawPath(self.arc_path(arc))
            arrow_head(painter, end, 7, color, down=True)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(start, 2.4, 2.4)
            return
        self._draw_stub(ink, arc, start, arc.level, True, color)
        self._draw_stub(ink, arc, end, arc.target_level, False, color)

    def _draw_stub(
        self, ink: Ink, arc: Arc, at: QPointF, level: int, leaves: bool, color: object
    ) -> None:
        stage, painter = self._stage, ink.painter
        lane = stage.lane_of_block(arc.source if leaves else arc.target)
        y = stage.layout_.arc_height(lane, level)
        side = 1 if leaves else -1
        radius = STUB / min(1.0, max(ink.zoom, 0.6))
        tip = QPointF(at.x() + side * 16, y)
        path = QPainterPath(at)
        _rounded(path, [QPointF(at.x(), y), tip])
        painter.setPen(line_pen(color, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        if not leaves:
            arrow_head(painter, at, 7, color, down=True)
        box = QRectF(0, 0, 2 * radius, 2 * radius)
        box.moveCenter(QPointF(tip.x() + side * radius, y))
        painter.setPen(QPen(color, 1.2))
        painter.setBrush(theme().color("card"))
        painter.drawEllipse(box)
        if ink.zoom >= NAMES_FROM:
            ink.text(box, str(arc.stub), "value", "text-2", CENTRE, elide=False)

    # brackets

    def _draw_brackets(self, ink: Ink, seen: QRectF) -> None:
        """Draw the brackets over lanes that are in sight."""
        stage, colors = self._stage, theme()
        for group in stage.groups:
            lanes: dict[int, list[str]] = {}
            for key in group.keys:
                lanes.setdefault(stage.layout_.lane_of[key], []).append(key)
            for count, (lane, keys) in enumerate(sorted(lanes.items())):
                y = stage.layout_.bracket_height(lane)
                size = 20.0 / min(1.0, max(ink.zoom, 0.6))
                if not y - 7 - size <= seen.bottom() or not seen.top() <= y + 1:
                    continue
                left, right = stage.rect_of(keys[0]).left(), stage.rect_of(keys[-1]).right()
                painter = ink.painter
                painter.setPen(QPen(colors.color("border-strong"), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                path = QPainterPath(QPointF(left + 0.5, y + 0.5))
                if count == 0:
                    path.moveTo(left + 0.5, y + 0.5)
                    path.lineTo(left + 0.5, y - 5.5)
                else:
                    path.moveTo(left + 0.5, y - 5.5)
                path.lineTo(right - 0.5, y - 5.5)
                if lane == max(lanes):
                    path.lineTo(right - 0.5, y + 0.5)
                painter.drawPath(path)
                if ink.zoom < NAMES_FROM:
                    continue
                room = right - left
                place = QRectF(left, y - 7 - size, room, size)
                title = group.title if count == 0 else f"{group.title}, continued"
                used = ink.text(place, title, "section", "text")
                if count == 0:
                    rest = place.adjusted(used + 8, 0, stage.slack_right(right), 0)
                    if ink.width(group.sums, "caption") > rest.width():
                        short = group.sums.split(" · ")[0]
                        if ink.width(short, "caption") <= rest.width():
                            ink.text(rest, short, "caption", "text-2")
                    else:
                        ink.text(rest, group.sums, "caption", "text-2")


def _rounded(path: QPainterPath, points: list[QPointF]) -> None:
    """Go on along corners that are rounded off."""
    for place, corner in enumerate(points[:-1]):
        before, after = path.currentPosition(), points[place + 1]
        into, out = corner - before, after - corner
        long, far = into.manhattanLength(), out.manhattanLength()
        bend = min(BEND, long / 2, far / 2)
        if bend < 0.5:
            path.lineTo(corner)
            continue
        path.lineTo(corner - into * (bend / long))
        path.quadTo(corner, corner + out * (bend / far))
    path.lineTo(points[-1])


__all__ = ["HEIGHT", "WiresItem"]
