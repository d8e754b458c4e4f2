"""Dense layers on vectors, and the bias that every layer with parameters adds.

With ``x (N, in)`` and the packed weight ``w (in, out)``::

    y  = x w + b            dx = d wᵀ        dw = xᵀ d        db = 1ᵀ d

Large weights are cut into tiles of input features: ``y`` is a sum of products ``x[:, t] w[t]``, and
the tiles of both gradients are products of their own.  Several processors can share them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels.memory import FRESH, Memory
from cnnstudio.kernels.sums import over_positions

Array = NDArray[Any]


Product = tuple[Array, Array, Array]
"""Two factors, and where their product goes."""


def matrix_products(products: Sequence[Product]) -> None:
    """Compute ``out = a @ b`` for each ``(a, b, out)``; none reads what another writes."""
    for a, b, out in products:
        np.matmul(a, b, out=out)


Multiply = Callable[[Sequence[Product]], None]
"""`matrix_products`, or what does the same on several processors."""


def dense(
    x: Array,
    weight: Array,
    bias: Array | None,
    memory: Memory = FRESH,
    multiply: Multiply = matrix_products,
) -> Array:
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
    multiply : callable
        What computes the products.
    """
    tiles = _tiles(weight)
    y = memory.keep((x.shape[0], weight.shape[1]), x.dtype)
    if len(tiles) == 1:
        np.matmul(x, weight, out=y)
    else:
        parts = memory.keep((len(tiles), *y.shape), x.dtype)
        multiply([(x[:, t], weight[t], part) for t, part in zip(tiles, parts, strict=True)])
        parts.sum(axis=0, out=y)
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
    multiply: Multiply = matrix_products,
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
    multiply : callable
        What computes the products.
    """
    dw = memory.keep(weight.shape, d.dtype) if out is None else out
    tiles = _tiles(weight)
    products = [(x[:, t].T, d, dw[t]) for t in tiles]
    dx = None
    if needs_input:
        dx = memory.keep(x.shape, d.dtype)
        products += [(d, weight[t].T, dx[:, t]) for t in tiles]
    multiply(products)
    return dx, dw, bias_gradient(d)


def _tiles(weight: Array) -> list[slice]:
    """Cut the features into at most 4 tiles of at least 1,024 each."""
    features = len(weight)
    size = max(1024, -(-features // 4))
    return [slice(start, start + size) for start in range(0, features, size)]


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
