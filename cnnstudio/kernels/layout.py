"""The engine's own layout and the ways into and out of it.

Outside, arrays are PyTorch's: ``(N, C, *spatial)``.  Inside they are *space first*,
``(*spatial, N, C)``, C-contiguous; vectors are ``(N, F)`` on both sides.  A tap of a kernel, a
pooling window or a stride is then a slice of leading axes; elementwise work runs over blocks of
N·C contiguous numbers; 1×1 convolutions and dense layers are plain products.

Weights are packed the same way, outputs last: ``(F, C/groups, *kernel)`` becomes
``(*kernel, C/groups, F)`` and a dense ``(out, in)`` becomes ``(in, out)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels.memory import FRESH, Memory

Array = NDArray[Any]


def enter(x: Array, memory: Memory = FRESH) -> Array:
    """Bring ``(N, C, *spatial)`` in as a new ``(*spatial, N, C)``."""
    out = memory.keep((*x.shape[2:], *x.shape[:2]), x.dtype)
    if x.ndim == 2:
        out[...] = x
    else:
        channels_last(x, out)
    return out


def leave(x: Array) -> Array:
    """Take ``(*spatial, N, C)`` out as a fresh ``(N, C, *spatial)``."""
    if x.ndim == 2:
        return np.array(x, order="C")
    out = np.empty((*x.shape[-2:], *x.shape[:-2]), x.dtype)
    channels_first(x, out)
    return out


def channels_first(x: Array, out: Array) -> None:
    """Copy ``(*spatial, N, C)`` into a contiguous ``(N, C, *spatial)``."""
    _transpose(x.reshape(prod(x.shape[:-2]), -1), out)


def channels_last(x: Array, out: Array) -> None:
    """Copy ``(N, C, *spatial)`` into a contiguous ``(*spatial, N, C)``."""
    _transpose(x.reshape(x.shape[0] * x.shape[1], -1), out)


def _transpose(a: Array, out: Array) -> None:
    """Copy a contiguous ``a (m, n)`` into a contiguous array of n·m numbers, rows to columns.

    As many rows at a time as a first-level cache holds one line of: the next column is then there
    already.  It has room for eight lines at the same place of their pages of 4 KiB, so rows of
    1024 numbers go by eight, those of 784 numbers, which lie at all places, by hundreds.
    """
    length, width = a.shape
    columns = out.reshape(width, length)
    step = min(256, 8 * (4096 // gcd(4096, width * a.itemsize)))
    for start in range(0, length, step):
        columns[:, start : start + step] = a[start : start + step].T


def samples(x: Array) -> int:
    """Return the number of samples of an internal array."""
    return int(x.shape[-2])


def chunk(x: Array, start: int, stop: int) -> Array:
    """Return samples ``start`` to ``stop`` of an internal array as a view."""
    return x[..., start:stop, :]


def join(chunks: Sequence[Array], memory: Memory = FRESH) -> Array:
    """Join internal arrays along their samples."""
    if len(chunks) == 1:
        return chunks[0]
    *space, _, channels = chunks[0].shape
    shape = (*space, sum(map(samples, chunks)), channels)
    return np.concatenate(chunks, axis=-2, out=memory.keep(shape, chunks[0].dtype))


def pack_weight(w: Array) -> Array:
    """Turn PyTorch's ``(F, C/groups, *kernel)`` into a contiguous ``(*kernel, C/groups, F)``.

    A dense ``(out, in)`` becomes ``(in, out)``; vectors stay as they are.
    """
    if w.ndim < 2:
        return np.ascontiguousarray(w)
    return np.ascontiguousarray(w.transpose((*range(2, w.ndim), 1, 0)))


def unpack_weight(w: Array) -> Array:
    """Turn a packed ``(*kernel, C/groups, F)`` into PyTorch's ``(F, C/groups, *kernel)``."""
    if w.ndim < 2:
        return np.ascontiguousarray(w)
    return np.ascontiguousarray(w.transpose((w.ndim - 1, w.ndim - 2, *range(w.ndim - 2))))
