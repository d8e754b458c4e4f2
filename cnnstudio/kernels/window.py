"""A sliding window: kernel, stride, padding, dilation, and which positions a tap reads.

Arrays are ``(*spatial, N, C)``.  The tap ``t`` of a window reads, for all output positions at once,
a slice of the leading axes::

    x[t·d : t·d + (o − 1)·s + 1 : s]        per axis, o outputs, stride s, dilation d

so a tap never touches the innermost axes, which stay contiguous for any stride or dilation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from cnnstudio.kernels.memory import Memory

Array = NDArray[Any]
Index = tuple[Any, ...]


@dataclass(frozen=True)
class Window:
    """The numbers of a convolution or pooling window, one per spatial axis.

    Attributes
    ----------
    kernel, stride, dilation : tuple of int
        Taps, distance of neighbouring windows, distance of neighbouring taps.
    padding : tuple of (int, int)
        Positions added before and after.
    groups : int
        Parts the channels are cut into (convolutions only).
    """

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    groups: int = 1

    @property
    def padded(self) -> bool:
        """Whether anything is added around the input."""
        return any(before or after for before, after in self.padding)

    def output_extent(self, extent: tuple[int, ...]) -> tuple[int, ...]:
        """Return ``⌊(n + p − d·(k − 1) − 1) / s⌋ + 1`` per axis."""
        return tuple(
            (n + before + after - d * (k - 1) - 1) // s + 1
            for n, k, s, (before, after), d in zip(
                extent, self.kernel, self.stride, self.padding, self.dilation, strict=True
            )
        )

    @lru_cache(maxsize=1024)  # noqa: B019 - windows are small values
    def reads(self, outputs: tuple[int, ...]) -> tuple[tuple[Index, Index], ...]:
        """Return every tap, in row-major order, with the slices of the padded input it reads.

        Parameters
        ----------
        outputs : tuple of int
            For so many output positions per axis.
        """
        return tuple(
            (
                tap,
                tuple(
                    slice(t * d, t * d + (o - 1) * s + 1, s)
                    for t, o, s, d in zip(tap, outputs, self.stride, self.dilation, strict=True)
                ),
            )
            for tap in product(*map(range, self.kernel))
        )

    def interior(self, extent: tuple[int, ...]) -> tuple[slice, ...]:
        """Return where an input of this extent lies inside its padded copy."""
        return tuple(
            slice(before, before + n) for n, (before, _) in zip(extent, self.padding, strict=True)
        )


def pad(x: Array, window: Window, value: float, memory: Memory, tag: str = "padded") -> Array:
    """Return ``x`` with ``value`` around its leading axes; ``x`` itself if nothing is added."""
    if not window.padded:
        return x
    rank = len(window.kernel)
    extent = tuple(
        n + before + after
        for n, (before, after) in zip(x.shape[:rank], window.padding, strict=True)
    )
    out = memory.temporary(tag, extent + x.shape[rank:], x.dtype)
    fill_border(out, window.interior(x.shape[:rank]), value)
    out[window.interior(x.shape[:rank])] = x
    return out


def fill_border(out: Array, interior: tuple[slice, ...], value: float) -> None:
    """Write ``value`` everywhere on the leading axes of ``out`` except in ``interior``."""
    for axis, inside in enumerate(interior):
        out[(*interior[:axis], slice(0, inside.start))] = value
        out[(*interior[:axis], slice(inside.stop, None))] = value


def sliding(x: Array, window: Window, outputs: tuple[int, ...]) -> Array:
    """Return all windows of ``(*spatial, *rest)`` as a view ``(*outputs, *kernel, *rest)``."""
    rank = len(outputs)
    steps = tuple(n * s for n, s in zip(x.strides, window.stride, strict=False))
    taps = tuple(n * d for n, d in zip(x.strides, window.dilation, strict=False))
    return as_strided(
        x,
        outputs + window.kernel + x.shape[rank:],
        steps + taps + x.strides[rank:],
        writeable=False,
    )


def pieces(length: int, size: int, least: int = 1) -> Iterator[slice]:
    """Cut ``length`` items of ``size`` numbers each into even pieces that fit the cache.

    A piece has about ``least`` items even where they do not fit.
    """
    most = max(least, TILE // max(1, size))
    count = -(-length // most)
    step = -(-length // count)
    for start in range(0, length, step):
        yield slice(start, min(start + step, length))


TILE = 1 << 18
"""Numbers per tile: 1 MiB in float32, half of a usual second-level cache."""
