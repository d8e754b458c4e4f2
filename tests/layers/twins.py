"""Slow, obvious twins of the layers: plain loops over public arrays ``(N, C, *spatial)``.

They take the settings of a layer and compute windows, padding and groups by themselves, so that
they share neither geometry nor layout nor arithmetic with what they check.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from cnnstudio.engine.random import BlockRandom

Array = Any
Twin = Callable[..., Array]
TWINS: dict[str, Twin] = {}


def twin(function: Twin) -> Twin:
    """Register a twin under the name of its layer's class."""
    TWINS[function.__name__] = function
    return function


def spread(setting: Any, rank: int) -> tuple[int, ...]:
    return (setting,) * rank if isinstance(setting, int) else tuple(setting)


def sides(padding: Any, extents: Any, kernel: Any, stride: Any, dilation: Any) -> list[tuple]:
    """Return what is added before and after each axis."""
    if padding == "valid":
        padding = 0
    if padding != "same":
        numbers = [padding] * len(extents) if isinstance(padding, int) else padding
        return [(n, n) if isinstance(n, int) else tuple(n) for n in numbers]
    found = []
    for n, k, s, d in zip(extents, kernel, stride, dilation, strict=True):
        total = 0  # the least that gives ceil(n / s) outputs; an odd one goes behind
        while len(range(0, n + total - d * (k - 1), s)) < math.ceil(n / s):
            total += 1
        found.append((total // 2, total - total // 2))
    return found


def windows(layer: Any, extents: tuple[int, ...]) -> Iterator[tuple[tuple, list[tuple]]]:
    """Yield each output position with its ``(tap, input position)`` pairs inside the input."""
    rank = len(extents)
    kernel = spread(layer.kernel, rank)
    stride = kernel if layer.stride is None else spread(layer.stride, rank)
    dilation = spread(getattr(layer, "dilation", 1), rank)
    pads = sides(layer.padding, extents, kernel, stride, dilation)
    counts = [
        len(range(0, n + a + b - d * (k - 1), s))
        for n, k, s, d, (a, b) in zip(extents, kernel, stride, dilation, pads, strict=True)
    ]
    for output in product(*map(range, counts)):
        reads = []
        for tap in product(*map(range, kernel)):
            at = tuple(
                o * s + t * d - a
                for o, s, t, d, (a, _) in zip(output, stride, tap, dilation, pads, strict=True)
            )
            if all(0 <= i < n for i, n in zip(at, extents, strict=True)):
                reads.append((tap, at))
        yield output, reads


def collect(values: dict[tuple, Any], leading: tuple[int, ...]) -> Array:
    """Return values by output position, each an array ``leading``, as ``(*leading, *outputs)``."""
    extents = tuple(n + 1 for n in max(values))
    out = np.empty((*leading, *extents))
    for position, value in values.items():
        out[(..., *position)] = value
    return out


@twin
def Conv(layer: Any, parameters: Any, x: Array, training: bool) -> Array:
    weight = parameters["weight"]
    filters, inner = weight.shape[:2]
    values = {}
    for output, reads in windows(layer, x.shape[2:]):
        value = np.zeros((len(x), filters))
        for f in range(filters):
            group = f * layer.groups // filters
            for tap, at in reads:
                for c in range(inner):
                    value[:, f] += weight[(f, c, *tap)] * x[(slice(None), group * inner + c, *at)]
            if layer.bias:
                value[:, f] += parameters["bias"][f]
        values[output] = value
    return collect(values, (len(x), filters))


@twin
def MaxPool(layer: Any, parameters: Any, x: Array, training: bool) -> Array:
    places = windows(layer, x.shape[2:])
    return collect({o: max_of(x, reads) for o, reads in places}, x.shape[:2])


def max_of(x: Array, reads: list[tuple]) -> Array:
    found = np.full(x.shape[:2], -math.inf)
    for _, at in reads:
        found = np.where(x[(..., *at)] > found, x[(..., *at)], found)
    return found


@twin
def AveragePool(layer: Any, parameters: Any, x: Array, training: bool) -> Array:
    places = windows(layer, x.shape[2:])
    return collect({o: sum(x[(..., *at)] for _, at in r) / len(r) for o, r in places}, x.shape[:2])


@twin
def GlobalAveragePool(layer: Any, parameters: Any, x: Array, training: bool) -> Array:
    places = list(np.ndindex(x.shape[2:]))
    return sum(x[(..., *at)] for at in places) / len(places)


def each(function: Callable[[float], float]) -> Twin:
    def elementwise(layer: Any, parameters: Any, x: Array, training: bool) -> Array:
        return np.array([function(float(value)) for value in x.ravel()]).reshape(x.shape)

    return elementwise


TWINS["ReLU"] = each(lambda v: max(v, 0.0))
TWINS["Sigmoid"] = each(lambda v: 1 / (1 + math.exp(-v)))
TWINS["Tanh"] = each(lambda v: (math.exp(v) - math.exp(-v)) / (math.exp(v) + math.exp(-v)))


@twin
def LeakyReLU(layer: Any, parameters: Any, x: Array, training: bool) -> Array:
    return each(lambda v: v if v > 0 else layer.slope * v)(layer, parameters, x, training)


@twin
def Softmax(layer: Any, parameters: Any, x: Array, training: bool) -> Array:
    powers = each(math.exp)(layer, parameters, x, training)
    total = sum(powers[:, c] for c in range(x.shape[1]))
    return np.stack([powers[:, c] / total for c in range(x.shape[1])], axis=1)


@twin
def BatchNorm(layer: Any, parameters: Any, x: Array, training: bool) -> Array:
    y = np.empty(x.shape)
    for c in range(x.shape[1]):
        values = x[:, c].ravel().tolist()
        mean, variance = parameters["running_mean"][c], parameters["running_var"][c]
        if training:
            mean = math.fsum(values) / len(values)
            variance = math.fsum((v - mean) ** 2 for v in values) / len(values)
        slope = parameters["weight"][c] / math.sqrt(variance + layer.eps)
        y[:, c] = slope * (x[:, c] - mean) + parameters["bias"][c]
    return y


@twin
def Dense(layer: Any, parameters: Any, x: Array, training: bool) -> Array:
    y = np.zeros((len(x), layer.units))
    for n, u in np.ndindex(y.shape):
        for i in range(x.shape[1]):
            y[n, u] += parameters["weight"][u, i] * x[n, i]
        if layer.bias:
            y[n, u] += parameters["bias"][u]
    return y


@twin
def Flatten(layer: Any, parameters: Any, x: Array, training: bool) -> Array:
    return np.array([[sample[at] for at in np.ndindex(sample.shape)] for sample in x])


@twin
def Add(layer: Any, parameters: Any, *inputs: Array, training: bool) -> Array:
    y = np.zeros(inputs[0].shape)
    for at in np.ndindex(y.shape):
        y[at] = sum(x[at] for x in inputs)
    return y


@twin
def Concat(layer: Any, parameters: Any, *inputs: Array, training: bool) -> Array:
    return np.stack([x[:, c] for x in inputs for c in range(x.shape[1])], axis=1)


@twin
def Dropout(layer: Any, parameters: Any, x: Array, training: bool) -> Array:
    """A layer alone draws from the stream of seed 0, step 0, block "layer", sample by sample."""
    y = np.array(x, dtype=float)
    if training and layer.p:
        draws = BlockRandom(0, 0, "layer").uniform(len(x), x[0].size).reshape(x.shape)
        for at in np.ndindex(y.shape):
            y[at] = y[at] / (1 - layer.p) if draws[at] >= np.float32(layer.p) else 0.0
    return y
