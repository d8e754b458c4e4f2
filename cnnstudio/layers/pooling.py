"""Pooling: each window of a map becomes one number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Any

from cnnstudio import kernels
from cnnstudio.layers import geometry
from cnnstudio.layers.base import (
    NO_PARAMETERS,
    Array,
    Context,
    Formula,
    Gradients,
    Layer,
    Output,
    Parameters,
    Reach,
    Shape,
    ShapeError,
    layer,
)
from cnnstudio.layers.convolution import window_summary
from cnnstudio.layers.settings import Extent, Padding, extent, padding


@dataclass(frozen=True)
class Pool(Layer):
    """Shape rules that maximum and average pooling share; the stride is the kernel unless given.

    Raises
    ------
    ShapeError
        If the input is a vector, the kernel does not fit, or the padding exceeds half the kernel
        (a window could then lie in the padding alone).
    """

    kernel: Extent = extent(2, help="Height × width of the window")
    stride: Extent | None = extent(None, help="Distance between windows; empty: the kernel's size")
    padding: Padding = padding(0, help="Border around the input that never wins and never counts")

    def axes(self, shape: Shape) -> tuple[geometry.Axis, ...]:
        """Return the window's numbers per axis for an input of this shape."""
        stride = self.kernel if self.stride is None else self.stride
        return geometry.window_axes(
            geometry.spatial(self, shape), self.kernel, stride, self.padding
        )

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return ``(channels, *extents)``; see `cnnstudio.layers.geometry`."""
        axes = self.axes(inputs[0])
        if self.padding != "same" and any(2 * max(a.before, a.after) > a.kernel for a in axes):
            half = min(axis.kernel for axis in axes) // 2
            raise ShapeError(
                f"Padding may be at most half the {geometry.times(tuple(a.kernel for a in axes))} "
                "kernel, or a window would see nothing but padding",
                (replace(self, padding=half),),
            )
        return (inputs[0][0], *geometry.require_fit(self, axes))

    def arithmetic(self, *inputs: Shape) -> tuple[Formula, ...]:
        """Return the output extents' arithmetic."""
        return geometry.extent_formulas(self.axes(inputs[0]))

    def reach(self, *inputs: Shape) -> Reach:
        """Return kernel and stride."""
        return geometry.window_reach(self.axes(inputs[0]))

    def window(self, x: Array) -> kernels.Window:
        """Return the window for an array in the engine's layout."""
        return geometry.window(self, x.shape[:-2])


@layer(family="pooling", title="Max", stem="pool", icon="maxpool", card="narrow")
@dataclass(frozen=True)
class MaxPool(Pool):
    """The largest value of each window: ``y[c, p] = max_t x[c, s·p + t − pad]``.

    The gradient goes to the winner alone; among equals the first in reading order wins, as in
    PyTorch.
    """

    equation = "y[c, p] = max_t x[c, s·p + t − pad]"
    source = "Ranzato and others, Unsupervised learning of invariant feature hierarchies, 2007"

    def summary(self) -> str:
        """Return ``"Max · 2×2"``."""
        return f"Max · {window_summary(self)}"

    def forward(self, parameters: Parameters, *inputs: Array, context: Context) -> Output:
        """Take the maximum of each window."""
        y, saved = kernels.max_pool(inputs[0], self.window(inputs[0]), context.memory)
        return y, saved, NO_PARAMETERS

    def backward(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> Gradients:
        """Send each gradient to its winner."""
        return (kernels.max_pool_backward(gradient, saved, context.memory),), NO_PARAMETERS


@layer(family="pooling", title="Average", stem="avgpool", icon="averagepool", card="narrow")
@dataclass(frozen=True)
class AveragePool(Pool):
    """The mean of each window; padding is not counted: ``y[c, p] = mean_t x[c, s·p + t − pad]``."""

    equation = "y[c, p] = mean_t x[c, s·p + t − pad]"
    source = "LeCun and others, Gradient-based learning applied to document recognition, 1998"

    def summary(self) -> str:
        """Return ``"Average · 2×2"``."""
        return f"Average · {window_summary(self)}"

    def forward(self, parameters: Parameters, *inputs: Array, context: Context) -> Output:
        """Take the mean of each window."""
        window = self.window(inputs[0])
        y = kernels.average_pool(inputs[0], window, context.memory)
        return y, (window, inputs[0].shape[:-2]), NO_PARAMETERS

    def backward(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> Gradients:
        """Spread each gradient evenly over its window."""
        window, extent_ = saved
        dx = kernels.average_pool_backward(gradient, extent_, window, context.memory)
        return (dx,), NO_PARAMETERS


@layer(
    family="pooling", title="Global average", stem="gap", icon="globalaveragepool", card="narrow"
)
@dataclass(frozen=True)
class GlobalAveragePool(Layer):
    """The mean of each whole map: ``y[c] = mean_p x[c, p]``; the output is a vector."""

    equation = "y[c] = mean_p x[c, p]"
    source = "Lin, Chen and Yan, Network in network, 2014"

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return ``(channels,)``."""
        geometry.spatial(self, inputs[0])
        return (inputs[0][0],)

    def arithmetic(self, *inputs: Shape) -> tuple[Formula, ...]:
        """Return how many values each mean takes in."""
        taps = "·".join(str(n) for n in inputs[0][1:])
        return (Formula("Values per mean", taps, f"{prod(inputs[0][1:]):,}"),)

    def reach(self, *inputs: Shape) -> None:
        """Return None: every position is read."""

    def forward(self, parameters: Parameters, *inputs: Array, context: Context) -> Output:
        """Take the mean of each map."""
        x = inputs[0]
        return kernels.global_average(x, context.memory), x.shape[:-2], NO_PARAMETERS

    def backward(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> Gradients:
        """Spread each gradient evenly over its map."""
        dx = kernels.global_average_backward(gradient, saved, context.memory)
        return (dx,), NO_PARAMETERS
