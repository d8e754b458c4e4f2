"""Convolution: every filter slides over the input and adds up what it covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import gcd, prod
from typing import Any

from cnnstudio import kernels
from cnnstudio.layers import geometry
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
    Reach,
    Shape,
    ShapeError,
    layer,
)
from cnnstudio.layers.settings import (
    Extent,
    Padding,
    choice,
    extent,
    flag,
    integer,
    padding,
)

INITIALISERS = (
    "he_uniform",
    "he_normal",
    "glorot_uniform",
    "glorot_normal",
    "lecun_uniform",
    "lecun_normal",
    "zeros",
)
"""Initial weights a layer can ask for; see `cnnstudio.engine.initialisers`."""


@layer(family="convolution", title="Convolution", stem="conv", icon="conv")
@dataclass(frozen=True)
class Conv(Layer):
    """Cross-correlation with learned filters, for signals, images and volumes.

    ``y[f, p] = b[f] + Σ_c Σ_t w[f, c, t] · x[c, s·p + d·t − pad]``; the kernel is not flipped, as
    in PyTorch.  With ``groups`` = g the channels are cut into g parts that do not see each other;
    g = channels is a depthwise convolution.

    Raises
    ------
    ShapeError
        If the input is a vector, the kernel does not fit, or ``groups`` does not divide channels
        and filters.
    """

    filters: int = integer(16, minimum=1, maximum=65536, help="Number of feature maps produced")
    kernel: Extent = extent(3, help="Height × width of the window each filter reads")
    stride: Extent = extent(1, help="Distance between neighbouring windows")
    padding: Padding = padding(0, help="Zeros around the input; 'same' keeps ⌈n/stride⌉ positions")
    dilation: Extent = extent(1, help="Distance between neighbouring taps of the kernel")
    groups: int = integer(1, minimum=1, maximum=65536, help="Parts the channels are cut into")
    bias: bool = flag(True, help="Add a bias per filter")
    initialiser: str = choice(
        "he_uniform", INITIALISERS, help="Law of the initial weights", label="Initial weights"
    )

    equation = "y[f, p] = b[f] + Σ_c Σ_t w[f, c, t] · x[c, s·p + d·t − pad]"
    source = "LeCun and others, Gradient-based learning applied to document recognition, 1998"

    def axes(self, shape: Shape) -> tuple[geometry.Axis, ...]:
        """Return the window's numbers per axis for an input of this shape."""
        return geometry.window_axes(
            geometry.spatial(self, shape), self.kernel, self.stride, self.padding, self.dilation
        )

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return ``(filters, *extents)``; see `cnnstudio.layers.geometry`."""
        channels = inputs[0][0]
        extents = geometry.require_fit(self, self.axes(inputs[0]))
        if channels % self.groups or self.filters % self.groups:
            raise ShapeError(
                f"{self.groups} groups must divide both {channels} channels and "
                f"{self.filters} filters",
                self._fitting_groups(channels),
            )
        return (self.filters, *extents)

    def _fitting_groups(self, channels: int) -> tuple[Layer, ...]:
        common = gcd(channels, self.filters)
        nearest = max(g for g in range(1, common + 1) if common % g == 0 and g <= self.groups)
        found: list[Layer] = [replace(self, groups=nearest)]
        if channels % self.groups == 0:
            found.append(replace(self, filters=-(-self.filters // self.groups) * self.groups))
        return tuple(found)

    def parameters(self, *inputs: Shape) -> Mapping[str, ParameterSpec]:
        """Return ``weight`` (filters, channels / groups, *kernel) and ``bias`` (filters,)."""
        kernel = tuple(axis.kernel for axis in self.axes(inputs[0]))
        shape = (self.filters, inputs[0][0] // self.groups, *kernel)
        specs = {"weight": ParameterSpec(shape, self.initialiser)}
        if self.bias:
            specs["bias"] = ParameterSpec((self.filters,), "zeros")
        return specs

    def cost(self, *inputs: Shape) -> Cost:
        """Return one multiply-add per weight and output position."""
        output = self.output_shape(*inputs)
        weights = prod(self.parameters(*inputs)["weight"].shape)
        return Cost(weights * prod(output[1:]), 4 * prod(output))

    def arithmetic(self, *inputs: Shape) -> tuple[Formula, ...]:
        """Return extents, ``"6·(1·5·5) + 6 = 156"`` and the multiply-adds."""
        axes = self.axes(inputs[0])
        per_filter = prod(self.parameters(*inputs)["weight"].shape[1:])
        taps = "·".join(str(n) for n in self.parameters(*inputs)["weight"].shape[1:])
        count = self.filters * per_filter
        bias = f" + {self.filters}" if self.bias else ""
        formulas = [
            *geometry.extent_formulas(axes),
            Formula(
                "Parameters",
                f"{self.filters}·({taps}){bias}",
                f"{count + (self.filters if self.bias else 0):,}",
            ),
        ]
        extents = geometry.outputs(axes)
        if min(extents) >= 1:
            places = "·".join(str(n) for n in extents)
            formulas.append(
                Formula(
                    "Multiply-adds",
                    f"{self.filters}·{places}·({taps})",
                    f"{count * prod(extents):,}",
                )
            )
        return tuple(formulas)

    def reach(self, *inputs: Shape) -> Reach:
        """Return the dilated kernel and the stride."""
        return geometry.window_reach(self.axes(inputs[0]))

    def summary(self) -> str:
        """Return ``"6 filters · 5×5 · pad 2"``."""
        return f"{self.filters} filters · {window_summary(self)}"

    def forward(self, parameters: Parameters, *inputs: Array, context: Context) -> Output:
        """Correlate, then add the bias."""
        y, saved = self.correlate(parameters, inputs[0], context)
        if self.bias:
            kernels.add_bias(y, parameters["bias"])
        return y, saved, {}

    def correlate(self, parameters: Parameters, x: Array, context: Context) -> tuple[Array, Any]:
        """Return the output before the bias, and what `uncorrelate` needs."""
        window = geometry.window(self, x.shape[:-2])
        y = kernels.convolve(x, parameters["weight"], window, context.memory)
        return y, (window, x)

    def uncorrelate(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> tuple[Array | None, Array]:
        """Return input and weight gradient for `correlate`."""
        window, x = saved
        return kernels.convolve_backward(
            gradient,
            parameters["weight"],
            x,
            window,
            context.needs_input_gradient,
            context.memory,
        )

    def backward(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> Gradients:
        """Correlate with the flipped kernel for the input, with the input for the weights."""
        dx, dw = self.uncorrelate(parameters, saved, gradient, context)
        gradients = {"weight": dw}
        if self.bias:
            gradients["bias"] = kernels.bias_gradient(gradient)
        return (dx,), gradients


def window_summary(owner: Any) -> str:
    """Return kernel, stride, padding, dilation and groups where they say something."""
    kernel = owner.kernel if isinstance(owner.kernel, tuple) else (owner.kernel,) * 2
    words = [geometry.times(kernel)]
    usual = (None, owner.kernel) if owner.family == "pooling" else (1,)
    if owner.stride not in usual:
        words.append(f"stride {_short(owner.stride)}")
    if owner.padding not in (0, "valid"):
        words.append(f"pad {_short(owner.padding)}")
    if getattr(owner, "dilation", 1) != 1:
        words.append(f"dilation {_short(owner.dilation)}")
    if getattr(owner, "groups", 1) != 1:
        words.append(f"{owner.groups} groups")
    return " · ".join(words)


def _short(setting: Any) -> str:
    if not isinstance(setting, tuple):
        return str(setting)
    return "×".join("+".join(map(str, n)) if isinstance(n, tuple) else str(n) for n in setting)
