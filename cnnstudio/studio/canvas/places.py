"""Where everything on the canvas is now, in the coordinates of the scene."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF

from cnnstudio.studio.canvas.cards import CardItem
from cnnstudio.studio.canvas.drop import Drop
from cnnstudio.studio.canvas.layout import GAP, Arc, Layout
from cnnstudio.studio.canvas.units import HEIGHT, Unit

TARGET_WIDTH = 328.0
"""Width of the place for the first block."""


class Places:
    """The geometric questions that `CanvasScene` answers."""

    document: Any
    items_: dict[str, CardItem]
    units: tuple[Unit, ...]
    groups: tuple[Any, ...]
    layout_: Layout
    area: QRectF
    drop: Drop | None
    _owner: dict[str, str]

    @property
    def empty(self) -> bool:
        """Whether there is nothing but the first block."""
        return len(self.units) == 1 and len(self.units[0].parts) == 1

    def rect_of(self, key: str) -> QRectF:
        """Where a card is now."""
        item = self.items_[key]
        return item.frame().translated(item.pos())

    def part_rect(self, name: str) -> QRectF:
        """Where a block is now."""
        return self.items_[self._owner[name]].part_rect(name)

    def has(self, name: str) -> bool:
        """Whether there is a block of this name."""
        return name in self._owner

    def key_of(self, name: str) -> str:
        """The card that a block is on."""
        return self._owner[name]

    def id_of(self, name: str) -> str:
        """The id of a block."""
        return self.document.design.block(name).id

    def lane_of_block(self, id: str) -> int:
        """The lane of a block."""
        return self.layout_.lane_of[self._owner[self.document.design.block_by_id(id).name]]

    def arc_ends(self, arc: Arc) -> tuple[QPointF, QPointF]:
        """Where an arc touches its cards now."""
        ends = []
        for id, x in ((arc.source, arc.start), (arc.target, arc.end)):
            key = self._owner[self.document.design.block_by_id(id).name]
            shift = self.items_[key].pos().x() - self.layout_.places[key][0]
            ends.append(QPointF(x + shift, self.layout_.tops[self.layout_.lane_of[key]]))
        return ends[0], ends[1]

    def slack_right(self, x: float) -> float:
        """Room to the right of a bracket before something else begins."""
        starts = [self.rect_of(one.keys[0]).left() for one in self.groups if one.keys]
        following = [start for start in starts if start > x]
        return min(following) - x - 12 if following else max(self.area.right() - x - 6, 0.0)

    def block_at(self, point: QPointF) -> str:
        """Name of the block at a point, empty where there is none."""
        for item in self.items_.values():
            frame = item.frame().translated(item.pos())
            if frame.contains(point):
                for part in reversed(item.unit.parts):
                    if self.part_rect(part.name).contains(point):
                        return part.name
                return item.unit.head.name
        return ""

    def port_at(self, point: QPointF) -> str:
        """Key of the card whose output port is at a point, empty where there is none."""
        if self.empty:
            return ""
        for key, item in self.items_.items():
            frame = item.frame().translated(item.pos())
            if (point - QPointF(frame.right(), frame.center().y())).manhattanLength() <= 8:
                return key
        return ""

    def target_rect(self) -> QRectF:
        """The place for the first block of an empty design."""
        frame = self.rect_of(self.units[0].key)
        return QRectF(frame.right() + 96, frame.top(), TARGET_WIDTH, frame.height())

    def slot_rect(self) -> QRectF:
        """The place that is open for what is dragged."""
        assert self.drop is not None
        if self.empty:
            return self.target_rect()
        slot, width = self.drop.slot, self.drop.width
        if self.drop.opens:
            left = slot.x - width / 2 if self._followed(slot.after) else slot.x + GAP / 2
            return QRectF(left, slot.y - HEIGHT / 2, width, HEIGHT)
        return QRectF(slot.x - 3, slot.y - HEIGHT / 2, 6, HEIGHT)

    def _followed(self, name: str) -> bool:
        key = self._owner[name]
        lane = self.layout_.lanes[self.layout_.lane_of[key]]
        return lane[-1].key != key
