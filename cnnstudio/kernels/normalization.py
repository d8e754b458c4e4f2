"""Batch normalisation in parts, so that chunks of a mini-batch can be computed apart.

Forward (Ioffe and Szegedy, "Batch normalization", 2015), per channel::

    x̂ = (x − mean) / √(variance + ε)            y = weight · x̂ + bias

The statistics of the mini-batch are merged from those of its chunks (Chan, Golub and LeVeque,
"Updating formulae and a pairwise algorithm for computing sample variances", 1979).  Backward, with
m values per channel in the whole mini-batch::

    dbias = Σ d        dweight = Σ d·x̂        dx = weight/σ · (d − Σd/m − x̂ · Σ(d·x̂)/m)

Everything is a few sums and one affine function ``x·scale + offset``, tile by tile in the cache.

Inputs may lie far from zero, where ``Σ x² − m·mean²`` and ``x·scale + offset`` lose digits.  There,
and only there, ``x − near`` takes the place of x; ``near`` is the mean, rounded to the array's own
dtype, and what the rounding left over goes into the next constant.

Where values are few, the number of calls is all that counts: the equations are computed as they
stand above, with ``x − mean`` in float64, and x̂ is kept for the backward pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnstudio.kernels import window
from cnnstudio.kernels.memory import FRESH, Memory
from cnnstudio.kernels.sums import equal_shares, over_space, products_over_space
from cnnstudio.kernels.window import pieces

Array = NDArray[Any]


@dataclass(slots=True)
class Moments:
    """Statistics per channel in float64; the sum of two is that of the joined samples.

    Attributes
    ----------
    count : int
        Values per channel.
    mean : ndarray
        ``(C,)``.
    variance : ndarray
        ``(C,)``: mean of squared deviations from the mean.
    """

    count: int
    mean: Array
    variance: Array

    def __add__(self, other: Moments) -> Moments:
        count = self.count + other.count
        share, apart = other.count / count, other.mean - self.mean
        variance = self.variance + share * (other.variance - self.variance)
        return Moments(count, self.mean + share * apart, variance + share * (1 - share) * apart**2)


@dataclass(frozen=True)
class Normalized:
    """What the backward pass needs.

    Attributes
    ----------
    x : ndarray
        The input, ``(*spatial, N, C)`` or ``(N, F)``.
    near : ndarray or None
        ``(C,)``: what is taken from x; None where x is not far from zero.
    rest : ndarray
        ``(C,)``: the mean without ``near``, in float64.
    inverse : ndarray
        ``(C,)``: 1 / √(variance + ε) in float64.
    """

    x: Array
    near: Array | None
    rest: Array
    inverse: Array


class Standardized(NamedTuple):
    """What the backward pass needs where values are few.

    Attributes
    ----------
    hat : ndarray
        x̂, in the shape of the input.
    inverse : ndarray
        ``(C,)``: 1 / √(variance + ε).
    """

    hat: Array
    inverse: Array


def moments(x: Array) -> Moments:
    """Return the statistics of ``x (*spatial, N, C)`` or ``(N, F)`` over all axes but the last."""
    if x.size <= FEW:
        return _few_moments(x)
    found = _moments(x, None)
    if _is_far(found.mean, found.variance):
        found = _moments(x, found.mean.astype(x.dtype))
    return found


def normalize(
    x: Array,
    mean: Array,
    variance: Array,
    weight: Array,
    bias: Array,
    epsilon: float,
    memory: Memory = FRESH,
) -> tuple[Array, Normalized | Standardized]:
    """Return ``weight·x̂ + bias`` and what the backward functions need.

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
    if x.size <= FEW:
        return _few_normalized(x, mean, variance, weight, bias, epsilon)
    rest, wide = np.asarray(mean, np.float64), np.asarray(variance, np.float64)
    inverse = 1 / np.sqrt(wide + epsilon)
    near = None
    if _is_far(rest, wide):
        near = rest.astype(x.dtype)
        rest = rest - near
    scale = weight * inverse
    y = memory.keep(x.shape, x.dtype)
    blocks = _Affine(x, near, scale, bias - rest * scale)
    for tile, out in _tiles(x, y):
        blocks.apply(tile, out)
    return y, Normalized(x, near, rest, inverse)


def normalize_means(d: Array, saved: Normalized | Standardized, count: float) -> Array:
    """Return ``(2, C)``: Σ d and Σ d·x̂ over all axes but the last, divided by ``count``.

    With the count of the whole mini-batch this is a chunk's part of the mean.
    """
    if isinstance(saved, Standardized):
        return _few_means(d, saved.hat, count)
    sums = _sums(saved.x, d, saved.near)
    sums[1] -= saved.rest * sums[0]
    sums[1] *= saved.inverse
    sums /= count
    return sums.astype(d.dtype)


