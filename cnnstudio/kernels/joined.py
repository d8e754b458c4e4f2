"""Groups of few channels, joined to one convolution of all channels.

A filter that reads the channels of its own group is one that reads all channels, with zeros for
those of the others.  So the weight of the whole is block diagonal, g blocks for g groups::

    W[t, c, f] = w[t, c mod C/g, f]   if c and f are of the same group, else 0

and the gradient of w is in the blocks of the gradient of W.

That is g times the multiplications of which all but one in g are by zero.  But 3×3 kernels with
stride 1 then go by Winograd's method (`winograd`), and matrices of less than some 32 rows and
columns take nearly as long as those.  With 32 channels in 4 groups it takes half the time of
products by group; with 128 channels in 8 groups it would take more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels import winograd
from cnnstudio.kernels.memory import Memory
from cnnstudio.kernels.window import Window

Array = NDArray[Any]

MOST = 64
"""Channels up to which it pays for any number of groups; two groups are always joined."""


def suits(window: Window, extent: tuple[int, ...], channels: int, samples: int) -> bool:
    """Say whether there are groups, few channels, and Winograd's method suits the whole."""
    few = window.groups == 2 or (window.groups > 1 and channels <= MOST)
    return few and winograd.suits(replace(window, groups=1), extent, channels, samples)


def forward(x: Array, weight: Array, window: Window, memory: Memory) -> Array:
    """Return the convolution of ``x (H, W, N, C)`` with ``weight (3, 3, C/groups, F)``."""
    joined = _join(weight, window.groups, memory)
    return winograd.forward(x, joined, replace(window, groups=1), memory)


def backward(
    d: Array, weight: Array, x: Array, window: Window, needs_input: bool, memory: Memory
) -> tuple[Array | None, Array]:
    """Return input gradient (None unless needed) and weight gradient."""
    joined, one = _join(weight, window.groups, memory), replace(window, groups=1)
    dx, whole = winograd.backward(d, joined, x, one, needs_input, memory)
    dw = memory.keep(weight.shape, d.dtype)
    blocks = _blocks(whole, window.groups)
    dw.reshape(blocks.shape)[...] = blocks
    return dx, dw


def _join(weight: Array, groups: int, memory: Memory) -> Array:
    *kernel, inner, filters = weight.shape
    whole = memory.temporary("joined", (*kernel, groups * inner, filters), weight.dtype, zero=True)
    blocks = _blocks(whole, groups)
    blocks[...] = weight.reshape(blocks.shape)
    return whole


def _blocks(whole: Array, groups: int) -> Array:
    """View the diagonal blocks of ``(*kernel, C, F)`` as ``(*kernel, C/g, g, F/g)``."""
    *kernel, channels, filters = whole.shape
    cut = whole.reshape(*kernel, groups, channels // groups, groups, filters // groups)
    view: Array = np.einsum("...gcgf->...cgf", cut)
    return view
