"""Slow, obvious twins of the kernels, and how results are compared.

The twins work on PyTorch's ``(N, C, *spatial)`` and loop over output positions and taps in plain
Python.  They share no code with the kernels but the numbers of the window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from cnnstudio.kernels import Window
from cnnstudio.kernels.convolution import methods

Array = Any
TOLERANCE = {"float32": 2e-5, "float64": 1e-9}


def error(found: Array, expected: Array) -> float:
    """Return max|a − b| / max|b|; shapes must agree."""
    assert found.shape == expected.shape, (found.shape, expected.shape)
    if expected.size == 0:
        return 0.0
    scale = np.abs(expected).max()
    return float(np.abs(found - expected).max() / (scale if scale else 1.0))


def assert_close(found: Array, expected: Array, what: str = "") -> None:
    """Compare with the project's tolerance for the dtype of ``found``."""
    worst = error(found, expected)
    assert worst <= TOLERANCE[found.dtype.name], f"{what}: error {worst:.1e}"


def numeric_gradient(f: Callable[[Array], Array], x: Array, d: Array, step: float = 1e-6) -> Array:
    """Differentiate ``Σ f(x)·d`` by central differences, one number of ``x`` at a time."""
    x = np.array(x)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        there = x[index]
        x[index] = there + step
        above = (f(x) * d).sum()
        x[index] = there - step
        below = (f(x) * d).sum()
        x[index] = there
        gradient[index] = (above - below) / (2 * step)
    return gradient


def window(
    kernel: tuple[int, ...],
    stride: int | tuple[int, ...] = 1,
    padding: int | tuple[tuple[int, int], ...] = 0,
    dilation: int | tuple[int, ...] = 1,
    groups: int = 1,
) -> Window:
    """Build a window, numbers repeated for every axis."""
    rank = len(kernel)
    return Window(
        kernel,
        (stride,) * rank if isinstance(stride, int) else stride,
        ((padding, padding),) * rank if isinstance(padding, int) else padding,
        (dilation,) * rank if isinstance(dilation, int) else dilation,
        groups,
    )


def method(
    w: Window, extent: tuple[int, ...], channels: int, samples: int, filters: int = 1
) -> str:
    """Return the name of the method, or those for output and gradients where they differ."""
    found = methods(w, (*extent, samples, channels), filters)
    used = (by.__name__.split(".")[-1] for by in found)
    return " ".join(dict.fromkeys(used))


def places(extent: tuple[int, ...], w: Window) -> Iterator[tuple[tuple, list[tuple]]]:
    """Yield each output position with the ``(tap, position in the padded input)`` it reads."""
    outputs = []
    for n, k, s, (a, b), d in zip(extent, w.kernel, w.stride, w.padding, w.dilation, strict=True):
        outputs.append(len(range(0, n + a + b - d * (k - 1), s)))
    for output in product(*map(range, outputs)):
        reads = []
        for tap in product(*map(range, w.kernel)):
            at = zip(output, w.stride, tap, w.dilation, strict=True)
            reads.append((tap, tuple(o * s + t * d for o, s, t, d in at)))
        yield output, reads


def output_extent(extent: tuple[int, ...], w: Window) -> tuple[int, ...]:
    last, _ = list(places(extent, w))[-1]
    return tuple(n + 1 for n in last)


def padded(x: Array, w: Window, value: float = 0) -> Array:
    return np.pad(x, ((0, 0), (0, 0), *w.padding), constant_values=value)


def unpadded(x: Array, w: Window) -> Array:
    inside = (slice(a, x.shape[2 + i] - b) for i, (a, b) in enumerate(w.padding))
    return x[(slice(None), slice(None), *inside)]


def convolve(x: Array, weight: Array, w: Window) -> Array:
    """``x (N, C, *spatial)``, ``weight (F, C/groups, *kernel)``."""
    p = padded(x, w)
    filters, inner = weight.shape[:2]
    y = np.zeros((len(x), filters, *output_extent(x.shape[2:], w)), x.dtype)
    for output, reads in places(x.shape[2:], w):
        for tap, at in reads:
            for f in range(filters):
                first = f // (filters // w.groups) * inner
                for c in range(inner):
                    y[(slice(None), f, *output)] += (
                        p[(slice(None), first + c, *at)] * weight[(f, c, *tap)]
                    )
    return y


def convolve_backward(d: Array, x: Array, weight: Array, w: Window) -> tuple[Array, Array]:
    p = padded(x, w)
    dp, dw = np.zeros_like(p), np.zeros_like(weight)
    filters, inner = weight.shape[:2]
    for output, reads in places(x.shape[2:], w):
        for tap, at in reads:
            for f in range(filters):
                first = f // (filters // w.groups) * inner
                g = d[(slice(None), f, *output)]
                for c in range(inner):
                    read = (slice(None), first + c, *at)
                    dp[read] += g * weight[(f, c, *tap)]
                    dw[(f, c, *tap)] += (g * p[read]).sum()
    return unpadded(dp, w), dw


def max_pool(x: Array, w: Window) -> Array:
    p = padded(x, w, -np.inf)
    y = np.empty((*x.shape[:2], *output_extent(x.shape[2:], w)), x.dtype)
    for output, reads in places(x.shape[2:], w):
        for n, c in np.ndindex(x.shape[:2]):
            y[(n, c, *output)] = max(p[(n, c, *at)] for _, at in reads)
    return y


def max_pool_backward(d: Array, x: Array, w: Window) -> Array:
    p = padded(x, w, -np.inf)
    dp = np.zeros_like(p)
    for output, reads in places(x.shape[2:], w):
        for n, c in np.ndindex(x.shape[:2]):
            values = [p[(n, c, *at)] for _, at in reads]
            winner = reads[values.index(max(values))][1]  # the first one wins ties
            dp[(n, c, *winner)] += d[(n, c, *output)]
    return unpadded(dp, w)


def average_pool(x: Array, w: Window) -> Array:
    p, real = padded(x, w), padded(np.ones_like(x), w)
    y = np.empty((*x.shape[:2], *output_extent(x.shape[2:], w)), x.dtype)
    for output, reads in places(x.shape[2:], w):
        for n, c in np.ndindex(x.shape[:2]):
            count = sum(real[(n, c, *at)] for _, at in reads)
            y[(n, c, *output)] = sum(p[(n, c, *at)] for _, at in reads) / count
    return y


def average_pool_backward(d: Array, x: Array, w: Window) -> Array:
    real = padded(np.ones_like(x), w)
    dp = np.zeros_like(real)
    for output, reads in places(x.shape[2:], w):
        for n, c in np.ndindex(x.shape[:2]):
            count = sum(real[(n, c, *at)] for _, at in reads)
            for _, at in reads:
                dp[(n, c, *at)] += d[(n, c, *output)] / count
    return unpadded(dp, w)


def batch_norm(x: Array, weight: Array, bias: Array, epsilon: float) -> Array:
    """Normalize ``(N, C, *spatial)`` channel by channel, statistics in float64."""
    y = np.empty_like(x)
    for c in range(x.shape[1]):
        values = x[:, c].astype(np.float64)
        deviation = np.sqrt(values.var() + epsilon)
        y[:, c] = weight[c] * (values - values.mean()) / deviation + bias[c]
    return y