def normalize_backward(
    d: Array,
    saved: Normalized | Standardized,
    weight: Array,
    means: Array | None,
    memory: Memory = FRESH,
) -> Array:
    """Return the gradient of the input.

    Parameters
    ----------
    d : ndarray
        Gradient of the output; not changed.
    saved : Normalized or Standardized
        What `normalize` returned.
    weight : ndarray
        ``(C,)``.
    means : ndarray or None
        `normalize_means` of the whole mini-batch; None when the statistics were constants.
    memory : Memory
        Where the gradient comes from.
    """
    scale = weight * saved.inverse
    if isinstance(saved, Standardized):
        return _few_gradients(d, saved.hat, scale, means)
    dx = memory.keep(d.shape, d.dtype)
    factor = _per_block(scale, d)
    if means is None:
        np.multiply(d, factor, out=dx)
        return dx
    slope = -scale * saved.inverse * means[1]
    blocks = _Affine(d, saved.near, slope, -scale * means[0] - slope * saved.rest)
    for g, x, out in _tiles(d, saved.x, dx):
        blocks.apply(x, out)
        out += np.multiply(g, factor, out=memory.temporary("scaled", g.shape, g.dtype))
    return dx


def _few_moments(x: Array) -> Moments:
    rows = x.reshape(-1, x.shape[-1]).astype(np.float64)
    count = len(rows)
    shares = equal_shares(count, count, rows.dtype)
    mean = shares.dot(rows)
    rows -= mean
    rows *= rows
    return Moments(count, mean, shares.dot(rows))


def _few_normalized(
    x: Array,
    mean: Array,
    variance: Array,
    weight: Array,
    bias: Array,
    epsilon: float,
) -> tuple[Array, Standardized]:
    inverse = (variance + epsilon) ** -0.5
    hat = ((x - mean) * inverse).astype(x.dtype)
    y: Array = hat * weight
    y += bias
    return y, Standardized(hat, inverse.astype(x.dtype))


def _few_means(d: Array, hat: Array, count: float) -> Array:
    channels = d.shape[-1]
    rows = d.size // channels
    shares = equal_shares(rows, count, d.dtype)
    means = np.empty((2, channels), d.dtype)
    shares.dot(d.reshape(rows, channels), out=means[0])
    shares.dot((d * hat).reshape(rows, channels), out=means[1])
    return means


def _few_gradients(d: Array, hat: Array, scale: Array, means: Array | None) -> Array:
    if means is None:
        return d * scale
    dx: Array = d - hat * means[1]
    dx -= means[0]
    dx *= scale
    return dx


class _Affine:
    """``(x − near)·scale + offset`` per channel, on tiles of an array like ``x``."""

    def __init__(self, x: Array, near: Array | None, scale: Array, offset: Array) -> None:
        self.near = None if near is None else _per_block(near, x)
        self.scale, self.offset = _per_block(scale, x), _per_block(offset, x)

    def apply(self, tile: Array, out: Array) -> None:
        if self.near is not None:
            tile = np.subtract(tile, self.near, out=out)
        np.multiply(tile, self.scale, out=out)
        out += self.offset


def _moments(x: Array, near: Array | None) -> Moments:
    count = prod(x.shape[:-1])
    total, squares = _sums(x, None, near)
    rest = total / count
    variance = np.maximum(squares / count - rest * rest, 0)
    return Moments(count, rest if near is None else near + rest, variance)


def _is_far(mean: Array, variance: Array) -> bool:
    """Tell whether a mean is more than two standard deviations from zero."""
    return bool((mean * mean > 4 * variance).any())


def _sums(x: Array, d: Array | None, near: Array | None) -> Array:
    """Return ``(2, C)`` in float64: the sums of d and of ``d·(x − near)``.

    Without d it is ``x − near`` that is summed and multiplied.
    """
    totals = np.zeros((2, *x.shape[-2:]))
    for tiles in _tiles(x) if d is None else _tiles(x, d):
        away = tiles[0] if near is None else tiles[0] - near
        g = away if d is None else tiles[1]
        totals[0] += over_space(g)
        totals[1] += products_over_space(g, away)
    per_channel: Array = totals.sum(axis=1)
    return per_channel


def _per_block(constant: Array, x: Array) -> Array:
    """Repeat a constant per channel for every sample, so that it meets blocks of N·C numbers."""
    block = np.empty(x.shape[-2:], x.dtype)
    block[...] = constant
    return block


def _tiles(*arrays: Array) -> Iterable[tuple[Array, ...]]:
    """Return matching tiles of leading rows that stay in the second-level cache together."""
    first = arrays[0]
    if first.ndim == 2 or len(arrays) * first.size <= window.TILE:
        return (arrays,)
    row = len(arrays) * prod(first.shape[1:])
    return (tuple(array[rows] for array in arrays) for rows in pieces(len(first), row))


FEW = 1 << 13
"""Values up to which calls cost more than what they compute."""
