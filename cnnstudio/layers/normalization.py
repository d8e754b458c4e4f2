"""Normalization: bring the values of a channel to mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
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
        """Return count, mean and variance of this chunk."""
        return kernels.moments(inputs[0])

    def forward(self, parameters: Parameters, *inputs: Array, context: Context) -> Output:
        """Normalize by the mini-batch (training) or by the running values."""
        x = inputs[0]
        updates: Parameters = {}
        if context.training:
            moments: kernels.Moments = context.shared
            count, mean, variance = moments.count, moments.mean, moments.variance
            unbiased = self.momentum * count / max(count - 1, 1)
            stay = 1 - self.momentum
            updates = {
                "running_mean": _pair(stay, self.momentum).dot((parameters["running_mean"], mean)),
                "running_var": _pair(stay, unbiased).dot((parameters["running_var"], variance)),
            }
        else:
            count = 1
            mean, variance = parameters["running_mean"], parameters["running_var"]
        y, saved = kernels.normalize(
            x, mean, variance, parameters["weight"], parameters["bias"], self.eps, context.memory
        )
        return y, (saved, count), updates

    def reduce_gradient(self, parameters: Parameters, saved: Any, gradient: Array) -> Array:
        """Return this chunk's part of the means of gradient and gradient · x̂, (2, channels)."""
        normalized, count = saved
        return kernels.normalize_means(gradient, normalized, count)

    def backward(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> Gradients:
        """Differentiate through the mini-batch's mean and variance.

        The engine adds up the parameter gradients of all chunks, so each chunk returns a part of
        the whole mini-batch's sums, as large as its part of the samples.
        """
        normalized, _ = saved
        means = context.shared if context.training else None
        dx = kernels.normalize_backward(
            gradient, normalized, parameters["weight"], means, context.memory
        )
        if means is None:
            sums = kernels.normalize_means(gradient, normalized, 1)
        else:
            sums = means * (gradient.size // gradient.shape[-1])
        return (dx,), {"weight": sums[1], "bias": sums[0]}


@lru_cache(maxsize=256)
def _pair(first: float, second: float) -> Array:
    """Return both numbers as a vector; a product with it mixes two arrays in one short call."""
    return np.array((first, second))
