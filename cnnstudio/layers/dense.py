"""The fully connected layer: every output reads every input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnnstudio import kernels
from cnnstudio.layers.base import (
    Array,
    Context,
    Cost,
    Formula,
    Gradients,
    Layer,
    Output,
    Parameters,
    ParameterSpec,
    Shape,
    ShapeError,
    layer,
)
from cnnstudio.layers.convolution import INITIALISERS
from cnnstudio.layers.geometry import times
from cnnstudio.layers.settings import choice, flag, integer


@layer(family="dense", title="Fully connected", stem="fc", icon="dense", card="narrow")
@dataclass(frozen=True)
class Dense(Layer):
    """``y = W·x + b`` with ``W`` of shape (units, features).

    Raises
    ------
    ShapeError
        If the input is a map; a Flatten or GlobalAveragePool has to come between.
    """

    units: int = integer(10, minimum=1, maximum=1_000_000, help="Number of outputs")
    bias: bool = flag(True, help="Add a bias per unit")
    initialiser: str = choice(
        "he_uniform", INITIALISERS, help="Law of the initial weights", label="Initial weights"
    )

    scope = "batch"
    equation = "y[u] = b[u] + Σ_i W[u, i] · x[i]"
    source = "Rosenblatt, The perceptron, 1958"

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return ``(units,)``."""
        if len(inputs[0]) != 1:
            raise ShapeError(f"Fully connected reads a vector, the input is {times(inputs[0])}")
        return (self.units,)

    def parameters(self, *inputs: Shape) -> Mapping[str, ParameterSpec]:
        """Return ``weight`` (units, features) and ``bias`` (units,)."""
        specs = {"weight": ParameterSpec((self.units, inputs[0][0]), self.initialiser)}
        if self.bias:
            specs["bias"] = ParameterSpec((self.units,), "zeros")
        return specs

    def cost(self, *inputs: Shape) -> Cost:
        """Return one multiply-add per weight."""
        self.output_shape(*inputs)
        return Cost(self.units * inputs[0][0], 4 * self.units)

    def arithmetic(self, *inputs: Shape) -> tuple[Formula, ...]:
        """Return ``"400·120 + 120 = 48,120"`` and the multiply-adds."""
        self.output_shape(*inputs)
        features = inputs[0][0]
        product = f"{features}·{self.units}"
        weights = features * self.units
        bias = f" + {self.units}" if self.bias else ""
        total = weights + (self.units if self.bias else 0)
        return (
            Formula("Parameters", product + bias, f"{total:,}"),
            Formula("Multiply-adds", product, f"{weights:,}"),
        )

    def reach(self, *inputs: Shape) -> None:
        """Return None: every position is read."""

    def summary(self) -> str:
        """Return ``"120 units"``."""
        return f"{self.units} units"

    def forward(self, parameters: Parameters, *inputs: Array, context: Context) -> Output:
        """Multiply the whole mini-batch by the weights."""
        bias = parameters["bias"] if self.bias else None
        y = kernels.dense(inputs[0], parameters["weight"], bias, context.memory, context.multiply)
        return y, inputs[0], {}

    def backward(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> Gradients:
        """Multiply by the transposed weights and by the transposed input."""
        dx, dw, db = kernels.dense_backward(
            gradient,
            saved,
            parameters["weight"],
            context.needs_input_gradient,
            context.memory,
            context.destinations.get("weight"),
            context.multiply,
        )
        return (dx,), {"weight": dw, "bias": db} if self.bias else {"weight": dw}
