"""Filters: the weights of a block as pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QWidget

from cnnstudio.design import Design
from cnnstudio.inspection import Look, filter_maps
from cnnstudio.layers import Flatten
from cnnstudio.studio import numbers
from cnnstudio.studio.maps.contents import Maps
from cnnstudio.studio.maps.panel import MapsPanel, texts

if TYPE_CHECKING:
    from cnnstudio.studio.workbench import Workbench


class FiltersPanel(MapsPanel):
    """The weights of a block: a row per filter, a column per input channel."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(workbench, "view_filters", parent)
        self.view.setAccessibleName("Filters")

    def default(self, design: Design) -> str:
        """The first block with weights."""
        return self.first_with_weights(design)

    def maps_of(self, look: Look, name: str) -> Maps | None:
        """The array named weight."""
        weight = look.weights.get(name, {}).get("weight")
        if weight is None:
            return None
        everything = [named["weight"] for named in look.weights.values() if "weight" in named]
        return weight_maps(self, look, name, weight, everything)

    def describe(self, look: Look, name: str, maps: Maps | None) -> str:
        """Shape and norm of the weights, epoch."""
        if maps is None:
            return ""
        weight = look.weights[name]["weight"]
        norm = numbers.significant(float(np.linalg.norm(weight)), 3)
        return texts(f"weights {numbers.shape(weight.shape)}", f"norm {norm}", self.when(look))

    def missing(self, look: Look, name: str) -> str:
        """Say where there are weights instead."""
        others = ", ".join(other for other in look.design.names if other in look.weights)
        return f"{name} has no weights" + (f"; {others} have" if others else "")


def weight_maps(
    panel: MapsPanel, look: Look, name: str, weight: np.ndarray, everything: list[np.ndarray]
) -> Maps:
    """Weights, or their gradients, of a block in the shape of what they read."""
    maps, per_filter = filter_maps(weight, _read_shape(look, name))
    found = panel.ranged(
        maps,
        everything,
        noun="unit" if weight.ndim == 2 or maps[0].size == 1 else "filter",
        per_filter=per_filter,
        matrix=weight.ndim == 2 and len(maps) == 1,
    )
    return replace(found, signed=True)


def _read_shape(look: Look, name: str) -> tuple[int, ...]:
    """Shape of the maps that a block reads through a Flatten, if it does."""
    sources = look.design.sources(name)
    while len(sources) == 1 and isinstance(sources[0].layer, Flatten):
        sources = look.design.sources(sources[0])
    return look.activations[sources[0].name].shape[1:] if len(sources) == 1 else ()
