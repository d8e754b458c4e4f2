"""The list of blocks in front of maps: chooses the block that is shown."""

from __future__ import annotations

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from cnnstudio.design import Design
from cnnstudio.studio.theme import mark, theme


class BlockPicker(QComboBox):
    """Chooses a block of the design that is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self.setIconSize(QSize(14, 14))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setMaxVisibleItems(24)
        self.setAccessibleName("Block shown")
        self.setToolTip("Block shown; it is also the selected one on the canvas")
        mark(self, flat=True)
        theme().changed.connect(self._repaint_icons)
        self._design: Design | None = None

    def offer(self, design: Design | None, current: str) -> None:
        """List the blocks of a design, one of them chosen."""
        names = () if design is None else design.names
        self.blockSignals(True)
        if design is not self._design:
            self._design = design
            if names != self._names or self.count() == 0:
                self._names = names
                self.clear()
                self.addItems(names)
            self._repaint_icons()
        self.setCurrentIndex(names.index(current) if current in names else -1)
        self.blockSignals(False)
        self.setEnabled(bool(names))

    @Slot()
    def _repaint_icons(self) -> None:
        for place, block in enumerate(() if self._design is None else self._design.blocks):
            layer = block.layer
            self.setItemIcon(place, theme().icon(layer.icon, layer.family))
