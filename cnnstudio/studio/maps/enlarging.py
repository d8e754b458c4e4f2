"""All maps of a block, and beside them the chosen one enlarged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QWidget

from cnnstudio.studio.maps.contents import Maps
from cnnstudio.studio.maps.mosaic_view import MosaicView, Pointed


class EnlargingSplitter(QSplitter):
    """Enlarges the current map, and tells what is under the pointer.

    Attributes
    ----------
    view : MosaicView
        All maps.
    detail : MosaicView
        The chosen one, enlarged; hidden while none is chosen.

    Signals
    -------
    said
        A line about the pixel under the pointer, else about the chosen map; empty without both.
    """

    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._colours = "viridis"
        self.view = MosaicView()
        self.view.pointed.connect(self._pointed)
        self.view.current_changed.connect(self._enlarge)
        self.detail = MosaicView(largest=2000.0)
        self.detail.setAccessibleName("Enlarged map")
        self.detail.pointed.connect(self._pointed_in_detail)
        self.detail.hide()
        self.addWidget(self.view)
        self.addWidget(self.detail)
        self.setChildrenCollapsible(False)
        self.setStretchFactor(0, 3)
        self.setStretchFactor(1, 2)

    def show_maps(self, maps: Maps | None, colours: str = "viridis", message: str = "") -> None:
        """Show maps, or a message where there are none."""
        self._colours = colours
        self.view.show_maps(maps, colours, message)
        self._enlarge(self.view.current)

    def say_current(self) -> None:
        """Tell about the chosen map."""
        maps, index = self.view.maps, self.view.current
        chosen = maps is not None and 0 <= index < len(maps.values)
        self.said.emit(maps.describe(index) if chosen else "")

    @Slot(object)
    def _pointed(self, found: Pointed | None) -> None:
        maps = self.view.maps
        if found is None or maps is None:
            self.say_current()
            return
        self.said.emit(maps.describe_value(found.index, found.row, found.column, found.value))

    @Slot(object)
    def _pointed_in_detail(self, found: Pointed | None) -> None:
        self._pointed(None if found is None else replace(found, index=self.view.current))

    def _make_room(self) -> None:
        """Show the enlarged map in a square; what stands beside it shares the rest as before."""
        *others, _ = self.sizes()
        if not any(others):  # not laid out yet
            others = [1] * len(others)
        room = self.height() + 24
        share = max(self.width() - room, room) / sum(others)
        self.detail.show()
        self.setSizes([*(round(share * size) for size in others), room])

    @Slot(int)
    def _enlarge(self, index: int) -> None:
        maps = self.view.maps
        alone = maps is not None and (len(maps.values) == 1 or maps.values[0].size == 1)
        if maps is None or alone or not 0 <= index < len(maps.values):
            self.detail.hide()
        else:
            top = maps.top if np.ndim(maps.top) == 0 else maps.top[index]
            one = Maps(maps.values[index : index + 1], maps.signed, top)
            if not self.detail.isVisible():
                self._make_room()
            self.detail.show_maps(one, self._colours)
        self.say_current()
