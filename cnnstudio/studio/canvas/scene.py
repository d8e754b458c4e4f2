"""The scene observes the document: cards come, go and move by block id, nothing is written back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import (
    QAbstractAnimation,
    QEasingCurve,
    QObject,
    QPointF,
    QRectF,
    QVariantAnimation,
    Signal,
    Slot,
)
from PySide6.QtWidgets import QGraphicsScene

from cnnstudio.design import Row
from cnnstudio.studio import numbers
from cnnstudio.studio.canvas.cards import EMPTY_HEIGHT, EMPTY_WIDTH, CardItem
from cnnstudio.studio.canvas.drop import Drop, fits
from cnnstudio.studio.canvas.layout import GAP, MARGIN, Arc, Layout, lay_out
from cnnstudio.studio.canvas.mosaic import Maps
from cnnstudio.studio.canvas.overlay import OverlayItem
from cnnstudio.studio.canvas.units import HEIGHT, Part, Unit, brackets, group
from cnnstudio.studio.canvas.wires import WiresItem
from cnnstudio.studio.theme import METRICS, theme

BELOW = 64.0
"""Room under the lowest lane, for pills and the legend."""

SHORT_TITLES = {"mnist5k": "MNIST 5k"}
"""Names of data sets that fit on a card."""

TARGET_WIDTH = 328.0
"""Width of the place for the first block."""


class CanvasScene(QGraphicsScene):
    """Cards and wires of the document's design.

    Attributes
    ----------
    items_ : dict of str to CardItem
        By the id of the head block.
    layout_ : Layout
    zoom : float
        What the view shows; decides how much is written on the cards.
    drop : Drop or None
        What is being dragged, and where it would go.
    hovered : str
        Name of the block under the pointer.
    current : str
        Name of the block that the keyboard is at.
    refused : dict of str to str
        Cards that a connection cannot go to, with the reason.
    """

    laid_out = Signal()

    def __init__(self, workbench: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.bench, self.document = workbench, workbench.document
        self.maps = Maps(workbench)
        self.zoom = 1.0
        self.widest = 2000.0
        self.room_below: dict[str, float] = {}
        self.drop: Drop | None = None
        self.lit: type | None = None
        self._legal: dict[str, bool] = {}
        self.hovered = ""
        self.hovered_arc: tuple[str, str] | None = None
        self.chosen_arc: tuple[str, str] | None = None
        self.current = ""
        self.focused = False
        self.port = ""
        self.connecting: tuple[str, QPointF] | None = None
        self.connect_target = ""
        self.refused: dict[str, str] = {}
        self.moving: frozenset[str] = frozenset()
        self.empty_height = self.view_height = 0.0
        self.preview_note = ""
        self.units: tuple[Unit, ...] = ()
        self.groups: tuple[Any, ...] = ()
        self.items_: dict[str, CardItem] = {}
        self._owner: dict[str, str] = {}
        self._arranged: tuple[Any, ...] = ()
        self._selection: frozenset[str] = frozenset()
        self._outdated: frozenset[str] = frozenset()
        self._shift: dict[str, float] = {}
        self._from: dict[str, float] = {}
        self._slide = QVariantAnimation(self)
        self._slide.setDuration(METRICS.slide_ms)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.setStartValue(0.0)
        self._slide.setEndValue(1.0)
        self._slide.valueChanged.connect(self._slid)
        self.area = QRectF(0, 0, 100, 100)
        self.setSceneRect(self.area)
        self.wires, self.overlay = WiresItem(self), OverlayItem(self)
        self.addItem(self.wires)
        self.addItem(self.overlay)
        self.document.changed.connect(self.refresh)
        self.document.selection_changed.connect(self._select)
        self.document.preview_changed.connect(self._preview)
        theme().changed.connect(self.redraw)
        for source, signals in (
            (workbench.inspector, ("skipped",)),
            (workbench.probes, ("changed", "current_changed")),
            (workbench.view, ("changed",)),
            (workbench, ("dataset_changed",)),
        ):
            for name in signals:
                if hasattr(source, name):
                    signal = getattr(source, name)
                    signal.connect(self._skipped if name == "skipped" else self.redraw)
        if workbench.inspector is not None:
            workbench.inspector.look_ready.connect(self.refresh_cards)
        self.refresh()

    # what cards ask

    @property
    def empty(self) -> bool:
        """Whether there is nothing but the first block."""
        return len(self.units) == 1 and len(self.units[0].parts) == 1

    @property
    def selection(self) -> frozenset[str]:
        """Names of the selected blocks."""
        return self._selection

    @property
    def data_title(self) -> str:
        """Name of the data set, where it is what the input reads."""
        dataset = getattr(self.bench, "dataset", None)
        name = str(getattr(dataset, "name", "") or "")
        return SHORT_TITLES.get(name, str(getattr(dataset, "title", "") or name))

    def takes(self, key: str) -> bool:
        """Whether the connection being dragged may end at a card."""
        return (
            self.connecting is not None
            and key not in self.refused
            and bool(self.connect_target and self._owner.get(self.connect_target) == key)
        )

    def shows_port(self, key: str) -> bool:
        """Whether a card shows its output port."""
        if self.connecting is not None or self.drop is not None or self.empty:
            return False
        return self.port == key or (bool(self.hovered) and self._owner.get(self.hovered) == key)

    def is_outdated(self, unit: Unit) -> bool:
        """Whether the pictures of a card would change with what is being tried out."""
        return bool(self._outdated) and any(name in self._outdated for name in unit.names)

    def is_outdated_name(self, name: str) -> bool:
        """Whether the picture of a block would change with what is being tried out."""
        return name in self._outdated

    def is_stale(self, name: str) -> bool:
        """Whether a block was edited since the run, or reads something else than in the run."""
        training, inspector = self.bench.training, self.bench.inspector
        if getattr(training, "run", None) is None or not hasattr(inspector, "is_of_run"):
            return False
        if getattr(inspector, "run_look", None) is None:
            return False
        return self.document.analysis.row(name).status == "ok" and not inspector.is_of_run(name)

    def verdicts(self, part: Part) -> tuple[str, ...]:
        """What a softmax says of the probe, the most exact first; nothing for other blocks."""
        if part.kind != "bars":
            return ()
        values = self.maps.values(part.name)
        if values is None or values.ndim != 1:
            return (numbers.NOTHING,)
        best = int(values.argmax())
        names = getattr(getattr(self.bench, "dataset", None), "class_names", ())
        label = names[best] if best < len(names) and len(names) == len(values) else str(best)
        look = self.maps.look(part.name)
        if getattr(look, "source", "run") == "preview":
            return ("not trained", "untrained")
        share = float(values[best])
        return (
            f"“{label}” · {numbers.percent(share)}",
            f"“{label}” {numbers.percent(share, 0)}",
            f"“{label}”",
        )

    # geometry

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

    # the document changes

    @Slot()
    def refresh(self) -> None:
        """Show the document's design: cards that stay are kept."""
        self.drop, self.lit, self.connecting = None, None, None
        self.refused, self._shift, self._outdated = {}, {}, frozenset()
        self.moving = frozenset()
        self._slide.stop()
        analysis = self.document.analysis
        self.units = group(analysis)
        self.groups = brackets(self.units)
        wanted = {unit.key: unit for unit in self.units}
        for key in [key for key in self.items_ if key not in wanted]:
            self.removeItem(self.items_.pop(key))
        for key, unit in wanted.items():
            if key in self.items_:
                self.items_[key].show_unit(unit)
            else:
                self.items_[key] = CardItem(unit, self)
                self.addItem(self.items_[key])
        self._owner = {name: unit.key for unit in self.units for name in unit.names}
        self._selection = frozenset(self.document.selection)
        if self.hovered not in self._owner:
            self.hovered = ""
        if self.current not in self._owner:
            self.current = self.document.selection[-1] if self.document.selection else ""
        self.chosen_arc = self.hovered_arc = None
        self.port = ""
        self.arrange()

    def rearrange(self) -> None:
        """Lay everything out again if anything is another than the last time."""
        if self._arranged != self._circumstances():
            self.arrange()

    def _circumstances(self) -> tuple[Any, ...]:
        room = tuple(self.room_below.items())
        return id(self.units), self.widest, room, self.empty_height, self.view_height

    def arrange(self) -> None:
        """Lay everything out again."""
        self._arranged = self._circumstances()
        self.layout_: Layout = lay_out(
            self.document.design, self.units, self.widest, self.room_below
        )
        for key, (x, y) in self.layout_.places.items():
            self.items_[key].setPos(x + self._shift.get(key, 0.0), y)
        self.wires.prepareGeometryChange()
        self.overlay.prepareGeometryChange()
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
        self.repaint()
        self.laid_out.emit()

    @Slot()
    def repaint(self) -> None:
        """Paint again; only the cards that look different now are drawn afresh."""
        self.refresh_cards()
        self.update()

    @Slot()
    def refresh_cards(self) -> None:
        """Draw the cards afresh that look different now; soon those with other maps only."""
        for item in self.items_.values():
            item.refresh()

    @Slot()
    def redraw(self) -> None:
        """Draw every card afresh: the theme, the choices of the view bar or the maps changed."""
        for item in self.items_.values():
            item.update()
        self.repaint()

    @Slot(object)
    def _skipped(self, reason: object) -> None:
        self.preview_note = str(reason or "")
        self.redraw()

    @Slot()
    def _select(self) -> None:
        self._selection = frozenset(self.document.selection)
        self.refresh_cards()

    @Slot()
    def _preview(self) -> None:
        tried = self.document.preview_analysis
        self._outdated = frozenset(changes(self.document.analysis, tried)) if tried else frozenset()
        self.repaint()

    # dragging

    def light(self, layer: Any) -> None:
        """Light up the places where a layer fits; None puts the lights out."""
        self.lit, self._legal = layer, {}
        self.repaint()

    def is_legal(self, after: str) -> bool:
        """Whether the layer whose places are lit fits behind a block."""
        if after not in self._legal:
            row = self.document.analysis.row(after)
            self._legal[after] = self.lit is not None and fits(self.lit, row.output_shape)
        return self._legal[after]

    def show_drop(self, drop: Drop | None) -> None:
        """Show where what is dragged would go; neighbours make room."""
        before = self.drop
        self.drop = drop
        wanted = self._room() if drop is not None and drop.opens else {}
        if (before and before.slot) != (drop and drop.slot) or drop is None:
            self._from = dict(self._current_shift())
            self._shift = wanted
            if drop is None:
                self._slide.stop()
                self._place(1.0)
            else:
                self._slide.stop()
                self._slide.start(QAbstractAnimation.DeletionPolicy.KeepWhenStopped)
        self.overlay.prepareGeometryChange()
        self.repaint()

    def settle(self) -> None:
        """End the slide at once."""
        if self._slide.state() == QAbstractAnimation.State.Running:
            self._slide.stop()
            self._place(1.0)

    def _room(self) -> dict[str, float]:
        assert self.drop is not None
        if self.empty or not self._followed(self.drop.slot.after):
            return {}
        half = (self.drop.width + GAP) / 2
        key = self._owner[self.drop.slot.after]
        lane = self.layout_.lanes[self.layout_.lane_of[key]]
        keys = [unit.key for unit in lane]
        cut = keys.index(key) + 1
        return {k: -half for k in keys[:cut]} | {k: half for k in keys[cut:]}

    def _current_shift(self) -> Mapping[str, float]:
        places = self.layout_.places
        return {
            key: item.pos().x() - places[key][0]
            for key, item in self.items_.items()
            if item.pos().x() != places[key][0]
        }

    @Slot(object)
    def _slid(self, share: float) -> None:
        self._place(share)

    def _place(self, share: float) -> None:
        for key, item in self.items_.items():
            x, y = self.layout_.places[key]
            start, end = self._from.get(key, 0.0), self._shift.get(key, 0.0)
            if start or end or item.pos().x() != x:
                item.setPos(x + start + (end - start) * share, y)
        self.update()


def changes(now: Any, tried: Any) -> dict[str, tuple[Row, Row | None]]:
    """Rows that a hypothetical design changes, by present name, with what they become."""
    after = {row.block.id: row for row in tried.rows}
    found = {}
    for row in now.rows:
        other = after.get(row.block.id)
        if other is None or (
            (row.status, row.output_shape, row.parameters)
            != (other.status, other.output_shape, other.parameters)
        ):
            found[row.name] = (row, other)
    return found
