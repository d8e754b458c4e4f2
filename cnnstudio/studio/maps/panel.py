"""What all panels with maps share: block picker, legend, maps, read-out, export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.design import Design
from cnnstudio.inspection import Look, limits_of
from cnnstudio.layers import Input
from cnnstudio.studio.figure import Figure, FigureMenu, figure_button
from cnnstudio.studio.maps.block_picker import BlockPicker
from cnnstudio.studio.maps.colour_bar import ColourBar
from cnnstudio.studio.maps.contents import Maps
from cnnstudio.studio.maps.enlarging import EnlargingSplitter
from cnnstudio.studio.sight import Sight
from cnnstudio.studio.theme import Line, label
from cnnstudio.studio.turns import turns

if TYPE_CHECKING:
    from cnnstudio.studio.workbench import Workbench

SHARED = {"map": "each map’s own range", "block": "one range", "all": "one range for all blocks"}

LEAST_WIDTH = 476
FOOTER_FROM = 170
"""Height of a panel from which there is a line below the maps."""


class MapsPanel(QWidget):
    """Base of the panels; a subclass says which maps belong to a block.

    Attributes
    ----------
    splitter : EnlargingSplitter
    view, detail : MosaicView
        The splitter's.
    picker : BlockPicker
    """

    empty = "Train, or draw a design without errors, to see maps"

    def __init__(self, workbench: Workbench, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.look: Look | None = None
        self.block = ""
        self._stale = True
        self.sight = Sight(self)
        self.sight.entered.connect(self._entered)
        self.picker = BlockPicker(self)
        self.picker.activated.connect(self._picked)
        self.picker.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.info = Line("", "caption")
        self.bar = ColourBar(self)
        self.splitter = EnlargingSplitter(self)
        self.splitter.said.connect(self._say)
        self.view, self.detail = self.splitter.view, self.splitter.detail
        self.view.setObjectName(name)
        self.read_out = Line("", "caption", "text-2")
        self.notice = label("", "caption", "text-2")
        self._build()
        bench = workbench
        bench.document.selection_changed.connect(self._selected)
        bench.probes.current_changed.connect(self.update_maps)
        bench.view.changed.connect(self.update_maps)
        bench.inspector.look_ready.connect(self._looked)
        bench.inspector.skipped.connect(self.update_maps)
        bench.training.run_changed.connect(self.update_maps)

    # to be filled in

    def maps_of(self, look: Look, name: str) -> Maps | None:
        """The maps of a block; None where it has none."""
        raise NotImplementedError

    def describe(self, look: Look, name: str, maps: Maps | None) -> str:
        """One line about what is shown."""
        raise NotImplementedError

    def missing(self, look: Look, name: str) -> str:
        """Why a block has no maps."""
        return ""

    # layout

    def _build(self) -> None:
        self.header = QHBoxLayout()
        self.header.setContentsMargins(8, 4, 12, 0)
        self.header.setSpacing(8)
        self.header.addWidget(self.picker)
        self.header.addWidget(self.info, 1)
        self.header.addWidget(self.bar)
        self.header.addWidget(figure_button(self.figure, "the maps", self))
        self._footer = QWidget(self)
        footer = QHBoxLayout(self._footer)
        footer.setContentsMargins(12, 0, 12, 6)
        footer.setSpacing(10)
        footer.addWidget(self.read_out, 1)
        footer.addWidget(self.notice)
        self.setMinimumWidth(LEAST_WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(self.header)
        layout.addWidget(self.splitter, 1)
        layout.addWidget(self._footer)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the height of a low panel to the maps; values are then told in the first line."""
        super().resizeEvent(event)
        low = self.height() < FOOTER_FROM
        if low == self._footer.isHidden():
            return
        self._footer.setVisible(not low)
        row = self.header if low else self._footer.layout()
        row.insertWidget(1 if low else 0, self.read_out, 1)
        self._say(self.read_out.text())

    @Slot(str)
    def _say(self, text: str) -> None:
        """Tell what is under the pointer."""
        self.read_out.setText(text)
        self.info.setVisible(not (text and self._footer.isHidden()))
        self.read_out.setVisible(bool(text) or not self._footer.isHidden())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy or save the maps."""
        menu = FigureMenu(self.figure, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    # what is shown

    @Slot()
    def _entered(self) -> None:
        """Catch up with what happened while nobody looked."""
        if self._stale:
            self._selected()

    @Slot()
    def _looked(self) -> None:
        turns().soon(self.update_maps)

    @Slot()
    def _selected(self) -> None:
        selection = self.workbench.document.selection
        if selection:
            self.block = selection[0]
        self.update_maps()

    @Slot(int)
    def _picked(self, place: int) -> None:
        self.block = self.picker.itemText(place)
        design = self.workbench.document.design
        if self.look is not None and self.block in self.look.design:
            here = design.block_by_id(self.look.design.block(self.block).id)
            if here is not None:
                self.workbench.document.select((here.name,))
        self.update_maps()

    def _find(self) -> tuple[Look | None, str]:
        inspector = self.workbench.inspector
        look, name = inspector.panel_look(self.block)
        if look is None:
            look = inspector.run_look or inspector.preview_look
            known = {*self.workbench.document.design.names}
            if look is not None and name not in known.union(look.design.names):
                name = self.default(look.design)
        return look, name

    def _refusal(self, name: str) -> str:
        """Why a block of the canvas has no maps, if more than a moment's patience is needed."""
        row = self.workbench.document.analysis.row(name)
        if row.status == "ok":
            return self.workbench.inspector.note
        return f"{name} waits for {row.waiting_for}" if row.waiting_for else f"{name} does not fit"

    def default(self, design: Design) -> str:
        """The block shown while none is selected."""
        for block in design.blocks:
            if not isinstance(block.layer, Input):
                return block.name
        return design.names[0]

    def first_with_weights(self, design: Design) -> str:
        """The first block with weights, for panels that show nothing else."""
        look = self.workbench.inspector.run_look or self.workbench.inspector.preview_look
        return next((n for n in design.names if look and n in look.weights), design.names[0])

    @Slot()
    def update_maps(self, *_: object) -> None:
        """Show what is true now, as soon as somebody sees it."""
        self._stale = not self.sight.seen
        if self._stale:
            return
        look, name = self._find()
        self.look, self.block = look, name
        self.picker.offer(None if look is None else look.design, name)
        if look is None or name not in look.activations:
            note = self.workbench.inspector.note or self.empty
            self.splitter.show_maps(None, message=note if look is None else self._refusal(name))
            self.info.setText("")
            self.bar.hide()
            self._notice(None)
            return
        maps = self.maps_of(look, name)
        colours = self.workbench.view.colours
        self.splitter.show_maps(maps, colours, self.missing(look, name) if maps is None else "")
        self.info.setText(self.describe(look, name, maps))
        self.bar.setVisible(maps is not None)
        if maps is not None:
            one = np.ndim(maps.top) == 0
            shared = SHARED[self.workbench.view.range]
            self.bar.show_range(maps.signed, float(maps.top) if one else None, colours, shared)
        self._notice(maps)

    def ranged(self, maps: np.ndarray, everything: list[np.ndarray], **rest: object) -> Maps:
        """Maps with the range that the view bar asks for.

        Parameters
        ----------
        maps : ndarray (count, rows, columns)
        everything : list of ndarray
            What a range for all blocks covers.
        """
        wanted = self.workbench.view.range
        signed, top = limits_of(maps, each=wanted == "map")
        if wanted == "all":
            top = max((float(limits_of(array)[1]) for array in everything), default=top)
        return Maps(maps, signed, top, **rest)

    def when(self, look: Look) -> str:
        """Which weights a look is about: ``epoch 8``, ``untrained``."""
        if look.source == "preview":
            return "not trained"
        return f"epoch {look.epoch}" if look.epoch else "initial weights"

    def _notice(self, maps: Maps | None) -> None:
        dead = 0 if maps is None or maps.dead is None else int(maps.dead.sum())
        text = f"{dead} of {len(maps.values)} dead for all probes" if dead else ""
        self.notice.setText(text)

    def figure(self) -> Figure | None:
        """The mosaic as a picture."""
        return self.view.figure(f"{self.block} {self.view.objectName().removeprefix('view_')}")


def texts(*parts: str) -> str:
    """Parts of a line that are not empty, with dots between them."""
    return " · ".join(part for part in parts if part)
