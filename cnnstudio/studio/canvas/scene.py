"""The scene observes the document: cards come, go and move by block id, nothing is written back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QPointF, QRectF, Signal, Slot

from cnnstudio.studio import numbers
from cnnstudio.studio.canvas.cards import CardItem
from cnnstudio.studio.canvas.drop import Drop, fits
from cnnstudio.studio.canvas.layout import GAP
from cnnstudio.studio.canvas.mosaic import Maps
from cnnstudio.studio.canvas.outcome import changes
from cnnstudio.studio.canvas.overlay import OverlayItem
from cnnstudio.studio.canvas.places import Places
from cnnstudio.studio.canvas.slide import Slide
from cnnstudio.studio.canvas.units import HEIGHT, Part, Unit, group
from cnnstudio.studio.canvas.wires import WiresItem
from cnnstudio.studio.theme import theme

SHORT_TITLES = {"mnist5k": "MNIST 5k"}
"""Names of data sets that fit on a card."""


class CanvasScene(Places):
    """Cards and wires of the document's design.

    Attributes
    ----------
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
        super().__init__(workbench.document, parent)
        self.bench = workbench
        self.maps = Maps(workbench)
        self.zoom = 1.0
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
        self._selection: frozenset[str] = frozenset()
        self._outdated: frozenset[str] = frozenset()
        self._slide = Slide(self)
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
                    signal.connect(self.redraw)
        if workbench.inspector is not None:
            workbench.inspector.look_ready.connect(self.refresh_cards)
        self.refresh()

    # what cards ask

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
            and self.is_on(self.connect_target, key)
        )

    def shows_port(self, key: str) -> bool:
        """Whether a card shows its output port."""
        if self.connecting is not None or self.drop is not None or self.empty:
            return False
        return self.port == key or self.is_on(self.hovered, key)

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
        analysis = self.document.analysis
        if name not in analysis.design:
            return False  # a card may be painted once more before the scene follows the document
        return analysis.row(name).status == "ok" and not inspector.is_of_run(name)

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

    def slot_rect(self) -> QRectF:
        """The place that is open for what is dragged."""
        assert self.drop is not None
        if self.empty:
            return self.target_rect()
        slot, width = self.drop.slot, self.drop.width
        if self.drop.opens:
            left = slot.x - width / 2 if self.is_followed(slot.after) else slot.x + GAP / 2
            return QRectF(left, slot.y - HEIGHT / 2, width, HEIGHT)
        return QRectF(slot.x - 3, slot.y - HEIGHT / 2, 6, HEIGHT)

    # the document changes

    @Slot()
    def refresh(self) -> None:
        """Show the document's design: cards that stay are kept."""
        self.drop, self.lit, self.connecting = None, None, None
        self.refused, self._outdated, self.moving = {}, frozenset(), frozenset()
        self._slide.forget()
        self.show_units(group(self.document.analysis))
        wanted = {unit.key: unit for unit in self.units}
        for key in [key for key in self.items_ if key not in wanted]:
            self.removeItem(self.items_.pop(key))
        for key, unit in wanted.items():
            if key in self.items_:
                self.items_[key].show_unit(unit)
            else:
                self.items_[key] = CardItem(unit, self)
                self.addItem(self.items_[key])
        self._selection = frozenset(self.document.selection)
        if not self.has(self.hovered):
            self.hovered = ""
        if not self.has(self.current):
            self.current = self.document.selection[-1] if self.document.selection else ""
        self.chosen_arc = self.hovered_arc = None
        self.port = ""
        self.arrange()

    def rearrange(self) -> None:
        """Lay everything out again if anything is another than the last time."""
        if not self.is_arranged:
            self.arrange()

    def arrange(self) -> None:
        """Lay everything out again."""
        self.wires.prepareGeometryChange()
        self.overlay.prepareGeometryChange()
        self.put(self._slide.shift)
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
        before, self.drop = self.drop, drop
        if drop is None:
            self._slide.end()
        elif before is None or before.slot != drop.slot:
            if drop.opens:
                self._slide.open(drop.slot.after, drop.width)
            else:
                self._slide.close()
        self.overlay.prepareGeometryChange()
        self.repaint()

    def settle(self) -> None:
        """End the slide at once."""
        self._slide.settle()
