"""Merges: where a skip connection meets the main path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnstudio import kernels
from cnnstudio.layers.base import (
    NO_PARAMETERS,
    Array,
    Context,
    Formula,
    Gradients,
    Layer,
    Output,
    Parameters,
    Shape,
    ShapeError,
    layer,
)
from cnnstudio.layers.geometry import times


@layer(family="merge", title="Add", stem="add", icon="add", card="slim")
@dataclass(frozen=True)
class Add(Layer):
    """``y = x₁ + x₂ + …`` for inputs of the same shape; each receives the whole gradient."""

    arity = (2, None)
    equation = "y = x₁ + x₂ + …"
    source = "He and others, Deep residual learning for image recognition, 2016"

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return the common shape."""
        if any(shape != inputs[0] for shape in inputs):
            raise ShapeError(f"Add needs inputs of one shape, they are {_listed(inputs)}")
        return inputs[0]

    def forward(self, parameters: Parameters, *inputs: Array, context: Context) -> Output:
        """Add the inputs."""
        return kernels.add(inputs, context.memory), len(inputs), NO_PARAMETERS

    def backward(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> Gradients:
        """Pass the gradient to every input."""
        return (gradient,) * saved, NO_PARAMETERS


@layer(family="merge", title="Concatenate", stem="concat", icon="concat", card="slim")
@dataclass(frozen=True)
class Concat(Layer):
    """Stack the channels of the inputs; each receives its part of the gradient."""

    arity = (2, None)
    equation = "y = (x₁, x₂, …) along the channels"
    source = "Szegedy and others, Going deeper with convolutions, 2015"

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return ``(sum of channels, *spatial)``."""
        if any(shape[1:] != inputs[0][1:] for shape in inputs):
            raise ShapeError(
                f"Concatenate needs inputs of one size apart from channels, they are "
                f"{_listed(inputs)}"
            )
        return (sum(shape[0] for shape in inputs), *inputs[0][1:])

    def arithmetic(self, *inputs: Shape) -> tuple[Formula, ...]:
        """Return the sum of the channels."""
        total = sum(shape[0] for shape in inputs)
        return (Formula("Channels", " + ".join(str(s[0]) for s in inputs), f"{total:,}"),)

    def forward(self, parameters: Parameters, *inputs: Array, context: Context) -> Output:
        """Concatenate along the channels."""
        sizes = tuple(x.shape[-1] for x in inputs)
        return kernels.concat(inputs, context.memory), sizes, NO_PARAMETERS

    def backward(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> Gradients:
        """Cut the gradient at the same channels."""
        return kernels.split(gradient, saved), NO_PARAMETERS


def _listed(shapes: tuple[Shape, ...]) -> str:
    return " and ".join(times(shape) for shape in shapes)
