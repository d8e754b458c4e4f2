"""Feature maps: what a block makes of the current probe image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from cnnstudio.design import Design
from cnnstudio.inspection import Look, as_maps, shown_block
from cnnstudio.layers import Conv
from cnnstudio.studio import numbers
from cnnstudio.studio.maps.contents import Maps
from cnnstudio.studio.maps.panel import MapsPanel, texts

if TYPE_CHECKING:
    from cnnstudio.studio.workbench import Workbench


class FeatureMapsPanel(MapsPanel):
    """The outputs of a block, before or after its activation."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(workbench, "view_maps", parent)
        self.view.setAccessibleName("Feature maps")

    def default(self, design: Design) -> str:
        """The first convolution."""
        for block in design.blocks:
            if isinstance(block.layer, Conv):
                return block.name
        return super().default(design)

    def maps_of(self, look: Look, name: str) -> Maps | None:
        """Outputs for the current probe image."""
        probe = min(self.workbench.probes.current, len(look.images) - 1)
        shown = shown_block(look.design, name, self.workbench.view.maps)
        output = as_maps(look.activations[shown][probe])
        everything = []
        if self.workbench.view.range == "all":
            mode = self.workbench.view.maps
            names = {shown_block(look.design, other, mode) for other in look.design.names[1:]}
            everything = [look.activations[other][probe] for other in names]
        noun = "unit" if output[0].size == 1 else "map"
        return self.ranged(output, everything, dead=look.dead[shown], noun=noun)

    def describe(self, look: Look, name: str, maps: Maps | None) -> str:
        """Size, before or after which activation, epoch."""
        shape = look.activations[name].shape[1:]
        shown = shown_block(look.design, name, self.workbench.view.maps)
        place = "" if shown == name else f"after {shown}"
        if shown in [block.name for block in look.design.sources(name)]:
            place = f"before {name}"
        elif shown == name and self.workbench.view.maps == "before":
            after = shown_block(look.design, name, "after")
            place = f"before {after}" if after != name else ""
        if len(shape) == 1:
            size = numbers.count(shape[0], "unit")
        else:
            size = f"{numbers.count(shape[0], 'map')} of {numbers.shape(shape[1:])}"
        return texts(size, place, self.when(look))
