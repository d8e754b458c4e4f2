"""Outputs and weights as stacks of pictures (count, rows, columns)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.design import Design
from cnnstudio.layers import Activation, Softmax

Array = NDArray[np.floating[Any]]


def as_maps(output: Array) -> Array:
    """Return one sample's output (C, *spatial) as maps (C, rows, columns), a view if possible.

    A unit becomes a map of one value, a signal a map of one row; the slices of a volume lie side by
    side.
    """
    if output.ndim == 1:
        return output[:, None, None]
    if output.ndim == 2:
        return output[:, None, :]
    if output.ndim == 3:
        return output
    channels, depth, rows, columns = output.shape
    return output.transpose(0, 2, 1, 3).reshape(channels, rows, depth * columns)


def filter_maps(weight: Array, source_shape: tuple[int, ...] = ()) -> tuple[Array, int]:
    """Return a block's weights as maps, and how many belong to one filter or unit.

    Parameters
    ----------
    weight : ndarray
        In PyTorch's shape: (filters, channels / groups, *kernel), (units, inputs), or a vector.
        A matrix whose inputs are no maps stays one map, a row per unit.
    source_shape : tuple of int
        Shape of the maps that a flattened input was made of; a dense layer's weights are then
        shown as pictures of that shape.

    Returns
    -------
    maps : ndarray (count, rows, columns)
    per_filter : int
        The maps of a filter follow each other: ``maps[f * per_filter + c]``.
    """
    if weight.ndim < 2:
        return weight.reshape(-1, 1, 1), 1
    if weight.ndim == 2:
        units = len(weight)
        if len(source_shape) < 2 or int(np.prod(source_shape)) != weight.shape[1]:
            return weight[None], 1
        shaped = weight.reshape(units, *source_shape)
    else:
        shaped = weight
    maps = np.concatenate([as_maps(part) for part in shaped])
    return maps, shaped.shape[1]


def shown_block(design: Design, name: str, maps: str = "after") -> str:
    """Return the block whose output is shown for a block.

    Parameters
    ----------
    design : Design
    name : str
    maps : {"after", "before"}
        After the activation that is the block's only reader, or before the activation that the
        block itself is.
    """
    block = design.block(name)
    if maps == "after":
        readers = design.readers(block)
        if len(readers) == 1 and _is_activation(readers[0].layer):
            return readers[0].name if not _is_activation(block.layer) else name
        return name
    sources = design.sources(block)
    return sources[0].name if _is_activation(block.layer) and sources else name


def _is_activation(layer: object) -> bool:
    return isinstance(layer, Activation) and not isinstance(layer, Softmax)
