"""Where kernels get their arrays from: buffers that are reused from step to step.

A training step asks for the same arrays again and again.  `Memory` hands out the same buffers in
the same order after each `Memory.rewind`, so that after the first step nothing is allocated and no
page is touched for the first time.  There are two kinds:

* *kept* arrays hold outputs and what the backward pass needs; they live until the next rewind;
* *temporaries* live until the kernel returns; all kernels of a worker share one buffer per tag.

A buffer is a run of bytes and is cut to shape and dtype at each request, so the short last batch of
an epoch uses the buffers of the full ones.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]

LINE = 64
"""Bytes in a line of the cache."""


class Memory:
    """Reused buffers for one chunk of a mini-batch; not for use by two threads at once.

    Parameters
    ----------
    temporaries : dict, optional
        Buffers by tag.  The chunks that one worker computes one after the other have kept arrays
        of their own but share this dictionary.
    empty : callable, optional
        Makes new kept buffers from shape and dtype; `numpy.empty` unless given.
    """

    def __init__(
        self, temporaries: dict[str, Array] | None = None, empty: Callable[..., Array] = np.empty
    ) -> None:
        self._empty = empty
        self._kept: list[Array] = []
        self._position = 0
        self.temporaries: dict[str, Array] = {} if temporaries is None else temporaries

    def keep(self, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
        """Return an array that lives until `rewind`; its contents are arbitrary.

        The k-th request after a rewind gets the k-th buffer again.
        """
        position = self._position
        self._position += 1
        if position == len(self._kept):
            self._kept.append(self._empty(shape, dtype))
            return self._kept[position]
        array = self._kept[position] = _fitted(self._kept[position], shape, dtype, self._empty)
        return array

    def temporary(
        self, tag: str, shape: tuple[int, ...], dtype: DTypeLike, zero: bool = False
    ) -> Array:
        """Return an array that is valid until the kernel returns.

        Parameters
        ----------
        tag : str
            Two temporaries that a kernel uses at the same time need different tags.
        shape, dtype
            Of the array.
        zero : bool
            Fill it with zeros; otherwise its contents are arbitrary.
        """
        array = self.temporaries.get(tag)
        array = np.empty(shape, dtype) if array is None else _fitted(array, shape, dtype)
        self.temporaries[tag] = array
        if zero:
            array.fill(0)
        return array

    def apart(self, tag: str, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
        """Return a temporary whose rows, the last axis, have a line of the cache between them.

        A product with a small matrix reads the same place of several rows at once.  Rows whose
        distance is a power of two would push each other out of the cache there.
        """
        *outer, length = shape
        gap = LINE // np.dtype(dtype).itemsize
        return self.temporary(tag, (*outer, length + gap), dtype)[..., :length]

    def rewind(self) -> None:
        """Start again with the first kept buffer: all kept arrays become invalid."""
        self._position = 0

    @property
    def nbytes(self) -> int:
        """Bytes held, temporaries included."""
        return sum(_buffer(a).nbytes for a in (*self._kept, *self.temporaries.values()))


class _Fresh(Memory):
    """Allocates at each request and remembers nothing."""

    def keep(self, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
        return np.empty(shape, dtype)

    def temporary(
        self, tag: str, shape: tuple[int, ...], dtype: DTypeLike, zero: bool = False
    ) -> Array:
        return np.zeros(shape, dtype) if zero else np.empty(shape, dtype)


FRESH: Memory = _Fresh()
"""Allocates at each request; for single calls and inspection, and safe to share."""


def _buffer(array: Array) -> Array:
    """Return the allocation behind an array that `_fitted` may have cut."""
    return array if array.base is None else array.base


def _fitted(
    array: Array,
    shape: tuple[int, ...],
    dtype: DTypeLike,
    empty: Callable[..., Array] = np.empty,
) -> Array:
    """Cut the allocation behind ``array`` to another shape, or allocate if it is too small."""
    if array.shape == shape and array.dtype == dtype:
        return array
    buffer = _buffer(array)
    nbytes = prod(shape) * np.dtype(dtype).itemsize
    if buffer.nbytes < nbytes:
        return empty(shape, dtype)
    return np.ndarray(shape, dtype, buffer=buffer)
