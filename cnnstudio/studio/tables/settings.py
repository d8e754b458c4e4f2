"""The settings of a block in a few words, as the table of shapes lists them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cnnstudio.data import Dataset
from cnnstudio.design import Row
from cnnstudio.layers import Input, Layer, Shape
from cnnstudio.studio import numbers


def settings_text(row: Row, dataset: Dataset | None = None) -> str:
    """Return what shapes a block's output: ``"5×5 · stride 1 · pad 2"``, ``"400 → 120"``."""
    if isinstance(row.layer, Input):
        known = dataset is not None and dataset.shape == row.layer.output_shape()
        return dataset.title.partition(",")[0] if known else ""
    return _settings(row.layer, row.input_shape)


@lru_cache(maxsize=2048)
def _settings(layer: Layer, shape: Shape | None) -> str:
    values = layer.values()
    if "kernel" in values:
        return " · ".join(_window_words(layer.family, values, shape))
    if "units" in values:
        return f"{shape[0] if shape else '?'} → {values['units']}"
    return layer.summary()


def _window_words(family: str, values: dict[str, Any], shape: Shape | None) -> list[str]:
    rank = len(shape) - 1 if shape and len(shape) > 1 else 2
    kernel = values["kernel"]
    stride = kernel if values["stride"] is None else values["stride"]
    words = [numbers.shape(spread(kernel, rank)), f"stride {extent_text(stride)}"]
    pad = 0 if values["padding"] == "valid" else values["padding"]
    if pad or family == "convolution":
        words.append(f"pad {extent_text(pad)}")
    if values.get("dilation", 1) != 1:
        words.append(f"dilation {extent_text(values['dilation'])}")
    if values.get("groups", 1) != 1:
        words.append(f"{values['groups']} groups")
    return words


def spread(extent: Any, rank: int) -> tuple[int, ...]:
    """Return an extent's number per axis."""
    return extent if isinstance(extent, tuple) else (extent,) * rank


def extent_text(extent: Any) -> str:
    """Write any extent or padding: ``3``, ``3×5``, ``0+1×0+1``, ``same``."""
    if not isinstance(extent, tuple):
        return str(extent)
    return "×".join("+".join(map(str, n)) if isinstance(n, tuple) else str(n) for n in extent)
