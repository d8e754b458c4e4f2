"""Gradients: how much every layer learns over the epochs, then where the loss pulls a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QSplitter, QVBoxLayout, QWidget

from cnnstudio.design import Design
from cnnstudio.inspection import Look, as_maps, norm
from cnnstudio.studio import numbers
from cnnstudio.studio.maps.contents import Maps
from cnnstudio.studio.maps.filters import weight_maps
from cnnstudio.studio.maps.flow import FlowPlots
from cnnstudio.studio.maps.mosaic_view import MosaicView, Pointed
from cnnstudio.studio.maps.panel import MapsPanel, texts
from cnnstudio.studio.theme import label

if TYPE_CHECKING:
    from cnnstudio.studio.workbench import Workbench


STACKED_BELOW = 680
"""Width below which plots and maps stand below each other."""


class GradientsPanel(MapsPanel):
    """The whole net's gradient flow, then a block's output and weight gradients.

    Attributes
    ----------
    flow : FlowPlots
        Norms and update ratios of all layers over the epochs.
    weight_view : MosaicView
        Gradient of the loss with respect to the weights.
    """

    empty = "Train, or draw a design without errors, to see gradients"

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(workbench, "view_gradients", parent)
        self.view.setAccessibleName("Gradient at the output")
        self.weight_view = MosaicView(parent=self)
        self.weight_view.setAccessibleName("Gradient of the weights")
        self.weight_view.pointed.connect(self._pointed_at_weight)
        self.flow = FlowPlots(workbench.training, self)
        self._output_title = label("∂ loss / ∂ output", "caption", "text-2")
        self._weight_title = label("∂ loss / ∂ weights", "caption", "text-2")
        self.splitter.insertWidget(0, self.flow)
        self._maps = maps = QSplitter(Qt.Orientation.Horizontal, self)
        maps.setChildrenCollapsible(False)
        maps.addWidget(_titled(self._output_title, self.view))
        maps.addWidget(_titled(self._weight_title, self.weight_view))
        self.splitter.insertWidget(1, maps)
        self.splitter.setStretchFactor(0, 2)
        self.splitter.setStretchFactor(1, 3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stack what belongs together where the panel is narrow."""
        super().resizeEvent(event)
        narrow = self.width() < STACKED_BELOW
        self.flow.stack(narrow)
        way = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        if self._maps.orientation() != way:
            self._maps.setOrientation(way)

    def default(self, design: Design) -> str:
        """The first block with weights."""
        return self.first_with_weights(design)

    def maps_of(self, look: Look, name: str) -> Maps | None:
        """Gradient of the loss at the block's output, for the current probe image."""
        if name not in look.output_gradients:
            return None
        probe = min(self.workbench.probes.current, len(look.images) - 1)
        gradient = as_maps(look.output_gradients[name][probe])
        everything = [array[probe] for array in look.output_gradients.values()]
        noun = "unit" if gradient[0].size == 1 else "map"
        found = self.ranged(gradient, everything, noun=noun)
        return Maps(found.values, True, found.top, noun=noun)

    def missing(self, look: Look, name: str) -> str:
        """Say why."""
        if look.output_gradients:
            return f"The loss does not reach {name}"
        errors = self.workbench.document.analysis.errors
        if errors and look.source == "preview":
            return f"No gradients while {errors[0].name} does not fit"
        return "No gradients: the labels of the probes do not fit the design’s output"

    def describe(self, look: Look, name: str, maps: Maps | None) -> str:
        """Loss of the probes, epoch."""
        loss = "" if look.loss is None else f"loss of the probes {numbers.loss(look.loss)}"
        return texts(loss, self.when(look))

    @Slot()
    def update_maps(self, *_: object) -> None:
        """Show output and weight gradients of the block."""
        super().update_maps()
        if self._stale or not hasattr(self, "weight_view"):
            return
        look, name = self.look, self.block
        shown = None if look is None else look.output_gradients.get(name)
        size = "" if shown is None else f"   norm {numbers.significant(norm(shown))}"
        self._output_title.setText(f"∂ loss / ∂ output{size}")
        gradient = None if look is None else look.weight_gradients.get(name, {}).get("weight")
        if look is None or gradient is None:
            self._weight_title.setText("∂ loss / ∂ weights")
            self.weight_view.show_maps(None, message=self._no_weights(look, name))
            return
        self._weight_title.setText(
            f"∂ loss / ∂ weights   norm {numbers.significant(norm(gradient))}"
        )
        all_of_them = [
            named["weight"] for named in look.weight_gradients.values() if "weight" in named
        ]
        self.weight_view.show_maps(weight_maps(self, look, name, gradient, all_of_them))

    def _no_weights(self, look: Look | None, name: str) -> str:
        if look is None or name in look.weights or name not in look.activations:
            return ""
        return f"{name} has no weights"

    @Slot(object)
    def _pointed_at_weight(self, found: Pointed | None) -> None:
        maps = self.weight_view.maps
        if found is None or maps is None:
            self.splitter.say_current()
            return
        place = maps.where(found.index, found.row, found.column)
        self._say(f"{place}   {numbers.significant(found.value, 4)}")


def _titled(title: QWidget, view: QWidget) -> QWidget:
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 2, 0, 0)
    layout.setSpacing(0)
    title.setContentsMargins(10, 0, 0, 0)
    title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    layout.addWidget(title)
    layout.addWidget(view, 1)
    return made
