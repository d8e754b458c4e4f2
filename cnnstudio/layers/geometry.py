"""Window arithmetic shared by convolution and pooling: kernel, stride, padding, dilation per axis.

For one axis with ``n`` input positions, a kernel of ``k`` taps ``d`` apart, stride ``s`` and ``p``
zeros in all, the output has ``⌊(n + p − d·(k − 1) − 1) / s⌋ + 1`` positions (Dumoulin and Visin,
"A guide to convolution arithmetic for deep learning", 2016).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from cnnstudio.kernels import Window
from cnnstudio.layers.base import Formula, Layer, Reach, Shape, ShapeError
from cnnstudio.layers.settings import Extent, Padding

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def times(extent: Shape) -> str:
    """Write an extent as ``"5×5"``."""
    return "×".join(str(number) for number in extent)


def per_axis(setting: str, extent: Extent, rank: int) -> Shape:
    """Spread an extent over the axes.

    Raises
    ------
    ShapeError
        If it names another number of axes.
    """
    if isinstance(extent, int):
        return (extent,) * rank
    if len(extent) != rank:
        raise ShapeError(
            f"{setting} {times(extent)} names {len(extent)} axes, the input has {rank}"
        )
    return extent


def spatial(owner: Layer, shape: Shape) -> Shape:
    """Return the spatial axes of an input.

    Raises
    ------
    ShapeError
        If there are none (a vector) or more than three.
    """
    if not 1 <= len(shape) - 1 <= 3:
        raise ShapeError(
            f"{owner.title} reads a signal, an image or a volume, not a vector of {shape[0]:,}"
            if len(shape) == 1
            else f"{owner.title} reads at most three spatial axes, the input has {len(shape) - 1}"
        )
    return shape[1:]


@dataclass(frozen=True)
class Axis:
    """One axis of a window: all its numbers and the output extent they give."""

    extent: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int

    @property
    def reach(self) -> int:
        """Input positions the kernel spans, dilation included."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def output(self) -> int:
        """Output positions; 0 or less when the kernel does not fit."""
        return (self.extent + self.before + self.after - self.reach) // self.stride + 1

    @property
    def lost(self) -> int:
        """Input positions behind the last window that a stride leaves unread."""
        return (self.extent + self.before + self.after - self.reach) % self.stride

    def expression(self) -> str:
        """Return ``"(28 + 2·2 − 5)/1 + 1"``."""
        pad = f"2·{self.before}" if self.before == self.after else f"{self.before + self.after}"
        reach = str(self.kernel)
        if self.dilation > 1:
            reach = f"({self.dilation}·({self.kernel} − 1) + 1)"
        fraction = f"({self.extent} + {pad} − {reach})/{self.stride}"
        return f"⌊{fraction}⌋ + 1" if self.lost and self.output > 0 else f"{fraction} + 1"


def window_axes(
    extents: Shape, kernel: Extent, stride: Extent, padding: Padding, dilation: Extent = 1
) -> tuple[Axis, ...]:
    """Return the window's numbers per axis.

    ``"same"`` pads to ``⌈n / stride⌉`` outputs; an odd zero goes behind the last position.

    Raises
    ------
    ShapeError
        If a setting names another number of axes than the input has.
    """
    rank = len(extents)
    kernels = per_axis("kernel", kernel, rank)
    strides = per_axis("stride", stride, rank)
    dilations = per_axis("dilation", dilation, rank)
    axes = []
    for i, n in enumerate(extents):
        k, s, d = kernels[i], strides[i], dilations[i]
        before, after = _sides(padding, i, rank, n, d * (k - 1) + 1, s)
        axes.append(Axis(n, k, s, d, before, after))
    return tuple(axes)


