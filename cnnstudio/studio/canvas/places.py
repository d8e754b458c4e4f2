"""Where the cards of a scene are: which card a block is on, and what is at a point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from cnnstudio.studio.canvas.cards import EMPTY_HEIGHT, EMPTY_WIDTH, CardItem
from cnnstudio.studio.canvas.layout import MARGIN, Arc, Layout, lay_out
from cnnstudio.studio.canvas.units import Group, Unit, brackets

BELOW = 64.0
"""Room under the lowest lane, for pills and the legend."""

TARGET_WIDTH = 328.0
"""Width of the place for the first block."""


class Places(QGraphicsScene):
    """A scene that knows where each block of the document's design is.

    Attributes
    ----------
    units : tuple of Unit
        What the cards show, in the order of the design.
    groups : tuple of Group
    items_ : dict of str to CardItem
        By the id of the head block.
    layout_ : Layout
    area : QRectF
        What there is to see.
    widest : float
        Width that a lane may have.
    room_below : dict of str to float
        Height to keep free under cards.
    view_height : float
        Height of the view.
    empty_height : float
        Height above what the window shows below an empty pipeline.
    """

    layout_: Layout

    def __init__(self, document: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.document = document
        self.units: tuple[Unit, ...] = ()
        self.groups: tuple[Group, ...] = ()
        self.items_: dict[str, CardItem] = {}
        self._owner: dict[str, str] = {}
        self.widest = 2000.0
        self.room_below: dict[str, float] = {}
        self.empty_height = self.view_height = 0.0
        self._arranged: tuple[Any, ...] = ()
        self.area = QRectF(0, 0, 100, 100)
        self.setSceneRect(self.area)

    def show_units(self, units: tuple[Unit, ...]) -> None:
        """Take other units; their cards are placed with the next `put`."""
        self.units, self.groups = units, brackets(units)
        self._owner = {name: unit.key for unit in units for name in unit.names}

    @property
    def is_arranged(self) -> bool:
        """Whether all is as it was when the cards were put in their places."""
        return self._arranged == self._circumstances()

    def _circumstances(self) -> tuple[Any, ...]:
        room = tuple(self.room_below.items())
        return id(self.units), self.widest, room, self.empty_height, self.view_height

    def put(self, shift: Mapping[str, float]) -> None:
        """Put all cards in their places, some of them shifted sideways."""
        self._arranged = self._circumstances()
        self.layout_ = lay_out(self.document.design, self.units, self.widest, self.room_below)
        for key, (x, y) in self.layout_.places.items():
            self.items_[key].setPos(x + shift.get(key, 0.0), y)
        if self.empty:
            width = EMPTY_WIDTH + 96 + TARGET_WIDTH
            top = self.layout_.tops[0]
            # What stands below an empty pipeline begins at `empty_height`.
            above = max(self.empty_height / 2 - EMPTY_HEIGHT / 2, 8)
            high = max(self.view_height, EMPTY_HEIGHT + 2 * above) - 2
            self.area = QRectF(-MARGIN, top - above, width + 2 * MARGIN, high)
        else:
            self.area = QRectF(
                -MARGIN,
                0,
                self.layout_.width + 2 * MARGIN,
                self.layout_.height + max(BELOW - self.layout_.spare, 8.0),
            )
        self.setSceneRect(self.area)

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

    def is_on(self, name: str, key: str) -> bool:
        """Whether there is a block of this name and it is on a card."""
        return self._owner.get(name) == key

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

    def is_followed(self, name: str) -> bool:
        """Whether another card stands behind a block in its lane."""
        key = self._owner[name]
        lane = self.layout_.lanes[self.layout_.lane_of[key]]
        return lane[-1].key != key
