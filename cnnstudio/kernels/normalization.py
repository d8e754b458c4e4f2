"""Batch normalisation in parts, so that chunks of a mini-batch can be computed apart.

Forward (Ioffe and Szegedy, "Batch normalization", 2015), per channel::

    x̂ = (x − mean) / √(variance + ε)            y = weight · x̂ + bias

The statistics of the mini-batch are merged from those of its chunks (Chan, Golub and LeVeque,
"Updating formulae and a pairwise algorithm for computing sample variances", 1979).  Backward, with
m values per channel in the whole mini-batch::

    dbias = Σ d        dweight = Σ d·x̂        dx = weight/σ · (d − Σd/m − x̂ · Σ(d·x̂)/m)

Inputs may lie far from zero.  All differences are therefore taken from the mean, rounded to the
array's own dtype, and what the rounding left over goes into the next constant where it matters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels.memory import FRESH, Memory
from cnnstudio.kernels.sums import of_products, over_positions
from cnnstudio.kernels.window import pieces

Array = NDArray[Any]


@dataclass(frozen=True)
class Moments:
    """Statistics per channel in float64; the sum of two is that of the joined samples.

    Attributes
    ----------
    count : int
        Values per channel.
    mean : ndarray
        ``(C,)``.
    squares : ndarray
        ``(C,)``: sum of squared deviations from the mean.
    """

    count: int
    mean: Array
    squares: Array

    def __add__(self, other: Moments) -> Moments:
        count = self.count + other.count
        apart = other.mean - self.mean
        return Moments(
            count,
            self.mean + apart * (other.count / count),
            self.squares + other.squares + apart**2 * (self.count * other.count / count),
        )


@dataclass(frozen=True)
class Normalized:
    """What the backward pass needs.

    Attributes
    ----------
    x : ndarray
        The input, ``(*spatial, N, C)`` or ``(N, F)``.
    mean : ndarray
        ``(C,)`` in float64.
    inverse : ndarray
        ``(C,)``: 1 / √(variance + ε) in float64.
    """

    x: Array
    mean: Array
    inverse: Array


def moments(x: Array) -> Moments:
    """Return the statistics of ``x (*spatial, N, C)`` or ``(N, F)`` over all axes but the last."""
    count = prod(x.shape[:-1])
    near = (over_positions(x).astype(np.float64) / count).astype(x.dtype)
    rest = np.zeros(x.shape[-1])
    squares = np.zeros(x.shape[-1])
    for tile in _tiles(x):
        away = tile - near
        rest += over_positions(away)
        squares += of_products(away, away)
    rest /= count
    return Moments(count, near + rest, squares)


def normalize(
    x: Array,
    mean: Array,
    variance: Array,
    weight: Array,
    bias: Array,
    epsilon: float,
    memory: Memory = FRESH,
) -> tuple[Array, Normalized]:
    """Return ``weight·x̂ + bias`` and what the backward functions need (the input among it).

    Parameters
    ----------
    x : ndarray
        ``(*spatial, N, C)`` or ``(N, F)``.
    mean, variance, weight, bias : ndarray
        ``(C,)``.
    epsilon : float
        Added to the variance.
    memory : Memory
        Where the output comes from.
    """
    wide = np.asarray(mean, np.float64)
    inverse = 1 / np.sqrt(np.asarray(variance, np.float64) + epsilon)
    near = wide.astype(x.dtype)
    scale = weight * inverse
    offset = bias + (near - wide) * scale
    y = memory.keep(x.shape, x.dtype)
    blocks = _Affine(x, near, scale, offset)
    for tile, out in zip(_tiles(x), _tiles(y), strict=True):
        blocks.apply(tile, out)
    return y, Normalized(x, wide, inverse)


def normalize_sums(d: Array, saved: Normalized) -> Array:
    """Return ``(2, C)``: the sums of ``d`` and of ``d·x̂`` over all axes but the last."""
    sums = np.zeros((2, d.shape[-1]))
    near = saved.mean.astype(d.dtype)
    for g, x in zip(_tiles(d), _tiles(saved.x), strict=True):
        sums[0] += over_positions(g)
        sums[1] += of_products(x - near, g)
    sums[1] += (near - saved.mean) * sums[0]
    sums[1] *= saved.inverse
    return sums.astype(d.dtype)


def normalize_backward(
    d: Array,
    saved: Normalized,
    weight: Array,
    sums: Array | None,
    count: float,
    memory: Memory = FRESH,
) -> Array:
    """Return the gradient of the input.

    Parameters
    ----------
    d : ndarray
        Gradient of the output; not changed.
    saved : Normalized
        What `normalize` returned.
    weight : ndarray
        ``(C,)``.
    sums : ndarray or None
        `normalize_sums` of the whole mini-batch; None when the statistics were constants.
    count : float
        Values per channel in the whole mini-batch.
    memory : Memory
        Where the gradient comes from.
    """
    dx = memory.keep(d.shape, d.dtype)
    scale = weight * saved.inverse
    if sums is None:
        np.multiply(d, _per_block(scale, d), out=dx)
        return dx
    near = saved.mean.astype(d.dtype)
    slope = -scale * saved.inverse * sums[1] / count
    offset = -scale * sums[0] / count
    blocks = _Affine(d, near, slope, offset)
    factor = _per_block(scale, d)
    for g, x, out in zip(_tiles(d), _tiles(saved.x), _tiles(dx), strict=True):
        blocks.apply(x, out)
        out += g * factor
    return dx


class _Affine:
    """``(x − mean)·scale + offset`` per channel, on tiles of an array like ``x``."""

    def __init__(self, x: Array, mean: Array, scale: Array, offset: Array) -> None:
        self.mean, self.scale, self.offset = (_per_block(c, x) for c in (mean, scale, offset))

    def apply(self, tile: Array, out: Array) -> None:
        np.subtract(tile, self.mean, out=out)
        out *= self.scale
        out += self.offset


def _per_block(constant: Array, x: Array) -> Array:
    """Repeat a constant per channel for every sample, so that it meets blocks of N·C numbers."""
    return np.broadcast_to(constant.astype(x.dtype), x.shape[-2:]).copy()


def _tiles(x: Array) -> Iterator[Array]:
    """Yield tiles of leading rows that stay in the second-level cache."""
    if x.ndim == 2:
        yield x
    else:
        for rows in pieces(len(x), 4 * prod(x.shape[1:])):
            yield x[rows]