def _sides(padding: Padding, i: int, rank: int, n: int, reach: int, stride: int) -> tuple[int, int]:
    if padding == "valid":
        return 0, 0
    if padding == "same":
        total = max((-(-n // stride) - 1) * stride + reach - n, 0)
        return total // 2, total - total // 2
    if isinstance(padding, int):
        return padding, padding
    assert isinstance(padding, tuple)
    if len(padding) != rank:
        raise ShapeError(f"padding names {len(padding)} axes, the input has {rank}")
    side: Any = padding[i]
    return (side, side) if isinstance(side, int) else side


@lru_cache(maxsize=4096)
@lru_cache(maxsize=1024)
def window(owner: Any, extent: Shape) -> Window:
    """Return the window of a layer for inputs of this extent, in the kernels' form."""
    axes: tuple[Axis, ...] = owner.axes((0, *extent))
    return Window(
        kernel=tuple(axis.kernel for axis in axes),
        stride=tuple(axis.stride for axis in axes),
        padding=tuple((axis.before, axis.after) for axis in axes),
        dilation=tuple(axis.dilation for axis in axes),
        groups=getattr(owner, "groups", 1),
    )


def window_reach(axes: tuple[Axis, ...]) -> Reach:
    """Return the receptive window for the analysis."""
    return Reach(tuple(axis.reach for axis in axes), tuple(axis.stride for axis in axes))


def outputs(axes: tuple[Axis, ...]) -> Shape:
    """Return the output extents."""
    return tuple(axis.output for axis in axes)


def extent_formulas(axes: tuple[Axis, ...]) -> tuple[Formula, ...]:
    """Return the output extents' arithmetic, equal axes on one line."""
    names = AXES[len(axes)]
    if len(set(axes)) == 1:
        quantity = "Output " + " and ".join(names if len(names) < 3 else ("each axis",))
        return (Formula(quantity, axes[0].expression(), _signed(axes[0].output)),)
    return tuple(
        Formula(f"Output {name}", axis.expression(), _signed(axis.output))
        for name, axis in zip(names, axes, strict=True)
    )


def _signed(number: int) -> str:
    return str(number).replace("-", "−")


def require_fit(owner: Layer, axes: tuple[Axis, ...]) -> Shape:
    """Return the output extents.

    Raises
    ------
    ShapeError
        If the kernel is larger than the padded input; the alternatives are the largest kernel
        and dilation that fit, and the smallest padding that makes the present kernel fit.
    """
    found = outputs(axes)
    if min(found) >= 1:
        return found
    padded = any(axis.before or axis.after for axis in axes)
    reach = tuple(axis.reach for axis in axes)
    kernel = tuple(axis.kernel for axis in axes)
    dilated = f", dilated to {times(reach)}," if reach != kernel else ""
    article = "An" if str(kernel[0]).startswith(("8", "11", "18")) else "A"
    sentence = (
        f"{article} {times(kernel)} kernel{dilated} does not fit a "
        f"{times(tuple(axis.extent for axis in axes))} input "
        + (f"with padding {_padding_words(axes)}" if padded else "without padding")
    )
    raise ShapeError(sentence, _alternatives(owner, axes))


def _padding_words(axes: tuple[Axis, ...]) -> str:
    sides = {(axis.before, axis.after) for axis in axes}
    if len(sides) == 1:
        before, after = sides.pop()
        return str(before) if before == after else f"{before} + {after}"
    return "×".join(f"{axis.before}+{axis.after}" for axis in axes)


def _alternatives(owner: Layer, axes: tuple[Axis, ...]) -> tuple[Layer, ...]:
    fields = owner.settings()
    rooms = [axis.extent + axis.before + axis.after for axis in axes]
    largest = [
        min(a.kernel, (room - 1) // a.dilation + 1) for a, room in zip(axes, rooms, strict=True)
    ]
    found = [{"kernel": _collapse(largest)}]
    if "dilation" in fields and any(axis.dilation > 1 for axis in axes):
        fitting = [
            max(1, min(a.dilation, (room - 1) // max(1, a.kernel - 1)))
            for a, room in zip(axes, rooms, strict=True)
        ]
        if all(f * (a.kernel - 1) < r for f, a, r in zip(fitting, axes, rooms, strict=True)):
            found.append({"dilation": _collapse(fitting)})
    needed = max(
        0,
        *(max(a.before, a.after, -(-(a.reach - a.extent) // 2)) for a in axes),
    )
    limited = owner.family == "pooling"
    if not limited or all(2 * needed <= axis.kernel for axis in axes):
        found.append({"padding": needed})
    return tuple(replace(owner, **change) for change in found)


def _collapse(numbers: list[int]) -> Extent:
    return numbers[0] if len(set(numbers)) == 1 else tuple(numbers)
