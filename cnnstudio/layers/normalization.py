"""Normalization: bring the values of a channel to mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from cnnstudio import kernels
from cnnstudio.layers.base import (
    Array,
    Context,
    Formula,
    Gradients,
    Layer,
    Output,
    Parameters,
    ParameterSpec,
    Shape,
    layer,
)
from cnnstudio.layers.settings import real


@layer(family="normalization", title="Batch", stem="bn", icon="batchnorm", card="narrow")
@dataclass(frozen=True)
class BatchNorm(Layer):
    """``y = weight · (x − mean) / √(var + eps) + bias`` per channel.

    While training, mean and variance are those of the mini-batch (all samples and positions), and
    the running values move towards them by ``momentum`` (the running variance towards the unbiased
    one, as in PyTorch).  Otherwise the running values are used.
    """

    eps: float = real(
        1e-5, minimum=0, exclusive=True, help="Added to the variance", label="Epsilon"
    )
    momentum: float = real(
        0.1, minimum=0, maximum=1, help="Share of the mini-batch in the running values"
    )

    scope = "batch"
    coupled = True
    equation = "y = γ · (x − μ) / √(σ² + ε) + β"
    source = "Ioffe and Szegedy, Batch normalization, 2015"

    def parameters(self, *inputs: Shape) -> Mapping[str, ParameterSpec]:
        """Return weight, bias, running_mean and running_var, each (channels,)."""
        shape = (inputs[0][0],)
        return {
            "weight": ParameterSpec(shape, "ones"),
            "bias": ParameterSpec(shape, "zeros"),
            "running_mean": ParameterSpec(shape, "zeros", trainable=False),
            "running_var": ParameterSpec(shape, "ones", trainable=False),
        }

    def arithmetic(self, *inputs: Shape) -> tuple[Formula, ...]:
        """Return the parameters and the running values."""
        channels = inputs[0][0]
        return (
            Formula("Parameters (weight and bias)", f"2·{channels}", f"{2 * channels:,}"),
            Formula("Running values (mean and variance)", f"2·{channels}", f"{2 * channels:,}"),
        )

    def reduce(self, *inputs: Array) -> kernels.Moments:
        """Return count, mean and squared deviations of this chunk."""
        return kernels.moments(inputs[0])

    def forward(self, parameters: Parameters, *inputs: Array, context: Context) -> Output:
        """Normalize by the mini-batch (training) or by the running values."""
        x = inputs[0]
        updates: Parameters = {}
        if context.training:
            moments: kernels.Moments = context.shared
            mean: Array = moments.mean
            variance: Array = moments.squares / moments.count
            unbiased = moments.squares / max(moments.count - 1, 1)
            updates = {
                "running_mean": self._moved(parameters["running_mean"], mean),
                "running_var": self._moved(parameters["running_var"], unbiased),
            }
        else:
            mean, variance = parameters["running_mean"], parameters["running_var"]
        y, saved = kernels.normalize(
            x, mean, variance, parameters["weight"], parameters["bias"], self.eps, context.memory
        )
        return y, saved, updates

    def _moved(self, running: Array, batch: Any) -> Array:
        moved = (1 - self.momentum) * running + self.momentum * np.asarray(batch)
        return moved.astype(running.dtype)

    def reduce_gradient(self, parameters: Parameters, saved: Any, gradient: Array) -> Any:
        """Return Σ gradient and Σ gradient · x̂ of this chunk, and its count."""
        return Sums(kernels.normalize_sums(gradient, saved), prod(gradient.shape[:-1]))

    def backward(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> Gradients:
        """Differentiate through the mini-batch's mean and variance.

        The engine adds up the parameter gradients of all chunks, so each chunk returns a part of
        the whole mini-batch's sums, as large as its part of the samples.
        """
        if not context.training:
            sums = kernels.normalize_sums(gradient, saved)
            dx = kernels.normalize_backward(
                gradient, saved, parameters["weight"], None, 1, context.memory
            )
            return (dx,), {"weight": sums[1], "bias": sums[0]}
        whole: Sums = context.shared
        dx = kernels.normalize_backward(
            gradient, saved, parameters["weight"], whole.values, whole.count, context.memory
        )
        share = prod(gradient.shape[:-1]) / whole.count
        return (dx,), {"weight": share * whole.values[1], "bias": share * whole.values[0]}


@dataclass(frozen=True)
class Sums:
    """Σ gradient and Σ gradient · x̂ (2, channels) over ``count`` values per channel."""

    values: Any
    count: int

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.values + other.values, self.count + other.count)
