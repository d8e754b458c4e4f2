"""Which look may be shown for a block of the canvas: the run's, the preview's or none."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject

from cnnstudio.design import Analysis, Design, analyse
from cnnstudio.inspection import Look
from cnnstudio.studio.document import Document


class Looks(QObject):
    """A look at the run and a look at the design on the canvas; `Inspector` renews both.

    Blocks are the same when their ids are, whatever they were renamed to since.

    Attributes
    ----------
    run_look : Look or None
        The run's network after its last epoch, with the probes.
    preview_look : Look or None
        The canvas' design with initial weights, without the blocks that cannot run.
    """

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.run_look: Look | None = None
        self.preview_look: Look | None = None
        self._analysed: Analysis | None = None
        self._renamed: tuple[Look, Design, Look] | None = None

    def look_for(self, name: str) -> Look | None:
        """The look that a card may show for a block of the canvas.

        The run's while id, layer and input shapes are the run's, else the preview's.
        """
        if self.is_of_run(name):
            return self._named(self.run_look)
        preview = self.preview_look
        return preview if preview is not None and name in preview.activations else None

    def panel_look(self, name: str) -> tuple[Look | None, str]:
        """The look that a panel shows for a block of the canvas, and the block's name in it.

        Panels show the run's design wherever it has the block, whatever was edited since.
        """
        design, run = self._document.design, self.run_look
        if run is not None:
            block = run.design.block_by_id(design.block(name).id) if name in design else None
            if block is not None:
                return run, block.name
        preview = self.preview_look
        if preview is not None and name in preview.activations:
            return preview, name
        return None, name

    def is_of_run(self, name: str) -> bool:
        """Whether the run's look may be shown for a block of the canvas."""
        run, document = self.run_look, self._document
        if run is None or name not in document.design:
            return False
        row = document.analysis.row(name)
        block = run.design.block_by_id(row.block.id)
        if block is None or block.layer != row.layer or row.output_shape is None:
            return False
        return self._analysis(run.design).row(block.name).input_shapes == row.input_shapes

    def _analysis(self, design: Design) -> Analysis:
        """Of the run's design, which every edit would push out of what `analyse` remembers."""
        if self._analysed is None or self._analysed.design is not design:
            self._analysed = analyse(design)
        return self._analysed

    def _named(self, found: Look) -> Look:
        """The run's look with the names that its blocks have on the canvas now."""
        design = self._document.design
        if found.design.names == design.names:
            return found
        if self._renamed is None or self._renamed[0] is not found or self._renamed[1] is not design:
            self._renamed = (found, design, _rename(found, design))
        return self._renamed[2]


def _rename(found: Look, design: Design) -> Look:
    """A look whose blocks have the names they have in another design."""
    now = {block.id: block.name for block in design.blocks}
    names = {block.name: now[block.id] for block in found.design.blocks if block.id in now}

    def renamed(table: Mapping[str, Any]) -> dict[str, Any]:
        return {names[name]: value for name, value in table.items() if name in names}

    tables = ("activations", "weights", "output_gradients", "weight_gradients", "dead", "positive")
    return dataclasses.replace(found, **{name: renamed(getattr(found, name)) for name in tables})
