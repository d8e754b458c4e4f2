"""Convolution, without bias: choose a method, compute output and gradients with it.

``y[p, n, f] = Σ_t Σ_c x[s·p + d·t − pad, n, c] · w[t, c, f]``: the kernel is not flipped, as in
PyTorch.  Five methods, each in a module of its own that explains its idea:

=============  ======================================================================
`winograd`     3×3 with stride 1 on images of at least 8 channels
`whole`        5×5 or more with stride 1 on small images of at least 12 channels
`depthwise`    one channel per group
`planes`       fewer than 12 channels: first layers
`taps`         everything else
=============  ======================================================================
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from cnnstudio.kernels import depthwise, planes, taps, whole, winograd
from cnnstudio.kernels.memory import FRESH, Memory
from cnnstudio.kernels.window import Window

Array = NDArray[Any]
Saved = tuple[str, tuple[int, ...], Array]


def method(window: Window, extent: tuple[int, ...], channels: int, samples: int) -> str:
    """Return the name of the method for an input of this extent, channels and samples."""
    if winograd.suits(window, extent, channels, samples):
        return "winograd"
    if whole.suits(window, extent, channels, samples):
        return "whole"
    if window.groups == channels > 1:
        return "depthwise"
    if window.groups == 1 and channels < 12:
        return "planes"
    return "taps"


def convolve(
    x: Array, weight: Array, window: Window, memory: Memory = FRESH
) -> tuple[Array, Saved]:
    """Return the convolution and what `convolve_backward` needs.

    Parameters
    ----------
    x : ndarray
        ``(*spatial, N, C)``, any strides; not changed.
    weight : ndarray
        ``(*kernel, C/groups, F)``.
    window : Window
        Kernel, stride, padding (zeros), dilation and groups.
    memory : Memory
        Where output and saved arrays come from.

    Returns
    -------
    y : ndarray
        ``(*outputs, N, F)``.
    saved : tuple
        Method, extent of the input, and the input in the form that the method wants.
    """
    extent = x.shape[:-2]
    name = method(window, extent, x.shape[-1], x.shape[-2])
    if name == "winograd":
        y, kept = winograd.forward(x, weight, window, memory)
    elif name == "whole":
        y, kept = whole.forward(x, weight, window, memory)
    elif name == "planes":
        y, kept = planes.forward(x, weight, window, memory)
    elif name == "depthwise":
        y, kept = depthwise.forward(x, weight, window, memory), x
    else:
        y, kept = taps.forward(x, weight, window, memory), x
    return y, (name, extent, kept)


def convolve_backward(
    d: Array,
    weight: Array,
    saved: Saved,
    window: Window,
    needs_input: bool = True,
    memory: Memory = FRESH,
) -> tuple[Array | None, Array]:
    """Return the gradients of input (None unless needed) and weight.

    Parameters
    ----------
    d : ndarray
        Gradient of the output, ``(*outputs, N, F)``; not changed.
    weight, window
        What `convolve` got.
    saved : tuple
        What `convolve` returned.
    needs_input : bool
        Whether somebody reads the input gradient.
    memory : Memory
        Where the gradients come from.
    """
    name, extent, kept = saved
    if name == "winograd":
        return winograd.backward(d, weight, kept, window, extent, needs_input, memory)
    if name == "whole":
        return whole.backward(d, weight, kept, window, extent, needs_input, memory)
    by = {"planes": planes, "depthwise": depthwise, "taps": taps}[name]
    dw = by.weight_gradient(d, kept, weight.shape, window, memory)
    if not needs_input:
        return None, dw
    by = depthwise if name == "depthwise" else taps
    return by.input_gradient(d, weight, extent, window, memory), dw
