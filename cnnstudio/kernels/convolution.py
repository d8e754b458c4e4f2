"""Convolution, without bias: choose a method, compute output and gradients with it.

``y[p, n, f] = Σ_t Σ_c x[s·p + d·t − pad, n, c] · w[t, c, f]``: the kernel is not flipped, as in
PyTorch.  Seven methods, each in a module of its own that explains its idea:

=============  ======================================================================
`winograd`     3×3 with stride 1 on images of at least 8 channels
`whole`        5×5 or more with stride 1 on small images of at least 4 channels
`depthwise`    one channel per group
`joined`       groups of few channels, where `winograd` suits the whole
`small`        a few positions
`planes`       fewer than 12 channels: first layers
`taps`         everything else
=============  ======================================================================

With fewer than 12 channels `whole` computes the gradients only, and `planes` the output.  Direct
sums are as fast there, and on a background of one colour they are alike to the last bit, so that
the maximum over a window goes to its first entry, as in PyTorch.
"""

from __future__ import annotations

from functools import lru_cache
from types import ModuleType
from typing import Any

from numpy.typing import NDArray

from cnnstudio.kernels import depthwise, joined, planes, small, taps, whole, winograd
from cnnstudio.kernels.memory import FRESH, Memory
from cnnstudio.kernels.window import Window

Array = NDArray[Any]

FEW = 12
"""Channels below which runs of C numbers are too short to copy."""


@lru_cache(maxsize=1024)
def methods(window: Window, shape: tuple[int, ...], filters: int) -> tuple[ModuleType, ModuleType]:
    """Return the modules for output and gradients of an input ``(*spatial, N, C)``."""
    *spatial, samples, channels = shape
    extent = tuple(spatial)
    direct = window.groups == 1 and channels < FEW
    if winograd.suits(window, extent, channels, samples):
        return winograd, winograd
    if whole.suits(window, extent, channels, samples):
        return planes if direct else whole, whole
    if window.groups == channels > 1:
        return depthwise, depthwise
    if joined.suits(window, extent, channels, samples):
        return joined, joined
    if small.suits(window, extent, samples, filters):
        return small, small
    return (planes, planes) if direct else (taps, taps)


def convolve(x: Array, weight: Array, window: Window, memory: Memory = FRESH) -> Array:
    """Return the convolution.

    Parameters
    ----------
    x : ndarray
        ``(*spatial, N, C)``, any strides; not changed.
    weight : ndarray
        ``(*kernel, C/groups, F)``.
    window : Window
        Kernel, stride, padding (zeros), dilation and groups.
    memory : Memory
        Where the output comes from.

    Returns
    -------
    y : ndarray
        ``(*outputs, N, F)``.
    """
    by, _ = methods(window, x.shape, weight.shape[-1])
    y: Array = by.forward(x, weight, window, memory)
    return y


def convolve_backward(
    d: Array,
    weight: Array,
    x: Array,
    window: Window,
    needs_input: bool = True,
    memory: Memory = FRESH,
) -> tuple[Array | None, Array]:
    """Return the gradients of input (None unless needed) and weight.

    Parameters
    ----------
    d : ndarray
        Gradient of the output, ``(*outputs, N, F)``; not changed.
    x, weight, window
        What `convolve` got.
    needs_input : bool
        Whether somebody reads the input gradient.
    memory : Memory
        Where the gradients come from.
    """
    _, by = methods(window, x.shape, weight.shape[-1])
    found: tuple[Array | None, Array] = by.backward(d, weight, x, window, needs_input, memory)
    return found
