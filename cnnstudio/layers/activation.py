"""Activations: one function applied to every value, and softmax over the channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

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


@dataclass(frozen=True)
class Activation(Layer):
    """What all activations share: `activate` and `deactivate` write into an array they are given.

    Class attributes
    ----------------
    monotone : bool
        A maximum may be taken before instead of after it (see `cnnstudio.engine.lowering`).
    """

    monotone: ClassVar[bool] = True

    def activate(self, x: Array, out: Array) -> Any:
        """Write f(x) into ``out`` (which may be ``x``) and return what `deactivate` needs."""
        raise NotImplementedError

    def deactivate(self, gradient: Array, saved: Any, out: Array) -> None:
        """Write gradient · f′ into ``out`` (which may be ``gradient``)."""
        raise NotImplementedError

    def forward(self, parameters: Parameters, *inputs: Array, context: Context) -> Output:
        """Apply the function, in place where the input is ours."""
        x = inputs[0]
        out = x if context.owns_input else context.memory.keep(x.shape, x.dtype)
        return out, self.activate(x, out), NO_PARAMETERS

    def backward(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> Gradients:
        """Multiply by the derivative."""
        out = context.memory.keep(gradient.shape, gradient.dtype)
        self.deactivate(gradient, saved, out)
        return (out,), NO_PARAMETERS


@layer(family="activation", title="ReLU", stem="relu", icon="relu", card="snapped")
@dataclass(frozen=True)
class ReLU(Activation):
    """``y = max(x, 0)``; the derivative at 0 is 0."""

    equation = "y = max(x, 0)"
    source = "Nair and Hinton, Rectified linear units improve restricted Boltzmann machines, 2010"

    def activate(self, x: Array, out: Array) -> Any:
        """Write max(x, 0)."""
        return kernels.relu(x, out)

    def deactivate(self, gradient: Array, saved: Any, out: Array) -> None:
        """Let the gradient of positive outputs pass."""
        kernels.relu_backward(gradient, saved, out)


@layer(family="activation", title="Leaky ReLU", stem="lrelu", icon="leakyrelu", card="snapped")
@dataclass(frozen=True)
class LeakyReLU(Activation):
    """``y = x`` where positive, ``slope · x`` elsewhere."""

    slope: float = real(0.01, minimum=0, maximum=1, help="Slope below zero")

    equation = "y = x if x > 0 else slope · x"
    source = "Maas, Hannun and Ng, Rectifier nonlinearities improve acoustic models, 2013"

    def summary(self) -> str:
        """Return ``"slope 0.01"``."""
        return f"slope {self.slope:g}"

    def activate(self, x: Array, out: Array) -> Any:
        """Write x or slope · x."""
        return kernels.leaky_relu(x, self.slope, out)

    def deactivate(self, gradient: Array, saved: Any, out: Array) -> None:
        """Scale the gradient by 1 or the slope."""
        kernels.leaky_relu_backward(gradient, saved, self.slope, out)


@layer(family="activation", title="Sigmoid", stem="sigmoid", icon="sigmoid", card="snapped")
@dataclass(frozen=True)
class Sigmoid(Activation):
    """``y = 1 / (1 + exp(−x))``."""

    equation = "y = 1 / (1 + exp(−x))"
    source = "Rumelhart and others, Learning representations by back-propagating errors, 1986"

    def activate(self, x: Array, out: Array) -> Any:
        """Write the logistic function."""
        return kernels.sigmoid(x, out)

    def deactivate(self, gradient: Array, saved: Any, out: Array) -> None:
        """Multiply by y · (1 − y)."""
        kernels.sigmoid_backward(gradient, saved, out)


@layer(family="activation", title="Tanh", stem="tanh", icon="tanh", card="snapped")
@dataclass(frozen=True)
class Tanh(Activation):
    """``y = tanh(x)``."""

    equation = "y = tanh(x)"
    source = "LeCun and others, Efficient backprop, 1998"

    def activate(self, x: Array, out: Array) -> Any:
        """Write the hyperbolic tangent."""
        return kernels.tanh(x, out)

    def deactivate(self, gradient: Array, saved: Any, out: Array) -> None:
        """Multiply by 1 − y²."""
        kernels.tanh_backward(gradient, saved, out)


@layer(family="activation", title="Softmax", stem="softmax", icon="softmax", card="snapped")
@dataclass(frozen=True)
class Softmax(Activation):
    """``y[c] = exp(x[c]) / Σ_j exp(x[j])`` over the channels: logits become probabilities."""

    monotone = False
    equation = "y[c] = exp(x[c]) / Σ_j exp(x[j])"
    source = "Bridle, Probabilistic interpretation of feedforward network outputs, 1990"

    def activate(self, x: Array, out: Array) -> Any:
        """Write the probabilities."""
        return kernels.softmax(x, out)

    def deactivate(self, gradient: Array, saved: Any, out: Array) -> None:
        """Write y · (g − Σ_j g[j]·y[j])."""
        kernels.softmax_backward(gradient, saved, out)
