"""Initial weights: how large they may be so that signals neither fade nor explode.

With ``fan_in`` inputs per output and ``fan_out`` outputs per input, He keeps the variance behind a
ReLU, LeCun behind a linear unit, Glorot compromises between forward and backward pass.
Uniform laws have the bound ``√3 · σ``.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod, sqrt

import numpy as np
from numpy.typing import NDArray

Draw = Callable[["np.random.Generator", tuple[int, ...]], NDArray[np.float64]]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return fan-in and fan-out of a weight in PyTorch's shape (outputs, inputs, *kernel)."""
    taps = prod(shape[2:])
    return shape[1] * taps, shape[0] * taps


def _uniform(sigma: Callable[[int, int], float]) -> Draw:
    def draw(generator: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
        bound = sqrt(3) * sigma(*fans(shape))
        return generator.uniform(-bound, bound, shape)

    return draw


def _normal(sigma: Callable[[int, int], float]) -> Draw:
    def draw(generator: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
        return generator.normal(0.0, sigma(*fans(shape)), shape)

    return draw


def _he(fan_in: int, fan_out: int) -> float:
    return sqrt(2 / fan_in)


def _glorot(fan_in: int, fan_out: int) -> float:
    return sqrt(2 / (fan_in + fan_out))


def _lecun(fan_in: int, fan_out: int) -> float:
    return sqrt(1 / fan_in)


INITIALISERS: dict[str, Draw] = {
    "he_uniform": _uniform(_he),
    "he_normal": _normal(_he),
    "glorot_uniform": _uniform(_glorot),
    "glorot_normal": _normal(_glorot),
    "lecun_uniform": _uniform(_lecun),
    "lecun_normal": _normal(_lecun),
    "zeros": lambda generator, shape: np.zeros(shape),
    "ones": lambda generator, shape: np.ones(shape),
}
"""Initialisers by name.

He and others, "Delving deep into rectifiers", 2015; Glorot and Bengio, "Understanding the
difficulty of training deep feedforward neural networks", 2010; LeCun and others, "Efficient
backprop", 1998.
"""
