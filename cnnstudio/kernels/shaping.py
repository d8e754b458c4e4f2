"""Kernels that only move numbers: flatten, concatenate, split; and the sum of branches.

A dense layer expects its features in PyTorch's order, channels first, whatever the layout inside::

    (*spatial, N, C)  ->  (N, C, *spatial)  ->  (N, C·prod(spatial))
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels.layout import channels_first, channels_last
from cnnstudio.kernels.memory import FRESH, Memory

Array = NDArray[Any]


def flatten(x: Array, memory: Memory = FRESH, out: Array | None = None) -> Array:
    """Return ``x (*spatial, N, C)`` as vectors ``(N, C·prod(spatial))``, channels first.

    They are written into ``out`` if it is given.
    """
    if out is None:
        out = memory.keep((x.shape[-2], x.shape[-1] * prod(x.shape[:-2])), x.dtype)
    channels_first(x, out)
    return out


def unflatten(d: Array, spatial: tuple[int, ...], channels: int, memory: Memory = FRESH) -> Array:
    """Return vectors ``(N, C·prod(spatial))`` as ``(*spatial, N, C)``: the inverse of `flatten`."""
    out = memory.keep((*spatial, d.shape[0], channels), d.dtype)
    channels_last(d.reshape(d.shape[0], channels, -1), out)
    return out


def concat(inputs: Sequence[Array], memory: Memory = FRESH) -> Array:
    """Return the inputs joined along channels, the last axis."""
    channels = sum(x.shape[-1] for x in inputs)
    out = memory.keep((*inputs[0].shape[:-1], channels), inputs[0].dtype)
    return np.concatenate(inputs, axis=-1, out=out)


def split(d: Array, sizes: Sequence[int]) -> tuple[Array, ...]:
    """Return views of ``d`` with ``sizes`` channels each: the adjoint of `concat`."""
    return tuple(np.split(d, np.cumsum(sizes)[:-1], axis=-1))


def add(inputs: Sequence[Array], memory: Memory = FRESH) -> Array:
    """Return the sum of two or more arrays of one shape."""
    first, second, *others = inputs
    out = memory.keep(first.shape, first.dtype)
    np.add(first, second, out=out)
    for x in others:
        out += x
    return out
