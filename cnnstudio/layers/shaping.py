"""Layers that only rearrange: Flatten turns maps into a vector."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

from cnnstudio import kernels
from cnnstudio.layers.base import (
    NO_PARAMETERS,
    Array,
    Context,
    Cost,
    Formula,
    Gradients,
    Layer,
    Output,
    Parameters,
    Shape,
    layer,
)


@layer(family="shape", title="Flatten", stem="flatten", icon="flatten", card="slim")
@dataclass(frozen=True)
class Flatten(Layer):
    """Write the maps one behind the other: channel first, then rows, as in PyTorch."""

    equation = "y[c·H·W + i·W + j] = x[c, i, j]"
    source = "LeCun and others, Gradient-based learning applied to document recognition, 1998"

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return ``(product of all axes,)``."""
        return (prod(inputs[0]),)

    def cost(self, *inputs: Shape) -> Cost:
        """Return nothing: the output is a view."""
        return Cost(0, 0)

    def arithmetic(self, *inputs: Shape) -> tuple[Formula, ...]:
        """Return the product of the axes."""
        return (Formula("Output", "·".join(map(str, inputs[0])), f"{prod(inputs[0]):,}"),)

    def forward(self, parameters: Parameters, *inputs: Array, context: Context) -> Output:
        """Rearrange into PyTorch's order."""
        x = inputs[0]
        if x.ndim == 2:
            return x, None, NO_PARAMETERS
        y = kernels.flatten(x, context.memory, context.output)
        return y, (x.shape[:-2], x.shape[-1]), NO_PARAMETERS

    def backward(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> Gradients:
        """Rearrange back into maps."""
        if saved is None:
            return (gradient,), NO_PARAMETERS
        spatial, channels = saved
        dx = kernels.unflatten(gradient, spatial, channels, context.memory)
        return (dx,), NO_PARAMETERS
