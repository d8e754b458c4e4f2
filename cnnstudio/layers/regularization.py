"""Regularization: make it hard for units to rely on each other."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from cnnstudio import kernels
from cnnstudio.layers.base import (
    NO_PARAMETERS,
    Array,
    Context,
    Gradients,
    Layer,
    Output,
    Parameters,
    layer,
)
from cnnstudio.layers.settings import real


@layer(family="regularization", title="Dropout", stem="drop", icon="dropout", card="slim")
@dataclass(frozen=True)
class Dropout(Layer):
    """While training, set a value to 0 with probability p and scale the others by 1 / (1 − p)."""

    p: float = real(
        0.5,
        minimum=0,
        maximum=0.99,
        help="Probability that a value is dropped",
        label="Probability",
    )

    equation = "y = x · m / (1 − p),  m = 0 with probability p, else 1"
    source = "Srivastava and others, Dropout, 2014"

    def summary(self) -> str:
        """Return ``"p 0.5"``."""
        return f"p {self.p:g}"

    def forward(self, parameters: Parameters, *inputs: Array, context: Context) -> Output:
        """Drop values while training; pass them on otherwise."""
        x = inputs[0]
        if not context.training or self.p == 0:
            return x, None, NO_PARAMETERS
        assert context.random is not None
        samples, shape = kernels.samples(x), (x.shape[-1], *x.shape[:-2])
        draws = context.random.uniform(samples, prod(shape)).reshape(samples, *shape)
        mask = kernels.enter(draws >= np.float32(self.p))
        out = x if context.owns_input else context.memory.keep(x.shape, x.dtype)
        kernels.multiply(x, mask, 1 / (1 - self.p), out)
        return out, mask, NO_PARAMETERS

    def backward(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> Gradients:
        """Drop the same gradients."""
        if saved is None:
            return (gradient,), NO_PARAMETERS
        out = context.memory.keep(gradient.shape, gradient.dtype)
        kernels.multiply(gradient, saved, 1 / (1 - self.p), out)
        return (out,), NO_PARAMETERS
