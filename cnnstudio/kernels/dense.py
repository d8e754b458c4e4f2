"""Dense layers on vectors, and the bias that every layer with parameters adds.

With ``x (N, in)`` and the packed weight ``w (in, out)``::

    y  = x w + b            dx = d wᵀ        dw = xᵀ d        db = 1ᵀ d
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels.memory import FRESH, Memory
from cnnstudio.kernels.sums import over_positions

Array = NDArray[Any]


def dense(x: Array, weight: Array, bias: Array | None, memory: Memory = FRESH) -> Array:
    """Return ``x @ weight + bias``.

    Parameters
    ----------
    x : ndarray
        ``(N, in)``.
    weight : ndarray
        ``(in, out)``.
    bias : ndarray or None
        ``(out,)``.
    memory : Memory
        Where the output comes from.
    """
    y = memory.keep((x.shape[0], weight.shape[1]), x.dtype)
    np.matmul(x, weight, out=y)
    if bias is not None:
        y += bias
    return y


def dense_backward(
    d: Array,
    x: Array,
    weight: Array,
    needs_input: bool = True,
    memory: Memory = FRESH,
    out: Array | None = None,
) -> tuple[Array | None, Array, Array]:
    """Return the gradients of input (None unless needed), weight and bias.

    Parameters
    ----------
    d : ndarray
        Gradient of the output, ``(N, out)``.
    x, weight : ndarray
        What `dense` got.
    needs_input : bool
        Whether somebody reads the input gradient.
    memory : Memory
        Where the gradients come from.
    out : ndarray or None
        Where to write the gradient of the weight instead.
    """
    dw = np.matmul(x.T, d, out=memory.keep(weight.shape, d.dtype) if out is None else out)
    dx = None
    if needs_input:
        dx = np.matmul(d, weight.T, out=memory.keep(x.shape, d.dtype))
    return dx, dw, bias_gradient(d)


def add_bias(y: Array, bias: Array) -> Array:
    """Add ``bias (C,)`` to ``y (*spatial, N, C)`` in place and return it.

    The bias is repeated N times where positions are many, so that each addition runs over N·C
    numbers.
    """
    if y.ndim == 2 or not y.flags.c_contiguous or y.size <= FEW * len(bias):
        y += bias
    else:
        repeated = np.empty(y.shape[-2:], bias.dtype)
        repeated[...] = bias
        blocks = y.reshape(-1, repeated.size)
        blocks += repeated.reshape(-1)
    return y


def bias_gradient(d: Array) -> Array:
    """Return the sum of ``d (*spatial, N, C)`` over all axes but the last, ``(C,)``."""
    if d.size <= FEW * d.shape[-1]:
        total: Array = np.add.reduce(d.reshape(-1, d.shape[-1]), axis=0)
        return total
    return over_positions(d)


FEW = 256
"""Positions and samples up to which calls cost more than what they compute."""
